"""What fraud pays and costs a ring: the strategies it can choose, its payoff, its learning."""

from dataclasses import dataclass, fields
from itertools import product

import numpy as np

from data_generators.errors import InvalidInput
from data_generators.scenarios.bounds import check_share
from data_generators.streams import Floats, Ints

#: applications per device, and camouflage from 0 to 1, that a ring can choose [W]
PER_DEVICE = (12, 4, 1)
CAMOUFLAGE = (0.0, 0.6, 0.9)
#: every strategy, as (applications per device, camouflage)
STRATEGIES: tuple[tuple[int, float], ...] = tuple(product(PER_DEVICE, CAMOUFLAGE))


@dataclass(frozen=True)
class Incentives:
    """What fraud pays and costs a ring, and how fast rings learn."""

    #: gain from an application that is not stopped, RMB [W]
    gain: float = 6_000.0
    #: cost of an application, RMB [W]
    application: float = 150.0
    #: cost of a device, RMB, borne by the applications that go through it [W]
    device: float = 900.0
    #: cost of full camouflage, RMB an application; it rises with the square [W]
    camouflage: float = 1_500.0
    #: gain in weight (log of the odds of playing it) from a payoff as large as `gain` [W]
    learning: float = 0.35
    #: least chance of playing a strategy that a payoff is divided by [W]
    least_chance: float = 0.10
    #: chance a period that a ring looks at another and copies its weights if it was paid
    #: better (assumed)
    imitation: float = 0.20

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (number and np.isfinite(value) and value >= 0):
                raise InvalidInput(f"{field.name} is {value!r}; it must be a number from 0 up.")
        for name in ("gain", "least_chance"):
            if getattr(self, name) == 0:
                raise InvalidInput(f"{name} is 0; payoffs are divided by it: give more than 0.")
        check_share("least_chance", self.least_chance)
        check_share("imitation", self.imitation)

    def cost(self, per_device: Ints, camouflage: Floats) -> Floats:
        """Cost of an application, RMB.

        >>> Incentives().cost(np.array([12, 1]), np.array([0.0, 0.6])).tolist()
        [225.0, 1590.0]
        """
        cost: Floats = self.application + self.device / per_device + self.camouflage * camouflage**2
        return cost
