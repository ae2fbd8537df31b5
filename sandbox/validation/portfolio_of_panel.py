"""Tests of a portfolio that need its account-months: vintages, rolls, stages."""

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.judge import judge
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio_figures import LATEST, Rise, at_one_age, rise
from sandbox.validation.portfolio_pack import rolls, states
from sandbox.validation.portfolio_pack.categories import CATEGORIES, SUBSTANDARD, categories
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.stages import stages
from sandbox.validation.portfolio_pack.tables import panel_of
from sandbox.validation.portfolio_pack.vintages import first_payments, vintages
from sandbox.validation.result import ValidationResult


def deterioration(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """Ever 30+ of the latest vintages against earlier ones at the same age."""
    table = vintages(panel_of(data), of)
    aged = at_one_age(table, of.performance.early_months)
    _enough(aged["ever_30"].sum(), aged["accounts"].sum(), policy)
    found = rise(aged["ever_30"], aged["accounts"])
    age = f"at {int(aged['mob'].iloc[0])} months on book"
    return judge(
        "portfolio.vintage_deterioration",
        found.difference,
        n=int(aged["accounts"].sum()),
        policy=policy,
        p_value=found.p_value,
        interval=found.interval,
        power=found.power,
        note=_said(found, age, len(aged)),
        table=table,
    )


def first_payment(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """First payments missed in the latest vintages against earlier ones."""
    table = first_payments(panel_of(data), of)
    seen = table[table["fpd"].notna()]
    _enough(seen["fpd"].sum(), seen["accounts"].sum(), policy)
    found = rise(seen["fpd"], seen["accounts"])
    return judge(
        "portfolio.first_payment",
        found.difference,
        n=int(seen["accounts"].sum()),
        policy=policy,
        p_value=found.p_value,
        interval=found.interval,
        power=found.power,
        note=_said(found, "first payment", len(seen)),
        table=table,
    )


def _said(found: Rise, where: str, vintages_: int) -> str:
    note = f"{LATEST} latest of {vintages_} vintages, {where}; power against a rise by half"
    if found.dispersion > 1:
        note += f"; earlier vintages vary {found.dispersion:.1f} times as much as by chance"
    return note


def _enough(events: float, rows: float, policy: Policy) -> None:
    if rows < policy.minimum_rows or events < policy.minimum_events:
        raise BadInput(
            f"{int(events)} bad cases among {int(rows)} accounts; at least "
            f"{policy.minimum_events} among {policy.minimum_rows} needed."
        )


def impossible(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """Share of rolls whose days past due rise by more than a month."""
    panel = panel_of(data)
    followed, gap = states.next_rows(panel)
    n = int(followed.sum())
    if n < policy.minimum_rows:
        raise BadInput(f"{n} account-months are followed by one; {policy.minimum_rows} needed.")
    table = rolls.impossible_rolls(panel, of)
    note = f"{len(table):,} of {n:,} rolls rise by more days than a month has"
    if gap.any():
        note += f"; {int(gap.sum()):,} gaps of more than a month are left out"
    share = len(table) / n
    return judge("portfolio.impossible_rolls", share, n=n, policy=policy, note=note, table=table)


def rows_add(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """Whether the rows of the reported roll matrix add to 1."""
    if data.roll_matrix is None:
        raise BadInput("No reported roll matrix was given.")
    shares = _reported(data, of)
    known = shares[~np.isnan(shares).any(axis=1)]
    if not len(known):
        raise BadInput("The reported roll matrix has no row that is known.")
    off = float(np.abs(known.sum(axis=1) - 1).max())
    outside = float(np.maximum(np.maximum(-known, known - 1), 0).max())
    return judge(
        "portfolio.roll_rows",
        max(off, outside),
        n=len(known),
        policy=policy,
        note=f"largest distance of {len(known)} rows; n counts rows of the matrix",
        table=data.roll_matrix,
    )


def _reported(data: PortfolioData, of: Definitions) -> npt.NDArray[np.float64]:
    names, given = list(of.overdue.names), data.roll_matrix
    if given is None:
        raise BadInput("No reported roll matrix was given.")
    missing = [name for name in ["from", *names] if name not in given]
    if missing or set(given["from"]) != set(names):
        raise BadInput(
            f"The reported roll matrix has other states than {', '.join(names)}; give a row and "
            "a column for each."
        )
    found: npt.NDArray[np.float64] = given.set_index("from").loc[names, names].to_numpy(float)
    return found


def replicated(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """The reported roll matrix against that of the account-months."""
    given = _reported(data, of)
    table = rolls.roll_matrix(panel_of(data), of)
    names = list(of.overdue.names)
    seen = table[names].to_numpy(dtype=np.float64)
    gap = np.abs(given - seen)
    if np.isnan(gap).all():
        raise BadInput("No row of the two matrices is known in both.")
    worst = np.unravel_index(int(np.nanargmax(gap)), gap.shape)
    place = f"{names[int(worst[0])]} to {names[int(worst[1])]}"
    return judge(
        "portfolio.roll_replication",
        float(gap[worst]),
        n=int(table["total"].sum()),
        policy=policy,
        note=f"largest difference: {place}, {given[worst]:.2%} reported, {seen[worst]:.2%} found",
        table=table,
    )


def npl_outside(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """Share of the non-performing balance of the last month that is not in stage 3."""
    panel = panel_of(data)
    last = panel.month == panel.last_month
    bad = last & (categories(panel, of) >= SUBSTANDARD)
    stage = stages(panel, of)
    owed = float(panel.balance[bad].sum())
    if int(bad.sum()) < policy.minimum_events or owed <= 0:
        number = int(bad.sum())
        raise BadInput(
            f"{number} non-performing account{'' if number == 1 else 's'} in the last month; "
            f"at least {policy.minimum_events} needed."
        )
    outside = float(panel.balance[bad & (stage < 2)].sum())
    table = states.by_month(panel, categories(panel, of), CATEGORIES)
    return judge(
        "portfolio.stage_of_npl",
        outside / owed,
        n=int(bad.sum()),
        policy=policy,
        note=f"{outside:,.0f} of {owed:,.0f} owed in the last month",
        table=table,
    )
