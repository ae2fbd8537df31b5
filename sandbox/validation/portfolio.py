"""The portfolio judged: vintages, rolls, stages, provisions, swap sets, overrides, cut-offs.

    results = validate_portfolio(PortfolioData(panel=panel), Definitions.built_in(), policy)

What was not given is not evaluated, by name.
"""

from collections.abc import Callable

from sandbox.errors import BadInput
from sandbox.validation import portfolio_of_decisions, portfolio_of_panel
from sandbox.validation.definitions import Definitions
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio_figures import losses_against_expected
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.tables import losses_of
from sandbox.validation.result import ValidationResult

_Test = Callable[[PortfolioData, Definitions, Policy], ValidationResult]


def validate_portfolio(
    data: PortfolioData, definitions: Definitions, policy: Policy
) -> tuple[ValidationResult, ...]:
    """Every test of the family, in the order of the catalogue."""
    tests: dict[str, _Test] = {
        "vintage_deterioration": portfolio_of_panel.deterioration,
        "first_payment": portfolio_of_panel.first_payment,
        "impossible_rolls": portfolio_of_panel.impossible,
        "roll_rows": portfolio_of_panel.rows_add,
        "roll_replication": portfolio_of_panel.replicated,
        "stage_of_npl": portfolio_of_panel.npl_outside,
        "ecl_coverage": _coverage,
        "swap_profit": portfolio_of_decisions.swap,
        "override_bad_rate": portfolio_of_decisions.override,
        "riskiest_step": portfolio_of_decisions.riskiest_step,
    }
    results = []
    for name, test in tests.items():
        try:
            results.append(test(data, definitions, policy))
        except BadInput as reason:
            why = str(reason).removesuffix(".")
            n = 0 if data.panel is None else data.panel.accounts
            results.append(not_evaluated(f"portfolio.{name}", why, n=n, policy=policy))
    return tuple(results)


def _coverage(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    if data.realised is None:
        raise BadInput("Realised losses were not given.")
    found = losses_against_expected(losses_of(data), data.realised)
    if found.accounts < policy.minimum_rows:
        raise BadInput(
            f"{found.accounts} accounts in stages 1 and 2; {policy.minimum_rows} needed."
        )
    return judge(
        "portfolio.ecl_coverage",
        found.ratio,
        n=found.accounts,
        policy=policy,
        interval=found.interval,
        note=f"{found.realised:,.0f} lost, {found.expected:,.0f} expected; the interval takes "
        "losses as independent",
    )
