"""What a scenario's parameters may be: refused by name when they are not."""

import dataclasses
import math
from datetime import date
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from data_generators.errors import InvalidInput
from data_generators.scenarios.flows import OF_TRANSFERS
from data_generators.scenarios.fraud import OF_APPLICATIONS
from data_generators.scenarios.hosting import check_hosted

if TYPE_CHECKING:
    from data_generators.scenarios.scenario import Scenario

#: parameters that are shares or probabilities, by section
SHARES = {
    "population": ("business_share", "living_share", "job_loss_in", "job_loss_out",
                   "job_loss_depth", "own_customer_share"),
    "life": ("marriage", "child", "illness", "move", "new_job"),
    "business": ("turnover_persistence", "season", "receivable_share", "margin",
                 "pocket", "invested"),
    "need": ("season",),
    "repayment": ("draw_speed", "ccf", "minimum_due", "buffer_share", "nothing_below"),
    "economics": ("apr", "lgd", "recovery_speed", "penalty", "cof", "discount"),
    "events": ("early_settlement", "returned", "returned_share", "extension", "restructuring",
               "promise"),
    "joint": ("bank_share", "guarantee", "service_fee"),
    "partners": ("leverage", "feedback"),
    "coverage": ("thin_file_own", "thin_file_other", "bureau_unreported", "no_insurance", "no_fund",
                 "no_tax_record", "no_shop", "no_social", "outage", "poor_quality", "tampering"),
    "fraud": ("rate", "camouflage", "honest_sharing", "found", "bust_out", "reviewed",
              "review_sensitivity", "review_specificity"),
    "incumbent": ("exploration",),
    "flows": ("observability", "cash_round", "people_round", "renters", "rent_share", "salaried",
              "investors", "saved", "on_account", "to_partner", "refunds"),
    "transfer_fraud": ("rate", "camouflage", "found"),
}  # fmt: skip
#: parameters that must be above 0
POSITIVE = {
    "population": ("income_volatility", "age_power", "youngest"),
    "need": ("least",),
    "repayment": ("draw_speed", "minimum_due"),
    "business": ("buffer_months",),
    "fraud": ("label_delay_weeks",),
    "joint": ("bank_share",),
    "flows": ("burst_days", "spending_noise"),
    "transfer_fraud": ("label_delay_days",),
}
#: parameters with a range of their own
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "population": {"willingness_ability": (-1, 1), "age_ability": (-1, 1),
                   "age_willingness": (-1, 1)},
    "business": {"season_peak": (1, 12)},
    "need": {"season_peak": (1, 12)},
    "repayment": {"default_months_late": (1, 4)},
    "partners": {"a_block": (1, 500)},
    "flows": {"circle": (1, 16), "burst": (0, 0.9), "spending": (0, 12), "sales": (0, 20),
              "suppliers": (0, 20), "to_people": (0, 6), "firms_to_people": (0, 6),
              "withdrawals": (0, 6),
              "deposits": (0, 6), "bills": (0, 6)},
}  # fmt: skip
#: parameters on a log or log-odds scale, and slopes: they may be negative, as
#: may what is negative by default; no other number may
SIGNED = {
    "population": ("log_income_mean", "log_income_ability", "log_lenders", "willingness_mean",
                   "transactor_intercept", "transactor_impatience", "willingness_ability",
                   "age_ability", "age_willingness", "impatience_ability",
                   "impatience_willingness"),
    "business": ("log_turnover_mean", "margin_ability"),
    "need": ("log_share",),
    "repayment": ("log_demand", "demand_impatience", "unwilling_intercept",
                  "unwilling_willingness", "unwilling_late", "unwilling_burden",
                  "unwilling_service", "promise_relief"),
    "take_up": ("at_own_price", "price_slope", "selection"),
    "partners": ("collapse_intercept", "collapse_leverage", "shock_low", "shock_high"),
    "coverage": ("shop_drift",),
}  # fmt: skip
#: parameters that are one of some words
WORDS = {"events": {"returned_as": ("refund", "lease_exit", "cancellation")}}
#: parameters that must be at least this
AT_LEAST = {"coverage": {"inflation": 1.0, "shop_drift": -0.9}}
#: sections whose named shares add up to 1
WHOLES: dict[str, tuple[str, ...]] = {
    "products": ("instalment", "revolving", "working_capital"),
    "fraud": OF_APPLICATIONS,
    "transfer_fraud": OF_TRANSFERS,
}


def check(scenario: "Scenario") -> None:
    """InvalidInput names the first parameter out of its range."""
    for field in dataclasses.fields(scenario):
        kind: Any = field.default_factory
        if dataclasses.is_dataclass(kind):
            _section(field.name, getattr(scenario, field.name), kind)
    for section, least in AT_LEAST.items():
        for name, lowest in least.items():
            value = getattr(getattr(scenario, section), name)
            if value < lowest:
                raise InvalidInput(
                    f"{section}.{name} is {value:g}; it must be at least {lowest:g}."
                )
    for section, names in WHOLES.items():
        total = sum(getattr(getattr(scenario, section), name) for name in names)
        if abs(total - 1) > 1e-9:
            raise InvalidInput(
                f"The shares {', '.join(f'{section}.{name}' for name in names)} add up to "
                f"{total:.3g}, not to 1."
            )
    _together(scenario)
    _need(scenario)
    _strategies(scenario)
    check_hosted(scenario)
    check_whole("drift_months", scenario.drift_months, 1)
    try:
        date.fromisoformat(scenario.start)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"start is {scenario.start!r}; it must be a day such as '2025-01-01'."
        ) from None
    grid = list(scenario.limit_grid)
    numbers = all(_is_number(limit) for limit in grid)
    if not numbers or not grid or grid != sorted(set(grid)) or grid[0] != 0:
        raise InvalidInput(f"limit_grid is {grid}; it must start at 0 and rise.")


def check_share(name: str, value: Any) -> None:
    """InvalidInput unless `value` is a share."""
    if not _is_number(value) or not 0 <= value <= 1:
        raise InvalidInput(f"{name} is {value!r}; it is a share from 0 to 1.")


def sections(scenario: "Scenario") -> list[str]:
    """Names of the fields that are groups of parameters."""
    fields = dataclasses.fields(scenario)
    return [f.name for f in fields if dataclasses.is_dataclass(getattr(scenario, f.name))]


def _section(section: str, given: object, kind: Any) -> None:
    if not isinstance(given, kind):
        raise InvalidInput(
            f"{section} is {given!r}; it must be a {kind.__name__}, as in "
            f"replace({section}={kind.__name__}(...))."
        )
    for field in dataclasses.fields(kind):
        _parameter(section, field.name, getattr(given, field.name), field.default)


def _parameter(section: str, name: str, value: Any, default: Any) -> None:
    """One parameter: of the kind that its default is, and within its bounds."""
    full = f"{section}.{name}"
    words = WORDS.get(section, {}).get(name)
    if isinstance(default, bool | str | tuple):
        if not isinstance(value, type(default)):
            raise InvalidInput(f"{full} is {value!r}; it must be a {type(default).__name__}.")
        if words is not None and value not in words:
            raise InvalidInput(f"{full} is {value!r}; it must be one of {', '.join(words)}.")
        return
    if name in SHARES.get(section, ()) or name in WHOLES.get(section, ()):
        check_share(full, value)
    if not _is_number(value):
        raise InvalidInput(f"{full} is {value!r}; it must be a finite number.")
    if isinstance(default, int) and not isinstance(value, Integral):
        raise InvalidInput(f"{full} is {value!r}; it must be a whole number.")
    low, high = RANGES.get(section, {}).get(name, (-math.inf, math.inf))
    if not low <= value <= high:
        raise InvalidInput(f"{full} is {value:g}; it must lie from {low:g} to {high:g}.")
    if name in POSITIVE.get(section, ()) and value <= 0:
        raise InvalidInput(f"{full} is {value:g}; it must be above 0.")
    signed = name in SIGNED.get(section, ()) or default < 0
    if value < 0 and not signed:
        raise InvalidInput(f"{full} is {value:g}; it must be 0 or more.")


def _together(scenario: "Scenario") -> None:
    """Parameters that are fine one by one and not together."""
    p, events, partners = scenario.population, scenario.events, scenario.partners
    if p.oldest < p.youngest:
        raise InvalidInput(
            f"population.oldest is {p.oldest:g}; it must be population.youngest ({p.youngest:g}) "
            "or more."
        )
    if p.age_ability**2 + p.age_willingness**2 > 1:
        raise InvalidInput(
            f"population.age_ability and age_willingness are {p.age_ability:g} and "
            f"{p.age_willingness:g}; their squares must add up to 1 or less."
        )
    if partners.shock_high < partners.shock_low:
        raise InvalidInput(
            f"partners.shock_high is {partners.shock_high:g}; it must be partners.shock_low "
            f"({partners.shock_low:g}) or more."
        )
    kinds = ("early_settlement", "returned", "extension", "restructuring", "promise")
    chances = sum(getattr(events, kind) for kind in kinds)
    if chances > 1:
        raise InvalidInput(
            f"The chances {', '.join(f'events.{kind}' for kind in kinds)} add up to "
            f"{chances:.3g}; together they must be 1 or less."
        )


def _need(scenario: "Scenario") -> None:
    need: Any = scenario.need
    if not need.tenors or len(need.tenors) != len(need.tenor_shares):
        raise InvalidInput("need.tenors and need.tenor_shares must have as many entries.")
    for tenor in need.tenors:
        check_whole("need.tenors", tenor, 1)
    for value in need.tenor_shares:
        check_share("need.tenor_shares", value)
    if abs(sum(need.tenor_shares) - 1) > 1e-9:
        raise InvalidInput(
            f"need.tenors are {need.tenors} with shares {need.tenor_shares}; the shares of the "
            "terms must add up to 1."
        )


def _strategies(scenario: "Scenario") -> None:
    strategies: Any = scenario.fraud.ring_strategies
    for each in strategies or [()]:
        if not isinstance(each, tuple) or len(each) != 2:
            raise InvalidInput(
                f"fraud.ring_strategies is {strategies!r:.60}; it must be one or more pairs of "
                "applications per device and camouflage, such as ((4, 0.6), (1, 0.9))."
            )
        check_whole("applications per device in fraud.ring_strategies", each[0], 1)
        check_share("camouflage in fraud.ring_strategies", each[1])


def check_whole(name: str, value: object, least: int) -> None:
    """InvalidInput unless `value` is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise InvalidInput(f"{name} is {value!r}; it must be a whole number from {least} up.")


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)
