"""Champion against challenger on one figure: over seeds, or case by case where there is one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from sandbox.cell import CellResult
from sandbox.report.standing import Contender, Spread, Standing
from sandbox.report.wording import HEADLINE, LESS_IS_BETTER, metric
from sandbox.validation.roc import delong_paired

#: figures besides the headline on which a better challenger is worth a word
ALSO = {
    "limit": ("perf/auc", "calib/brier", "value/default_rate"),
    "pd": ("calib/brier",),
    "fraud": ("perf/auc", "fraud/recall_at_fpr_2pct"),
}


@dataclass(frozen=True)
class Difference:
    """Champion less challenger, with its 95% interval and what that rests on."""

    metric: str
    spread: Spread
    #: "paired over 3 seeds"
    basis: str

    @property
    def challenger_better(self) -> bool:
        """Whether the interval leaves only values in the challenger's favour."""
        if not self.spread.known:
            return False
        return self.spread.low > 0 if self.metric in LESS_IS_BETTER else self.spread.high < 0

    @property
    def words(self) -> str:
        """`AUC: 0.013 (95% interval 0.009 to 0.016), paired over 3 seeds`."""
        shown, spread = metric(self.metric), self.spread
        return (
            f"{shown.label}: {shown.form(spread.mean)} (95% interval {shown.form(spread.low)} to "
            f"{shown.form(spread.high)}), {self.basis}"
        )


def difference(standing: Standing, name: str, challenger: Contender) -> Difference | None:
    """How far the champion is ahead on metric `name`; None where no interval can be had.

    With two or more shared seeds a paired t-interval over them; with one, AUC (DeLong) and
    Brier score (normal) are paired over the cases, which have to be the same for both models.
    """
    spread = standing.paired(name, challenger)
    if spread.known:
        return Difference(name, spread, f"paired over {spread.seeds} seeds")
    pair = same_cases(standing.champion, challenger)
    if pair is None:
        return None
    seed, target, ours, theirs = pair
    said = f"on the same {len(target):,} cases of seed {seed}"
    if name == "perf/auc":
        return Difference(name, Spread(*delong_paired(target, ours, theirs), 1), f"DeLong, {said}")
    if name == "calib/brier":
        gaps = (ours - target) ** 2 - (theirs - target) ** 2
        half = float(norm.ppf(0.975)) * float(gaps.std(ddof=1)) / len(gaps) ** 0.5
        mean = float(gaps.mean())
        return Difference(name, Spread(mean, mean - half, mean + half, 1), f"paired {said}")
    return None


def leader(standing: Standing) -> str:
    """The model that leads by the rule, on the seeds that all contenders have; empty if none."""
    name = HEADLINE.get(standing.role, "perf/auc")
    values = {
        c.name: {r.cell.seed: r.metrics[name] for r in c.finished if name in r.metrics}
        for c in standing.contenders
    }
    values = {model: of_seed for model, of_seed in values.items() if of_seed}
    if not values:
        return ""
    shared = set.intersection(*(set(of_seed) for of_seed in values.values()))
    means = {
        model: float(np.mean([of_seed[s] for s in sorted(shared or set(of_seed))]))
        for model, of_seed in values.items()
    }
    return max(means, key=lambda model: means[model])


Vector = np.ndarray[tuple[int], np.dtype[np.float64]]


def same_cases(
    champion: Contender, challenger: Contender
) -> tuple[int, Vector, Vector, Vector] | None:
    """Seed, outcomes and both scores of the first seed on which both judged the same cases."""
    theirs = {c.cell.seed: c for c in challenger.finished}
    for cell in champion.finished:
        one, other = _scored(cell), _scored(theirs.get(cell.cell.seed))
        if one is None or other is None or not one["target"].equals(other["target"]):
            continue
        seen = one["target"].notna().to_numpy()
        target = one["target"].to_numpy(dtype=float)[seen]
        if {0.0, 1.0} <= set(target):
            scores = [t["score"].to_numpy(dtype=float)[seen] for t in (one, other)]
            return cell.cell.seed, target, scores[0], scores[1]
    return None


def _scored(cell: CellResult | None) -> pd.DataFrame | None:
    table = None if cell is None else cell.tables.get("scored")
    return table if table is not None and {"score", "target"} <= set(table.columns) else None
