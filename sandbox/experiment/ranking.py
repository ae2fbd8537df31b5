"""Who is best, by how much, and whether the difference is more than noise."""

from collections.abc import Sequence

import numpy as np

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status

#: what each role is chosen by, and whether more is better
CHOSEN_BY = {
    "limit": ("truth/profit_per_customer", True),
    "fraud": ("fraud/auprc", True),
    "pd": ("perf/auc", True),
}
#: what a person calls these metrics, and how they are written
SPOKEN = {
    "truth/profit_per_customer": ("expected profit per customer (RMB)", "{:,.0f}"),
    "fraud/auprc": ("AUPRC", "{:.3f}"),
    "perf/auc": ("AUC", "{:.3f}"),
}
ORACLE = "truth/oracle_profit_per_customer"
#: it knows expectations and not what happens
KNOWS = "that knows every customer's expected profit at every limit"


def ranking(cells: Sequence[CellResult], metric: str, more_is_better: bool) -> list[str]:
    """Models from best to worst by their mean on the seeds that all of them have.

    Models without the metric on any seed are left out; BadInput when that leaves nobody.
    """
    values = _by_model(cells, metric)
    if not values:
        failed = [f"{c.cell.run_name}: {c.reason}" for c in cells if c.status is not Status.OK]
        why = "; ".join(failed[:3]) or (
            f"{metric} could not be evaluated for any: too few cases, or one score for all"
        )
        raise BadInput(f"No model can be called the best ({why}).")
    common = set.intersection(*(set(of_seed) for of_seed in values.values()))
    sign = 1.0 if more_is_better else -1.0

    def mean(model: str) -> float:
        seeds = common or set(values[model])
        return sign * float(np.mean([values[model][seed] for seed in seeds]))

    return sorted(values, key=mean, reverse=True)


def differences(
    cells: Sequence[CellResult], best: str, metric: str
) -> list[tuple[str, float, float, float]]:
    """Each other model's mean difference to `best` on the seeds both have, with 95% t-interval.

    Tuples of model, difference, low, high; low and high are NaN on fewer than two seeds.
    """
    from scipy import stats

    values = _by_model(cells, metric)
    rows = []
    for model, of_seed in values.items():
        shared = sorted(set(of_seed) & set(values[best]))
        if model == best or not shared:
            continue
        gaps = np.array([of_seed[seed] - values[best][seed] for seed in shared])
        half = float("nan")
        if len(gaps) > 1:
            spread = gaps.std(ddof=1) / np.sqrt(len(gaps))
            half = float(spread * stats.t.ppf(0.975, len(gaps) - 1))
        mean = float(gaps.mean())
        rows.append((model, mean, mean - half, mean + half))
    return rows


def conclusion(cells: Sequence[CellResult], best: str, metric: str) -> str:
    """One or two sentences: who leads, what an oracle would reach, how far the others are."""
    label, form = SPOKEN[metric]
    said = f"Best by {label}: {best}, {form.format(_mean(cells, best, metric))}"
    if ORACLE in _metrics(cells, best):
        oracle = form.format(_mean(cells, best, ORACLE))
        said += f" ({oracle} for an oracle {KNOWS})"
    rivals = [_difference(*row, form) for row in differences(cells, best, metric)]
    return (
        f"{said}. Against it, seed by seed with 95%: {', '.join(rivals)}." if rivals else f"{said}."
    )


def _by_model(cells: Sequence[CellResult], metric: str) -> dict[str, dict[int, float]]:
    """Finite values of a metric by model and seed."""
    values: dict[str, dict[int, float]] = {}
    for c in cells:
        if c.status is Status.OK and np.isfinite(c.metrics.get(metric, np.nan)):
            values.setdefault(c.cell.model, {})[c.cell.seed] = c.metrics[metric]
    return values


def _metrics(cells: Sequence[CellResult], model: str) -> set[str]:
    return {name for c in cells if c.cell.model == model for name in c.metrics}


def _mean(cells: Sequence[CellResult], model: str, metric: str) -> float:
    return float(np.mean(list(_by_model(cells, metric)[model].values())))


def _difference(model: str, difference: float, low: float, high: float, form: str) -> str:
    """`rule matrix -10 (-23 to 4: may be noise)`."""
    if np.isnan(low):
        return f"{model} {form.format(difference)} (one seed: no interval)"
    noise = "" if low * high > 0 else ": may be noise"
    return f"{model} {form.format(difference)} ({form.format(low)} to {form.format(high)}{noise})"
