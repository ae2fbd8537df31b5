"""The judge of reviews: what they add to limits that were set once, and what became of the lines.

A customer's expected profit at the limits that are reviewed is known from potential outcomes;
what reviews add to it is the mean difference between a replay with them and one without, under
the same noise. The sum is unbiased, and has little noise, for what both replays share drops out.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.experiment.limit_judge import LimitJudge, by_segment, came_of, shares
from sandbox.experiment.robustness_judge import TESTS as ROBUSTNESS
from sandbox.experiment.trial import Floats, Judgement, Scores
from sandbox.policy.increases import ACTIONS, Reviewer
from sandbox.validation.judge import not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.suite import metrics_of, validate_against_truth
from sandbox.validation.truth_counterfactual import TEST as AS_OTHERS
from sandbox.validation.truth_given import RECOURSE

Flags = NDArray[np.bool_]

#: what a cell asks of a model's PD beside its judge
OF_THE_PD = (*ROBUSTNESS, *RECOURSE, AS_OTHERS)


@dataclass(frozen=True)
class Reviewed:
    """Two replays of the same decisions, a row each customer judged, in one order."""

    decisions: pd.DataFrame
    without: pd.DataFrame
    happened: pd.DataFrame
    #: accounts that were opened and are lines
    asked: Flags
    #: what the reviewer did, see `Reviewer.decided` and `.kept`; empty: nothing
    changed: pd.DataFrame
    kept: pd.DataFrame

    @property
    def gain(self) -> Floats:
        """What reviews added, RMB a customer."""
        return (self.happened["profit"] - self.without["profit"]).to_numpy(dtype=float)


@dataclass(frozen=True)
class ReviewJudge:
    """Values reviews of the limits that a base model's PDs lead to."""

    limits: LimitJudge
    #: name of the base model
    base: str

    def unreviewed(self, scores: Scores) -> Reviewed:
        """Where there are no lines: what is reviewed is what was decided."""
        decisions, _ = self.limits.decided(scores)
        happened = self.limits.replayed(decisions)
        nobody = np.zeros(len(decisions), dtype=bool)
        none = pd.DataFrame()
        return Reviewed(decisions, happened, happened, nobody, none, none)

    def replayed(self, reviewer: Reviewer, scores: Scores, is_line: Flags) -> Reviewed:
        """Both replays. `is_line` by customer id; what the reviewer raises goes through."""
        plain = self.unreviewed(scores)
        happened = self.limits.replayed(plain.decisions, reviewer)
        asked = is_line[self.limits.honest] & plain.without["taken"].to_numpy()
        # at the end of the last month nothing is left that a limit could change
        months = self.limits.world.months
        changed, kept = (together(t, months) for t in (reviewer.decided, reviewer.kept))
        return replace(plain, happened=happened, asked=asked, changed=changed, kept=kept)

    def judged(self, reviewed: Reviewed, scores: Scores) -> Judgement:
        """Figures of the same names as a limit model's, but for those of a PD: there is none."""
        plain, decisions = self.limits(scores), reviewed.decisions
        expected, oracle = self.limits.expected_profit(decisions["limit"].to_numpy())
        gain = reviewed.gain
        known = gain[: len(expected)]
        # A customer's own difference, for the interval; its mean over all who were replayed.
        value = expected + known + (gain.mean() - known.mean())
        truth = validate_against_truth(model_value=value, oracle_value=oracle)
        came = came_of(decisions, reviewed.happened)
        del came["calib/decided_pd_gap"]
        half = 1.96 * gain.std() / np.sqrt(len(gain))
        metrics = {
            **came,
            "truth/profit_per_customer": float(value.mean()),
            **metrics_of(truth),
            "value/review_gain": float(gain.mean()),
            "value/review_gain_half_width": float(half),
            "value/reviewed_rate": _share(reviewed.asked, decisions["approve"].to_numpy()),
        }
        told = {r.id for r in truth}
        results = tuple(self._no_pd(r) for r in plain.results if r.id not in told)
        policy, rows = Policy.default(), len(decisions)
        results += tuple(not_evaluated(t, self._why(), n=rows, policy=policy) for t in OF_THE_PD)
        segments = by_segment(self.limits.features, decisions, reviewed.happened)
        tables = {
            "decisions": decisions,
            "decisions_by_segment": segments.drop(columns="mean_pd"),
            "reasons": shares(decisions["reason"]),
        }
        if reviewed.asked.any():
            tables["reviews"] = what_was_done(reviewed)
            tables["reviewed_lines"] = what_became(reviewed, self.limits.honest)
        params = {**plain.params, "review.of": f"limits of {self.base}"}
        params["review.lines"] = "yes" if reviewed.asked.any() else "none in this market"
        return Judgement(metrics, (*results, *truth), tables, params)

    def _no_pd(self, result: ValidationResult) -> ValidationResult:
        return replace(
            result,
            statistic=float("nan"),
            verdict=Verdict.NOT_EVALUATED,
            p_value=None,
            interval=None,
            power=None,
            table=None,
            reason=self._why(),
        )

    def _why(self) -> str:
        return f"the model gives no PD; that of {self.base} is judged where it is tried alone"


def what_was_done(reviewed: Reviewed) -> pd.DataFrame:
    """Columns `action`, `reason`, `lines` (decisions), `mean_limit_before`, `mean_limit_after`
    and `expected_gain` (RMB, means; the last by the model, over keeping); no limits where kept.

    Lines that are frozen for being late are told of at every month's end, others at reviews.
    """
    columns = ["action", "reason", "lines"]
    columns += ["mean_limit_before", "mean_limit_after", "expected_gain"]
    parts = [pd.DataFrame({"action": [], "reason": [], "lines": []})]
    if len(reviewed.kept):
        same = reviewed.kept.groupby("reason", as_index=False)["lines"].sum()
        parts.append(same.assign(action="keep", expected_gain=0.0))
    if len(reviewed.changed):
        grouped = reviewed.changed.groupby(["action", "reason"], as_index=False)
        named = {"mean_limit_before": ("was", "mean"), "mean_limit_after": ("limit", "mean")}
        parts.append(grouped.agg(lines=("limit", "size"), **named, expected_gain=("gain", "mean")))
    table = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    order = table["action"].map(ACTIONS.index)
    found: pd.DataFrame = table.iloc[np.lexsort((-table["lines"], order))]
    return found.reset_index(drop=True).astype({"lines": int})


def what_became(reviewed: Reviewed, honest: NDArray[np.intp]) -> pd.DataFrame:
    """Lines by what was first done with them: defaults and profit, beside the same unreviewed.

    Columns `first_action`, `customers`, `default_rate`, `default_rate_unreviewed`, `profit`,
    `profit_unreviewed`, `gain`, `gain_low`, `gain_high` (RMB a customer; 95%, normal). Until
    the first change both replays are the same, so the gain is what came after it.
    """
    first = pd.Series("keep", index=honest)
    if len(reviewed.changed):
        changes = reviewed.changed.sort_values("mob", kind="stable")
        own = changes.drop_duplicates("customer_id").set_index("customer_id")["action"]
        first.update(own)
    frame = pd.DataFrame(
        {
            "first_action": first.to_numpy(),
            "default": reviewed.happened["default"].to_numpy(dtype=float),
            "default_unreviewed": reviewed.without["default"].to_numpy(dtype=float),
            "profit": reviewed.happened["profit"].to_numpy(),
            "profit_unreviewed": reviewed.without["profit"].to_numpy(),
            "gain": reviewed.gain,
        }
    )[reviewed.asked]
    rows = []
    for action in ACTIONS:
        group = frame[frame["first_action"] == action]
        if group.empty:
            continue
        means = group.drop(columns="first_action").mean()
        half = 1.96 * float(group["gain"].std(ddof=0)) / np.sqrt(len(group))
        rows.append(
            {
                "first_action": action,
                "customers": len(group),
                "default_rate": means["default"],
                "default_rate_unreviewed": means["default_unreviewed"],
                "profit": means["profit"],
                "profit_unreviewed": means["profit_unreviewed"],
                "gain": means["gain"],
                "gain_low": means["gain"] - half,
                "gain_high": means["gain"] + half,
            }
        )
    return pd.DataFrame(rows)


def together(tables: list[pd.DataFrame], months: int) -> pd.DataFrame:
    """All rows of `mob` below `months`; no columns where there are none."""
    before = [table[table["mob"] < months] for table in tables]
    filled = [table for table in before if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _share(some: Flags, of: Floats) -> float:
    return float(some.sum() / of.sum()) if of.any() else 0.0
