"""Who a customer would have been with another attribute, all noise the same.

An attribute that is set replaces what was drawn, and what follows from it where customers and
applications are drawn follows: do of an age changes the months with an employer, how long an
account may be open, and who owns a home. What the attribute follows from stays: age leans to
ability, and a customer of another age is as able as before.

In these worlds nothing that happens to an account follows from age or education: both are told by
ability and willingness, and tell of them. A business in place of a person has other money.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from data_generators import schema
from data_generators.decisions import Decisions, numbers
from data_generators.errors import InvalidInput
from data_generators.observation import applications_of
from data_generators.repayment import Offer, lived
from data_generators.rows import together
from data_generators.scenarios.bounds import check_whole
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Market, Residents
    from data_generators.world import World


@dataclass(frozen=True)
class Attribute:
    """An attribute that can be set: what it is, what it may be, and what follows from it."""

    unit: str
    least: float
    most: float
    #: columns of the application that follow from it
    shows_in: tuple[str, ...]
    #: whether anything that happens to an account does
    moves_default: bool


#: by name. Of a region and of a sex no column that a limit model sees follows, nor any default.
ATTRIBUTES: dict[str, Attribute] = {
    "age": Attribute(
        "years", 18, 90,
        ("age", "employment_months", "rent_monthly", "bank_tenure_months"), False,
    ),
    "education": Attribute("position in profiles.EDUCATION", 0, 4, ("employment_months",), False),
    "business": Attribute(
        "1 a business, 0 a person", 0, 1,
        ("product", "tenor_months", "employment_months", "declared_income", "declared_turnover",
         "rent_monthly", "bank_inflow", "bank_savings", "bureau_limits_total", "requested_amount"),
        True,
    ),
}  # fmt: skip


def applications_under(world: "World", attributes: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """See `Truth.applications_under`."""
    values = _checked(world, attributes)
    parts = []
    for _, other in _both(world, values):
        parts.append(schema.APPLICATIONS.frame(applications_of(other)))
    return pd.concat(parts, ignore_index=True)


def pd_as_other(
    world: "World", limit: Floats, attributes: Mapping[str, ArrayLike], replicas: int
) -> Floats:
    """See `Truth.pd_as_other`."""
    check_whole("replicas", replicas, 1)
    values = _checked(world, attributes)
    granted = Decisions.of(limit, price=world.scenario.economics.apr).limit
    if len(granted) != world.customers:
        raise InvalidInput(
            f"There are {len(granted)} limits for {world.customers} customers; give one for "
            "each, in customer order."
        )
    parts = []
    for own, other in _both(world, values):
        here = granted[own.block.start : own.block.stop]
        pds = [
            _pd(market, otherwise, market.part_of(here), replicas)
            for market, otherwise in zip(own.markets, other.markets, strict=True)
        ]
        parts.append(together(pds, own.rows))
    return np.concatenate(parts)


def _pd(market: "Market", other: "Market", limit: Floats, replicas: int) -> Floats:
    """Default of the others; partners fare as they do with the customers as they are."""
    offer = Offer(
        limit, np.full(len(limit), market.scenario.economics.apr), np.ones(len(limit), dtype=bool)
    )
    default = np.zeros(len(limit))
    for replica in range(1, replicas + 1):
        months = other.lives(market.fates(market.logged_offer, replica), replica)
        default += lived(other.scenario, other.traits, other.intent.stops, months, offer)[0]
    return np.where(limit > 0, default / replicas, np.nan)


def _both(world: "World", values: Mapping[str, Floats]) -> "Iterator[tuple[Residents, Residents]]":
    """Each block's customers as they are, and as they would be."""
    for own in world.residents():
        here = {name: each[own.block.start : own.block.stop] for name, each in values.items()}
        markets = tuple(
            replace(m, given={name: m.part_of(each) for name, each in here.items()})
            for m in own.markets
        )
        yield own, replace(own, markets=markets)


def _checked(world: "World", attributes: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    """Values of each attribute, one a customer; NaN leaves what was drawn."""
    found = {}
    for name, given in attributes.items():
        if name not in ATTRIBUTES:
            raise InvalidInput(
                f"{name!r} is no attribute that can be set; these can: {', '.join(ATTRIBUTES)}."
            )
        attribute, values = ATTRIBUTES[name], numbers(name, given)
        values = np.full(world.customers, float(values)) if values.ndim == 0 else values
        if values.shape != (world.customers,):
            raise InvalidInput(
                f"{name} has {len(values)} values for {world.customers} customers; give one "
                "each, or one for all."
            )
        known = values[~np.isnan(values)]
        odd = (known < attribute.least) | (known > attribute.most) | (known != np.rint(known))
        if odd.any():
            raise InvalidInput(
                f"{name} is {known[np.argmax(odd)]:g}; it is a whole number from "
                f"{attribute.least:g} to {attribute.most:g} ({attribute.unit})."
            )
        found[name] = values
    return found
