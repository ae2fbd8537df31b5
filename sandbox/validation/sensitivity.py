"""What does the result hang on? One assumption moved at a time, the others as they are."""

from collections.abc import Mapping

import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.stressed_book import Book, StressScenario

#: assumption -> its favourable and its adverse setting (house convention: a tenth either way;
#: 0.1 log-odds is a tenth of a small PD). `log_odds` is added, the others are factors
STEPS: dict[str, tuple[float, float]] = {
    "log_odds": (-0.1, 0.1),
    "lgd": (0.9, 1.1),
    "ead": (0.9, 1.1),
    "margin": (1.1, 0.9),
}
TEST = "stress.sensitivity"


def tornado(book: Book, steps: Mapping[str, tuple[float, float]] = STEPS) -> pd.DataFrame:
    """Profit with each assumption favourable and adverse, the widest swing first.

    Columns: `assumption`, `favourable` and `adverse` (settings), `profit_favourable`,
    `profit_adverse` and `swing` (RMB, all accounts), `fall` (base less adverse, RMB) and
    `capital_used` (fall over capital). BadInput for an unknown assumption.

    >>> book = Book(pd=[0.1], ead=[1_000.0], lgd=[0.5], margin=[100.0])
    >>> tornado(book)["assumption"].tolist()
    ['margin', 'log_odds', 'lgd', 'ead']
    """
    unknown = sorted(set(steps) - set(STEPS))
    if unknown:
        raise BadInput(f"{unknown[0]!r} is no assumption; choose of {', '.join(STEPS)}.")
    base = float(book.profit().sum())
    capital = book.capital * book.exposure
    rows = []
    for name, (good, bad) in steps.items():
        best, worst = (_profit(book, name, setting) for setting in (good, bad))
        used = (base - worst) / capital if capital > 0 else float("nan")
        rows.append((name, good, bad, best, worst, abs(best - worst), base - worst, used))
    columns = ["assumption", "favourable", "adverse", "profit_favourable", "profit_adverse"]
    table = pd.DataFrame(rows, columns=[*columns, "swing", "fall", "capital_used"])
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _profit(book: Book, name: str, setting: float) -> float:
    # a keyword by name would pour a dictionary; the fields are few
    scenario = StressScenario(
        f"{name} {setting:g}",
        log_odds=setting if name == "log_odds" else 0.0,
        lgd=setting if name == "lgd" else 1.0,
        ead=setting if name == "ead" else 1.0,
        margin=setting if name == "margin" else 1.0,
    )
    return float(book.under(scenario).profit().sum())


def validate_sensitivity(
    book: Book | None,
    policy: Policy,
    steps: Mapping[str, tuple[float, float]] = STEPS,
    reason: str = "neither exposure nor margin is known",
) -> tuple[ValidationResult, ...]:
    """The largest fall of profit that one adverse assumption brings, over capital."""
    if book is None or (reason := book.shortfall(policy)):
        return (not_evaluated(TEST, reason, n=0 if book is None else book.n, policy=policy),)
    table = tornado(book, steps)
    worst = table.iloc[int(table["fall"].argmax())]
    base = float(book.profit().sum())
    turned = table.loc[table["profit_adverse"] < 0, "assumption"]
    note = f"{worst['assumption']} at {worst['adverse']:g}: profit {worst['profit_adverse']:,.0f}"
    note += f" RMB where {base:,.0f} is expected"
    if base >= 0 and len(turned):
        note += f"; alone enough for a loss: {', '.join(turned)}"
    return (
        judge(TEST, float(worst["capital_used"]), n=book.n, policy=policy, note=note, table=table),
    )
