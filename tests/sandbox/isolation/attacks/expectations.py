"""What attacks on the machine have in common: layers, reasons, places."""

from sandbox.isolation import Limits

ROOT = frozenset({"root"})
CAPABLE = "needs a capability that an ordinary user does not have"
UNSEEN = ("bubblewrap", "landlock")
STOPPED_ALL = ("bubblewrap", "landlock", "seccomp")
#: folders in which a file may be left
FOLDERS = ("/tmp", "/dev/shm", "/var/tmp", "/")
#: for attacks that need a worker of their own
FOREIGN = Limits(wall=4.0)


def stolen(look):
    return look.scene.token in look.booty
