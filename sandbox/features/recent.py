"""Velocity of one application, from the state of a service: the columns of `velocity`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sandbox.features.families import DAYS, DIFFERENT, KEYS, OWN_KEYS
from sandbox.features.numbering import NONE
from sandbox.features.sightings import TIES
from sandbox.features.state import State

#: from so many on it is quicker to let numpy find the different ones
_MANY = 64


def velocity_of(state: State, application: Mapping[str, Any], customer: int) -> dict[str, float]:
    """`families.VELOCITY` of an application; `customer` is the applicant's number or -1."""
    found: dict[str, float] = {}
    amount = number_of(application["requested_amount"])
    time = float(application["event_time"])
    inside = state.book.applied(customer)
    own = int(state.book.cents[customer]) if inside else 0
    names = names_of(state, application, customer)
    for key in KEYS:
        number = state.keys[key].number(names[key]) if names[key] != NONE else -1
        windows(found, state, key, number, time, int(inside), own)
        if key in OWN_KEYS:
            found[f"{key}_days_since"] = days_since(state, key, number, time, customer)
            found[f"{key}_partners"] = _different(state, names, key, number, "partner")
    for key, other in DIFFERENT:
        number = state.keys[key].number(names[key]) if names[key] != NONE else -1
        found[f"{key}_{other}s"] = _different(state, names, key, number, other)
    usual = found["partner_applications_90d"] * 7.0 / 90.0
    found["partner_surge"] = found["partner_applications_7d"] / usual if usual > 0 else np.nan
    found["request_to_income"] = amount / max(number_of(application["declared_income"]), 1.0)
    return found


def number_of(value: Any) -> float:
    """A value of an application as a number; NaN for None."""
    return np.nan if value is None else float(value)


def names_of(state: State, application: Mapping[str, Any], customer: int) -> dict[str, int]:
    """The identifier of each key of an application."""
    names = {key: int(application[f"{key}_id"]) for key in KEYS if key != "account"}
    account = NONE
    if customer >= 0 and any(
        kind == TIES.index("account") and known <= float(application["event_time"])
        for kind, _, known in state.belongings.of(customer)
    ):
        account = int(state.book.ids["account"][customer])
    return {**names, "account": account}


def windows(
    found: dict[str, float], state: State, key: str, number: int, time: float, one: int, own: int
) -> None:
    """Counts and amounts of others in each window; `one` and `own` are the applicant's part."""
    for days in DAYS:
        count, cents = (0, 0) if number < 0 else state.keys[key].later(number, time - days)
        if number >= 0:
            count, cents = count - one, cents - own
        found[f"{key}_applications_{days}d"] = float(count)
        found[f"{key}_amount_{days}d"] = cents / 100


def days_since(state: State, key: str, number: int, time: float, customer: int) -> float:
    """Days since another applied with it; NaN for the first."""
    if number < 0:
        return np.nan
    who, when = state.keys[key].latest(number, 2)
    others = [time - then for then, each in zip(when, who, strict=True) if each != customer]
    return others[-1] if others else np.nan


def _different(state: State, names: dict[str, int], key: str, number: int, what: str) -> float:
    """Different partners, ... that came with the key by then, the applicant's own included."""
    own = names[what]
    if names[key] == NONE:
        return 0.0
    seen = {own}
    if number >= 0:
        column = state.book.ids[f"{what}_id"][state.keys[key].everybody(number)]
        seen.update((np.unique(column) if len(column) > _MANY else column).tolist())
    return float(len(seen - {NONE}))
