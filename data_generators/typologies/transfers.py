"""Typologies whose cases are transfers, in the order of their codes."""

from data_generators.typologies.account_takeover import ACCOUNT_TAKEOVER
from data_generators.typologies.app_scam import APP_SCAM
from data_generators.typologies.laundering.bipartite import BIPARTITE
from data_generators.typologies.laundering.cycle import CYCLE
from data_generators.typologies.laundering.fan_in import FAN_IN
from data_generators.typologies.laundering.fan_out import FAN_OUT
from data_generators.typologies.laundering.gather_scatter import GATHER_SCATTER
from data_generators.typologies.laundering.random_shape import RANDOM
from data_generators.typologies.laundering.scatter_gather import SCATTER_GATHER
from data_generators.typologies.laundering.stack import STACK
from data_generators.typologies.mule_chain import MULE_CHAIN
from data_generators.typologies.pattern import Pattern

#: the order is the code in the truth table, from 1
TRANSFERS: tuple[Pattern, ...] = (
    ACCOUNT_TAKEOVER,
    APP_SCAM,
    MULE_CHAIN,
    FAN_IN,
    FAN_OUT,
    CYCLE,
    BIPARTITE,
    STACK,
    RANDOM,
    SCATTER_GATHER,
    GATHER_SCATTER,
)
