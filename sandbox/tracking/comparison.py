"""Models of a study beside each other: means, paired differences, and which of them are noise.

Takes the table that `reading.runs` returns, so it says what MLflow's Compare page shows, with
what that page has not: averages over seeds, intervals, and a word for each difference.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.tracking.names import metric as named
from sandbox.tracking.views import main_metrics

if TYPE_CHECKING:
    import pandas as pd

#: the risk that any difference of a table is called more than noise by accident
RISK = 0.05
NOISE = "may be noise"
ONE_SEED = "one seed: no interval"
NO_SPREAD = "the same on every seed: no interval"
EQUAL = "equal on every seed"
NOT_SHARED = "no seed in common"


@dataclass(frozen=True)
class Comparison:
    """All models of one role in one scenario, or over several."""

    role: str
    #: the scenarios' names; several are averaged, each with the same weight
    scenarios: tuple[str, ...]
    #: best first, by the first metric that has a direction
    models: tuple[str, ...]
    #: the model that the others are compared with
    against: str
    #: differences that the words hold for together
    tests: int
    #: whether `against` was picked from these figures, being the best
    is_picked: bool
    #: how many seeds all models have, of the first metric
    seeds: int
    #: metric × model: means over the seeds that all models have (index, columns as above)
    means: "pd.DataFrame"
    #: a row a metric and model but `against`: `metric`, `model`, `difference`, `low`, `high` (95%),
    #: `seeds`, `p`, `p_holm`, `word`
    differences: "pd.DataFrame"
    #: sentences on figures that are missing
    notes: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The rows, in order."""
        return tuple(self.means.index)


def compare(
    runs: "pd.DataFrame",
    role: str,
    scenarios: Sequence[str],
    metrics: Sequence[str] = (),
    against: str | None = None,
) -> Comparison:
    """Compare the models of a role by the runs of `usable`, seed by seed.

    Without `metrics`, the role's main ones as far as the runs have them. Differences are to the
    best model, or to `against`. Over several scenarios figures are averaged first, each scenario
    with the same weight, on the seeds on which a model has them all: markets of one seed share
    their random numbers, so a seed is one observation, not one a scenario. Where better is what
    is nearest to a value, differences are of the distances to it.

    Words are Holm-adjusted over the table: over the models and metrics shown against a model
    named beforehand; over all pairs of models against the best, which the figures themselves
    picked. BadInput when no run has a figure.
    """
    import pandas as pd

    own = runs[(runs["role"] == role) & runs["scenario"].isin(list(scenarios))]
    places = tuple(scenarios)
    wanted = [m for m in metrics or main_metrics(role) if m in own]
    figures = {m: table for m in wanted if len(table := _by_seed(own, m, places))}
    if not figures:
        raise BadInput(f"No finished {role} run on {_spoken(scenarios)} has any figure to compare.")
    merits = {m: _by_seed(_as_merit(own, m), m, places) for m in figures}
    means = pd.DataFrame({name: _common_mean(table) for name, table in figures.items()}).T
    models = _ordered(means, merits)
    reference = models[0] if against is None else against
    if reference not in models:
        raise BadInput(f"{reference} has no finished run on {_spoken(scenarios)} to compare with.")
    table, tests = _differences(merits, models, reference, against is None)
    return Comparison(
        role, places, models, reference, tests, against is None,
        len(next(iter(figures.values())).dropna()), means[list(models)], table,
        (*_left_out(own, models, places), *_missing(figures)),
    )  # fmt: skip


def _as_merit(runs: "pd.DataFrame", name: str) -> "pd.DataFrame":
    """The table with a metric as what is compared: itself, or its distance to the best value."""
    about = named(name)
    if about.better != "nearest":
        return runs
    return runs.assign(**{name: (runs[name] - about.target).abs()})


def _by_seed(runs: "pd.DataFrame", name: str, scenarios: Sequence[str]) -> "pd.DataFrame":
    """Seed × model: the figure, averaged over scenarios where the model has it in all of them."""
    import numpy as np

    finite = runs[np.isfinite(runs[name].astype(float))]
    cells = finite.groupby(["seed", "model"])[name]
    kept = cells.mean()[cells.size() == len(scenarios)]
    table: pd.DataFrame = kept.unstack("model")
    return table


def _common_mean(figures: "pd.DataFrame") -> "pd.Series[float]":
    """Means over the seeds that all have; over each model's own where there is no such seed."""
    whole = figures.dropna()
    return (whole if len(whole) else figures).mean()


def _ordered(means: "pd.DataFrame", merits: "dict[str, pd.DataFrame]") -> tuple[str, ...]:
    """Models from best to worst by the first metric that has a direction."""
    first = next((name for name in means.index if named(name).better), means.index[0])
    best_first = _common_mean(merits[first]).sort_values(
        ascending=named(first).better in {"lower", "nearest"}, kind="stable"
    )
    rest = [model for model in means.columns if model not in best_first.index]
    return (*best_first.index, *rest)


def _differences(
    merits: "dict[str, pd.DataFrame]", models: Sequence[str], reference: str, is_picked: bool
) -> tuple["pd.DataFrame", int]:
    """The rows against `reference`, and how many tests their words hold for together."""
    import numpy as np
    import pandas as pd

    from sandbox.validation.paired import holm, paired_difference

    pairs = (
        [(one, other) for other, one in combinations(models, 2)]
        if is_picked
        else [(one, reference) for one in models if one != reference]
    )
    rows = [
        (name, one, other, paired_difference(figures[one], figures[other]))
        for one, other in pairs
        for name, figures in merits.items()
        if {one, other} <= set(figures.columns)
    ]
    table = pd.DataFrame(
        {
            "metric": [name for name, *_ in rows],
            "model": [one for _, one, *_ in rows],
            "other": [other for _, _, other, _ in rows],
            "difference": [found.difference for *_, found in rows],
            "low": [found.low for *_, found in rows],
            "high": [found.high for *_, found in rows],
            "seeds": [found.pairs for *_, found in rows],
            "p": [found.p for *_, found in rows],
        }
    )
    table["p_holm"] = holm(table["p"])
    table["word"] = [_word(row) for row in table.to_dict("records")]
    shown = table[table["other"] == reference].drop(columns="other")
    return shown.reset_index(drop=True), int(np.isfinite(table["p"]).sum())


def _word(row: "dict[Hashable, Any]") -> str:
    """What a difference is called."""
    seeds, difference, adjusted = row["seeds"], row["difference"], row["p_holm"]
    if seeds == 0:
        return NOT_SHARED
    if seeds == 1:
        return ONE_SEED
    if adjusted != adjusted:
        return EQUAL if difference == 0 else NO_SPREAD
    if adjusted > RISK:
        return NOISE
    direction = named(str(row["metric"])).better
    if not direction:
        return "higher" if difference > 0 else "lower"
    return "better" if (difference > 0) == (direction == "higher") else "worse"


def _left_out(
    runs: "pd.DataFrame", models: Sequence[str], scenarios: Sequence[str]
) -> tuple[str, ...]:
    """Models that ran and are not compared."""
    names = [name for name in dict.fromkeys(runs["model"]) if name not in models]
    why = "no seed with figures in all scenarios" if len(scenarios) > 1 else "none of these figures"
    return (f"Not compared here, having {why}: {', '.join(names)}.",) if names else ()


def _missing(figures: "dict[str, pd.DataFrame]") -> tuple[str, ...]:
    """Which figures the means do without, one sentence for all metrics that lack the same."""
    models = list(dict.fromkeys(model for table in figures.values() for model in table))
    seeds = sorted({seed for table in figures.values() for seed in table.index})
    lacking: dict[tuple[str, ...], list[str]] = {}
    for name, table in figures.items():
        whole = table.reindex(index=seeds, columns=models)
        gaps = tuple(
            f"{model} (seed{'s' * (len(at) != 1)} {', '.join(map(str, at))})"
            for model in models
            if (at := [seed for seed in seeds if whole.isna().at[seed, model]])
        )
        if gaps:
            lacking.setdefault(gaps, []).append(name)
    said = []
    for gaps, names in lacking.items():
        what = "Every metric" if len(names) == len(figures) else ", ".join(names)
        said.append(
            f"{what}: no figure for {', '.join(gaps)}; means are over the seeds that all models "
            "with the metric have, differences over those that both have."
        )
    return tuple(said)


def _spoken(scenarios: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in scenarios)
