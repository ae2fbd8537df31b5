"""For how many months a world has fund flows."""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.errors import InvalidInput

if TYPE_CHECKING:
    from data_generators.world import World

#: months in which customers apply: flows go on as long as the last one's account
APPLYING = 12


def check_months(world: "World", months: object) -> None:
    """InvalidInput unless a world has so many months of transfers, or has any."""
    if world.scenario.cards is not None:
        from data_generators.calibration.card_worlds import refused

        raise refused("fund flows")
    most = world.months + APPLYING
    is_whole = isinstance(months, int | np.integer) and not isinstance(months, bool)
    if not (is_whole and 1 <= months <= most):  # type: ignore[operator]
        raise InvalidInput(
            f"months is {months!r:.60}; fund flows have a whole number of calendar months from 1 "
            f"to {most}: the world's {world.months} and the {APPLYING} in which customers apply."
        )
