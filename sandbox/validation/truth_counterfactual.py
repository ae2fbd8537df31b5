"""Fair against who customers would have been: the same people and noise, another attribute.

What a model makes of the attribute and of all that follows from it is held against what the true
PD does. A change of the true PD is a reason; what the model changes beyond it has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, same_length
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
TEST = "truth.counterfactual_fairness"


@dataclass(frozen=True)
class Otherwise:
    """n customers as they are, and as they would be with one attribute changed."""

    attribute: str
    #: limits in RMB (or flags), as they are and otherwise
    decision: Vector
    flipped: Vector
    #: predicted PD otherwise less that as they are
    pd_change: Vector
    #: the same of the true PD; all 0 where nothing that happens follows from the attribute
    true_change: Vector

    def __post_init__(self) -> None:
        arrays = {name: finite(name, each) for name, each in vars(self).items() if name[0] != "a"}
        same_length(**arrays)
        if not len(self.decision):
            raise BadInput("There is no decision; give at least one.")

    @property
    def moves_default(self) -> bool:
        """Whether any true PD changes with the attribute."""
        return bool(np.any(self.true_change))


def flipped_table(
    decision: npt.ArrayLike, flipped: npt.ArrayLike, group: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Decisions on the same customers as they are and with the attribute changed, a row a group.

    n decisions each (limits in RMB, or flags), under the same noise; `group` the n true labels.
    Columns: `group` ("all" first), `n`, `changed` (share whose decision differs), `changed_low`,
    `changed_high` (95%, Wilson), `better` and `worse` (shares with more, and less, as they are
    than they would have otherwise), `difference` (mean, as they are less otherwise).
    """
    one, other = finite("decision", decision), finite("flipped", flipped)
    same_length(decision=one, flipped=other)
    if not len(one):
        raise BadInput("There is no decision; give at least one.")
    names: list[object] = ["all"]
    rows = [np.ones(len(one), dtype=bool)]
    if group is not None:
        labels = np.asarray(group, dtype=object)
        if len(labels) != len(one):
            raise BadInput(f"There are {len(labels)} labels for {len(one)} decisions.")
        for name in pd.unique(labels[~pd.isna(labels)]):
            names.append(name)
            rows.append(labels == name)
    gap = one - other
    found = []
    for name, of in zip(names, rows, strict=True):
        n, share = int(of.sum()), float((gap[of] != 0).mean())
        low, high = _wilson(share, n)
        found.append((str(name), n, share, low, high, float((gap[of] > 0).mean()),
                      float((gap[of] < 0).mean()), float(gap[of].mean())))  # fmt: skip
    columns = ["group", "n", "changed", "changed_low", "changed_high", "better", "worse"]
    return pd.DataFrame(found, columns=[*columns, "difference"])


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson (1927), JASA 22."""
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * float(np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def counterfactual_table(asked: Sequence[Otherwise]) -> pd.DataFrame:
    """A row an attribute: that of `flipped_table`, and how far PDs move, predicted and true.

    Columns: `attribute`; `n` to `difference` as in `flipped_table`; `pd_change`, `true_change`
    and `unexplained`, means over customers of the absolute change of the predicted PD, of that of
    the true PD, and of the difference of the two.
    """
    rows = []
    for each in asked:
        row = flipped_table(each.decision, each.flipped).drop(columns="group").iloc[0]
        beyond = each.pd_change - each.true_change
        changes = {"pd_change": each.pd_change, "true_change": each.true_change}
        changes["unexplained"] = beyond
        means = {name: float(np.abs(values).mean()) for name, values in changes.items()}
        named = {str(name): value for name, value in row.items()}
        rows.append({"attribute": each.attribute, **named, **means})
    return pd.DataFrame(rows).astype({"n": int})


def validate_counterfactual_truth(
    asked: Sequence[Otherwise],
    policy: Policy,
    reason: str = "no customer was asked about with another attribute",
) -> tuple[ValidationResult, ...]:
    """Share of customers whose decision hangs on an attribute from which no default follows.

    All noise is the same. The worst attribute counts; the share of those whose default does
    follow from the attribute is in the table alone, since part of such a change is right.
    """
    if not asked:
        return (not_evaluated(TEST, reason, n=0, policy=policy),)
    n = max(len(each.decision) for each in asked)
    if n < policy.minimum_rows:
        reason = f"{n} rows; at least {policy.minimum_rows} needed"
        return (not_evaluated(TEST, reason, n=n, policy=policy),)
    if not any(each.decision.any() or each.flipped.any() for each in asked):
        reason = f"none of {n} cases is granted a limit"
        return (not_evaluated(TEST, reason, n=n, policy=policy),)
    table = counterfactual_table(asked)
    idle = [not each.moves_default for each in asked]
    if not any(idle):
        reason = "default follows from every attribute that was changed"
        return (not_evaluated(TEST, reason, n=n, policy=policy),)
    judged = table[idle]
    row = judged.iloc[int(np.argmax(judged["changed"].to_numpy()))]
    note = f"with {row['attribute']} changed, {row['worse']:.1%} would have more and "
    note += f"{row['better']:.1%} less than they have; no true PD changes, the model's by "
    note += f"{row['pd_change']:.2%} on average"
    return (
        judge(
            TEST,
            float(row["changed"]),
            n=int(row["n"]),
            policy=policy,
            interval=(float(row["changed_low"]), float(row["changed_high"])),
            note=note,
            table=table,
        ),
    )
