"""All exhibits that can be had of what a bank gave, and why the others cannot."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial

import pandas as pd

from sandbox.errors import BadInput
from sandbox.exhibits.book import Book
from sandbox.exhibits.by_hand import override_reasons, overrides
from sandbox.exhibits.cut_offs import cut_off_ladder
from sandbox.exhibits.swaps import swap_set
from sandbox.exhibits.utilisation import utilisation_ladder
from sandbox.exhibits.waterfall import approval_waterfall
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack import categories, rolls, stages, states
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.dictionary import dictionary
from sandbox.validation.portfolio_pack.ecl import coverage_ratios, ecl_by_stage, expected_losses
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.performance import performance
from sandbox.validation.portfolio_pack.score_bands import score_bands
from sandbox.validation.portfolio_pack.vintages import (
    EVER,
    by_month_on_book,
    first_payments,
    vintages,
)

#: name of the table of what cannot be shown
NOT_SHOWN = "not shown"
_Made = tuple[str, Callable[[], pd.DataFrame]]


def portfolio_tables(
    data: PortfolioData, definitions: Definitions, leave_out: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """Exhibits by name, in the order of a report; every table goes to Excel as it is.

    Those named in `leave_out` are not made.

    The last ones are `definitions` (id, version and digest of what was used), `columns` (what each
    column is, with its unit) and, where something was not given, `not shown` (`exhibit`,
    `reason`).
    """
    shown: dict[str, pd.DataFrame] = {}
    gaps = []
    for name, make in _exhibits(data, definitions):
        if name in leave_out:
            continue
        try:
            shown[name] = make()
        except BadInput as reason:
            gaps.append((name, str(reason)))
    used = {"id": definitions.id, "version": definitions.version, "digest": definitions.digest}
    names = {column for table in shown.values() for column in table.columns}
    shown["definitions"] = pd.DataFrame({"name": list(used), "value": list(used.values())})
    shown["columns"] = dictionary(names)
    if gaps:
        shown[NOT_SHOWN] = pd.DataFrame(gaps, columns=["exhibit", "reason"])
    return shown


#: what each exhibit shows, in one sentence
DESCRIPTIONS: Mapping[str, str] = {
    "first payments": "Accounts whose first, second or third payment was the first they missed.",
    "vintages": "Ever 30+ and 90+ days past due by vintage and month on book, count and amount.",
    "ever 30+ by count": "Share of accounts ever over 30 days past due: vintage by month on book.",
    "ever 30+ by amount": "RMB owed at first over 30 days past due over RMB granted.",
    "ever 90+ by count": "Share of accounts ever over 90 days past due: vintage by month on book.",
    "ever 90+ by amount": "RMB owed at first over 90 days past due over RMB granted.",
    "performance": "Good, bad and indeterminate accounts over the performance window.",
    "arrears": "Accounts and balance by bucket of days past due, month by month.",
    "roll matrix by count": "Average roll from bucket to bucket in a month, share of accounts.",
    "roll matrix by balance": "Average roll from bucket to bucket in a month, share of balance.",
    "rolls by month": "Roll matrices of each month, share of accounts.",
    "rolls by month, balance": "Roll matrices of each month, share of balance.",
    "five categories": "Five-category classification by month, count and balance.",
    "migration, count": "Average migration between the five categories in a month, accounts.",
    "migration, balance": "Average migration between the five categories in a month, balance.",
    "stages": "Stages of IFRS 9 and CAS 22 by month, count and balance.",
    "stage migration": "Average migration between stages in a month, accounts.",
    "ecl": "Expected credit loss and coverage by stage.",
    "coverage": "Non-performing ratio, provisions over loans, provision coverage.",
    "waterfall": "From applications to accounts, a step a reason to decline.",
    "cut-offs": "What each step of the cut-off lets in and earns.",
    "utilisation": "Accounts by how much of the line is used, with bad rate and profit.",
    "overrides": "Where a person decided against the policy, and what became of it.",
    "override reasons": "Overrides by the reason given.",
    "swap set": "Who is decided otherwise by the proposed policy, and what that is worth.",
    "score bands": "Score bands then and now, with what each adds to the PSI.",
    "definitions": "The bank's definitions that these tables use.",
    "columns": "What each column is, and its unit.",
    NOT_SHOWN: "What could not be shown, and why.",
}


def _exhibits(data: PortfolioData, definitions: Definitions) -> Iterator[_Made]:
    yield from _of_panel(data, definitions)
    yield "ecl", lambda: ecl_by_stage(losses_of(data))
    yield "coverage", lambda: coverage_ratios(losses_of(data))
    yield from _of_decisions(data)
    yield "score bands", lambda: _bands(data)


def panel_of(data: PortfolioData) -> AccountPanel:
    """The account-months; BadInput where they were not given."""
    if data.panel is None:
        raise BadInput("No account-months were given.")
    return data.panel


def losses_of(data: PortfolioData) -> pd.DataFrame:
    """Expected losses of the accounts; BadInput where they or the curves were not given."""
    if data.accounts is None or data.curves is None:
        raise BadInput("Accounts of a reporting date and PD term structures were not both given.")
    return expected_losses(data.accounts, data.curves)


def _of_panel(data: PortfolioData, definitions: Definitions) -> Iterator[_Made]:
    aged = cache(lambda: vintages(panel_of(data), definitions))
    rolled = cache(lambda: rolls.rolls(panel_of(data), definitions))
    classes = cache(lambda: categories.categories(panel_of(data), definitions))
    staged = cache(lambda: stages.stages(panel_of(data), definitions))
    names = definitions.overdue.names
    yield "first payments", lambda: first_payments(panel_of(data), definitions)
    yield "vintages", aged
    for bound in EVER:
        yield f"ever {bound}+ by count", partial(_triangle, aged, f"ever_{bound}_rate")
        yield f"ever {bound}+ by amount", partial(_triangle, aged, f"ever_{bound}_balance_rate")
    yield "performance", lambda: performance(panel_of(data), definitions)
    yield "arrears", lambda: rolls.arrears(panel_of(data), definitions)
    yield "roll matrix by count", lambda: states.matrix(rolled(), names)
    yield "roll matrix by balance", lambda: states.matrix(rolled(), names, "balance")
    yield "rolls by month", lambda: states.matrices_by_month(rolled(), names)
    yield "rolls by month, balance", lambda: states.matrices_by_month(rolled(), names, "balance")
    five, three = categories.CATEGORIES, stages.STAGES
    migrated = cache(lambda: states.moves(panel_of(data), classes(), five))
    yield "five categories", lambda: states.by_month(panel_of(data), classes(), five)
    yield "migration, count", lambda: states.matrix(migrated(), five)
    yield "migration, balance", lambda: states.matrix(migrated(), five, "balance")
    yield "stages", lambda: states.by_month(panel_of(data), staged(), three)
    moved = cache(lambda: states.moves(panel_of(data), staged(), three))
    yield "stage migration", lambda: states.matrix(moved(), three)


def _triangle(aged: Callable[[], pd.DataFrame], figure: str) -> pd.DataFrame:
    table = aged()
    if table[figure].isna().all():
        raise BadInput("The account-months have no column amount; give the RMB granted.")
    return by_month_on_book(table, figure)


def _book(book: Book | None, what: str) -> Book:
    if book is None:
        raise BadInput(f"{what} was not given.")
    return book


def _of_decisions(data: PortfolioData) -> Iterator[_Made]:
    in_force = "The policy in force"
    book, other = data.ladders
    yield "waterfall", lambda: approval_waterfall(_book(book, in_force))
    yield "cut-offs", lambda: cut_off_ladder(_book(book, in_force), other)
    yield "utilisation", lambda: utilisation_ladder(_book(book, in_force))
    said, done = "What the policy said", "What was done"
    yield "overrides", lambda: overrides(_book(data.decided, said), _book(data.final, done))
    yield "override reasons", lambda: _reasons(data, said, done)
    yield (
        "swap set",
        lambda: swap_set(_book(data.old, in_force), _book(data.new, "The proposed policy")),
    )


def _reasons(data: PortfolioData, said: str, done: str) -> pd.DataFrame:
    if data.override_reason is None:
        raise BadInput("Reasons of overrides were not given.")
    decided, final = _book(data.decided, said), _book(data.final, done)
    return override_reasons(decided, final, data.override_reason)


def _bands(data: PortfolioData) -> pd.DataFrame:
    if data.reference_score is None or data.score is None:
        raise BadInput("Scores of the development sample and of today were not both given.")
    return score_bands(
        data.reference_score,
        data.score,
        target=data.target,
        reference_target=data.reference_target,
    )


def cell_tables(
    data: PortfolioData, definitions: Definitions, leave_out: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """`portfolio_tables` under names of files: `portfolio.vintages`, `portfolio.ever_30_by_count`.

    In this form a cell of a study keeps them, and a report finds them.
    """
    made = portfolio_tables(data, definitions, leave_out)
    return {cell_name(name): table for name, table in made.items() if len(table)}


def cell_name(exhibit: str) -> str:
    """The name of an exhibit's table among those of a cell.

    >>> cell_name("ever 30+ by count"), cell_name("cut-offs")
    ('portfolio.ever_30_by_count', 'portfolio.cut_offs')
    """
    words = exhibit.replace("+", "").replace(",", "").replace("-", " ").split()
    return f"portfolio.{'_'.join(words)}"
