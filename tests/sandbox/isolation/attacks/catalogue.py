"""Every attack, by category, with what is expected of it."""

from attacks_by_cheating import CHEATING
from attacks_by_folders import FOLDERS
from attacks_by_marks import MARKS
from attacks_by_messages import PROTOCOL
from attacks_by_packages import PACKAGES
from attacks_on_files import FILES
from attacks_on_judgement import JUDGEMENT
from attacks_on_kernel import KERNEL
from attacks_on_life import CLOSED, LIFE
from attacks_on_network import NETWORK
from attacks_on_patience import PATIENCE
from attacks_on_resources import RESOURCES
from attacks_when_opened import LOADING

#: by category, in the order of the table
ATTACKS = (
    *NETWORK,
    *FILES,
    *KERNEL,
    *RESOURCES,
    *[a for a in PATIENCE if a.category == "resources"],
    *LIFE,
    *PROTOCOL,
    *[a for a in PATIENCE if a.category == "protocol"],
    *LOADING,
    *PACKAGES,
    *FOLDERS,
    *CHEATING,
    *MARKS,
    *JUDGEMENT,
    *CLOSED,
)
