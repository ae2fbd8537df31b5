"""What a scenario's parameters may be: refused by name when they are not."""

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from data_generators.errors import InvalidInput

if TYPE_CHECKING:
    from data_generators.scenarios.scenario import Scenario

#: parameters that are shares or probabilities, by section
SHARES = {
    "population": ("business_share", "living_share", "job_loss_in", "job_loss_out",
                   "job_loss_depth", "own_customer_share"),
    "life": ("marriage", "child", "illness", "move", "new_job"),
    "business": ("turnover_persistence", "season", "receivable_share", "margin"),
    "need": ("season",),
    "repayment": ("draw_speed", "ccf", "minimum_due", "buffer_share", "nothing_below"),
    "economics": ("apr", "lgd", "recovery_speed", "penalty", "cof", "discount"),
    "events": ("early_settlement", "returned", "returned_share", "extension", "restructuring",
               "promise"),
    "joint": ("bank_share", "guarantee", "service_fee"),
    "partners": ("leverage", "feedback"),
    "coverage": ("thin_file_own", "thin_file_other", "bureau_unreported", "no_shop", "no_social",
                 "outage", "tampering"),
    "fraud": ("rate", "camouflage", "honest_sharing", "found"),
    "incumbent": ("exploration",),
}  # fmt: skip
#: parameters that must be above 0
POSITIVE = {
    "population": ("income_volatility", "age_power", "youngest"),
    "need": ("least",),
    "repayment": ("default_months_late", "draw_speed", "minimum_due"),
    "partners": ("a_block",),
    "business": ("buffer_months",),
    "fraud": ("label_delay_weeks",),
    "joint": ("bank_share",),
}
#: sections whose named shares add up to 1
WHOLES = {
    "products": ("instalment", "revolving", "working_capital"),
    "fraud": ("ring", "identity_theft", "never_pay"),
}


def check(scenario: "Scenario") -> None:
    """InvalidInput names the first parameter out of its range."""
    for section in sections(scenario):
        for name, value in vars(getattr(scenario, section)).items():
            if isinstance(value, float) and not math.isfinite(value):
                raise InvalidInput(f"{section}.{name} is {value}; it must be a finite number.")
    for section, names in SHARES.items():
        for name in names:
            _within(section, name, getattr(getattr(scenario, section), name))
    for section, names in POSITIVE.items():
        for name in names:
            value = getattr(getattr(scenario, section), name)
            if value <= 0:
                raise InvalidInput(f"{section}.{name} is {value:g}; it must be above 0.")
    for section, names in WHOLES.items():
        parts = [getattr(getattr(scenario, section), name) for name in names]
        for name, value in zip(names, parts, strict=True):
            _within(section, name, value)
        if abs(sum(parts) - 1) > 1e-9:
            raise InvalidInput(
                f"The shares {', '.join(f'{section}.{name}' for name in names)} add up to "
                f"{sum(parts):.3g}, not to 1."
            )
    _need(scenario)
    grid = list(scenario.limit_grid)
    if not grid or grid != sorted(set(grid)) or grid[0] != 0 or not math.isfinite(grid[-1]):
        raise InvalidInput(f"limit_grid is {grid}; it must start at 0 and rise.")


def sections(scenario: "Scenario") -> list[str]:
    """Names of the fields that are groups of parameters."""
    fields = dataclasses.fields(scenario)
    return [f.name for f in fields if dataclasses.is_dataclass(getattr(scenario, f.name))]


def _need(scenario: "Scenario") -> None:
    need: Any = scenario.need
    if not need.tenors or len(need.tenors) != len(need.tenor_shares):
        raise InvalidInput("need.tenors and need.tenor_shares must have as many entries.")
    if min(need.tenors) < 1 or abs(sum(need.tenor_shares) - 1) > 1e-9:
        raise InvalidInput(
            f"need.tenors are {need.tenors} with shares {need.tenor_shares}; terms are whole "
            "months from 1 up, and their shares add up to 1."
        )


def _within(section: str, name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise InvalidInput(f"{section}.{name} is {value!r}; it is a share from 0 to 1.")
