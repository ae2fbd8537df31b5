"""The names that runs go by: every parameter, metric and tag, in one table.

Models of all roles are logged under these names and no others, so that MLflow's Compare page
lines them up. A metric is `section/name`; the section is a chart section of MLflow's run page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sandbox.errors import BadInput
from sandbox.tracking.metric_names import ROWS

Better = Literal["higher", "lower", "nearest", ""]

#: section -> what its metrics are about, the most telling first
SECTIONS: Mapping[str, str] = {
    "value": "money that decisions made or saved in the replay of the world",
    "fraud": "frauds found, and what the alerts cost",
    "perf": "how well scores rank",
    "calib": "whether probabilities are right",
    "stability": "how far scores have moved since training",
    "robust": "what noise, overfit and single features do to scores",
    "stress": "what worse times would do to the book",
    "limits": "what models say of limits, and the caps that limits keep",
    "outcomes": "what came of scores later on",
    "data": "whether training and evaluation are alike",
    "explain": "explanations against the model they explain",
    "fair": "differences between groups of customers",
    "truth": "against the truth of a synthetic world; a bank's own table has none",
    "ope": "what the incumbent's log alone says of the decisions",
    "ops": "time and memory in the sandbox",
}


@dataclass(frozen=True)
class MetricName:
    """What a tracked metric is."""

    #: `perf/auc`
    name: str
    #: "RMB", "RMB a customer", "share" (0 to 1), "days", "s", "MiB"; "" for a plain number
    unit: str
    #: "higher" or "lower" is better, "nearest" to `target` is; "" where neither is a merit
    better: Better
    #: in words, as a row of a comparison is called
    words: str
    #: the best value where `better` is "nearest"
    target: float = 0.0

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise BadInput(
                f"The metric {self.name!r} is in no section; begin its name with one of "
                f"{', '.join(f'{s}/' for s in SECTIONS)}."
            )
        if self.better not in ("higher", "lower", "nearest", ""):
            raise BadInput(
                f"better is {self.better!r} for {self.name}; give higher, lower, nearest or ''."
            )

    @property
    def section(self) -> str:
        """The part before the slash."""
        return self.name.partition("/")[0]

    def is_better(self, one: float, other: float) -> bool:
        """Whether `one` is the better of two values; False where neither is a merit.

        >>> metric("calib/brier").is_better(0.10, 0.12), metric("perf/auc").is_better(0.6, 0.7)
        (True, False)
        """
        if self.better == "nearest":
            return abs(one - self.target) < abs(other - self.target)
        return one > other if self.better == "higher" else self.better == "lower" and one < other


def _named() -> dict[str, MetricName]:
    found: dict[str, MetricName] = {}
    for name, unit, better, words, *more in ROWS:
        target = more[0] if more else 0.0
        if isinstance(target, str):  # the metric comes with the ends of its interval
            ends = {"_low": "lower", "_high": "upper"}
            for suffix, end in ends.items():
                said = f"{words}, {end} end of its 95% interval"
                found[name + suffix] = MetricName(name + suffix, unit, better, said)
            target = 0.0
        found[name] = MetricName(name, unit, better, words, target)
    return found


#: name -> metric, every one that a study logs
METRICS: Mapping[str, MetricName] = _named()


def metric(name: str) -> MetricName:
    """The metric of that name; one that is not in the table has no unit and no direction.

    >>> metric("truth/regret_per_customer").better, metric("perf/auc").words
    ('lower', 'AUC')
    >>> metric("of mine").words
    'of mine'
    """
    if name in METRICS:
        return METRICS[name]
    section = name.partition("/")[0]
    place = name if section in SECTIONS else f"ops/{name}"
    return MetricName(place, "", "", name)


#: parameter -> what it is; a model's and a policy's own settings follow as `settings.<name>`,
#: `policy.<setting>`, `alerts.<setting>`, `review.<setting>`
PARAMETERS: Mapping[str, str] = {
    "model": "the model's name",
    "model.family": "what kind of model it is, one short word",
    "role": "what it is judged as: limit, fraud or pd",
    "scenario": "the market, or the portfolio's name",
    "seed": "the seed of the market that it learnt from, or of the split",
    "model.explained": "how SHAP values were had: woodelf, closed form, shap, or unavailable",
    "world.customers": "customers that it learnt from",
    "world.months": "months that are simulated",
    "portfolio.accounts": "accounts of the bank's table",
}
#: how parameters begin that are not in the table by name
PARAMETER_PREFIXES = ("settings.", "model.source", "model.digest", "policy.", "alerts.", "review.")

#: tag -> what it says
TAGS: Mapping[str, str] = {
    "study": "the study's name",
    "role": "as the parameter",
    "scenario": "as the parameter",
    "model": "as the parameter",
    "model.family": "as the parameter",
    "seed": "as the parameter",
    "cell": "digest of the whole configuration: no two living runs of a study share it",
    "status": "ok, or how the cell ended",
    "reason": "why a cell did not get through, in words that quote no customer",
    "owner": "the process that is at work on the run: host, process and when that was started",
    "ended": "why a run was ended by another than its owner",
    "isolation.level": "what held the model",
    "validation": "verdicts, counted",
    "not_evaluated": "metrics without a figure; validation/not_evaluated.json says why",
    "explanation": "how SHAP values were had: woodelf, closed form, shap, or unavailable",
    "code.version": "version of this package",
    "code.modified": "whether the checkout had local changes",
}

#: aliases of the model registry
CHAMPION, CHALLENGER = "champion", "challenger"
