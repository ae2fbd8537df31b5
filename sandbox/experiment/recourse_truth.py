"""Is advice true? What a model's advice does to the customer, not only to the model's answer.

Each advised change is done in the world: do(cause := value) with the same noise. Some changes
have no cause there: an applicant who waits until inquiries are forgotten looks better and is no
better. Advice is valid when the true pd falls by a stated part of what the model promises.

What stands for what (`CAUSES`):

- `requested_amount`: the limit, since what is asked for is what would be granted;
- `tenor_months`: the term of the loan;
- `declared_income`, `bank_savings`: income and buffer, in the proportion of the change;
- `bureau_lenders`: debts elsewhere, less one part in n of their service a lender closed;
- `bureau_utilisation`, `bureau_inquiries_6m`, `bureau_lenders_30d`: nothing. In these worlds they
  follow from impatience and from luck, and no default follows from them.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.experiment.trial import Floats
from sandbox.explanation.actions import Actions
from sandbox.explanation.counterfactual import advise
from sandbox.explanation.counterfactual_search import Score

if TYPE_CHECKING:
    from data_generators import World
    from sandbox.isolation import Artefact
    from sandbox.isolation.supervisor import Worker

#: feature: trait of the world that the change is done to; "" where there is none
CAUSES: dict[str, str] = {
    "requested_amount": "limit",
    "tenor_months": "tenor",
    "declared_income": "income",
    "bank_savings": "buffer",
    "bureau_lenders": "other_debt",
    "bureau_lenders_30d": "",
    "bureau_utilisation": "",
    "bureau_inquiries_6m": "",
}
#: part of the promised fall that the true one has to reach
PART = 0.5
#: declined applicants asked about in a cell, and replicas that each lives through
ASKED, REPLICAS = 150, 128


@dataclass(frozen=True)
class RecourseTruth:
    """Advice held against the truth of a world; see `summary`."""

    #: a row an advised applicant: `row`, `customer_id`, `changed` (features, joined by " + "),
    #: `features` (how many), `promised` (fall of the model's pd), `true_before`, `true_after`,
    #: `fall` (true, paired), `fall_se` (of the noise), `games` (no change has a cause), `valid`
    rows: pd.DataFrame
    #: applicants whom nothing helps
    unhelped: int
    #: pd that is not declined
    target: float
    #: part of the promise that a valid advice keeps
    part: float

    def summary(self) -> dict[str, float]:
        """Figures of the advice, NaN where nobody was advised.

        `advised` and `helped` (share of those who asked), `features` (mean number), `promised`
        and `fall` (mean, pd), `fall_se` (standard error of the mean fall, over customers),
        `improvement` (fall over promise), `validity` and `validity_se` (share whose true pd
        falls by `part` of the promise), `doubtful` (share within two standard errors of that
        bar, for noise), `true_valid` (share whose true pd is at the target or under after it,
        of those above it before), `games` (share whose changes have no cause).
        """
        rows, n = self.rows, len(self.rows)
        asked = n + self.unhelped
        counts = {"advised": float(n), "helped": n / asked if asked else float("nan")}
        if not n:
            return counts | dict.fromkeys(_FIGURES, float("nan"))
        valid = float(rows["valid"].mean())
        short = rows["fall"] - self.part * rows["promised"]
        above = rows["true_before"] > self.target
        fine = rows.loc[above, "true_after"] <= self.target
        return counts | {
            "features": float(rows["features"].mean()),
            "promised": float(rows["promised"].mean()),
            "fall": float(rows["fall"].mean()),
            "fall_se": float(rows["fall"].std(ddof=0)) / sqrt(n),
            "improvement": float(rows["fall"].sum() / rows["promised"].sum()),
            "validity": valid,
            "validity_se": sqrt(valid * (1 - valid) / n),
            "doubtful": float((short.abs() < 2 * rows["fall_se"]).mean()),
            "true_valid": float(fine.mean()) if above.any() else float("nan"),
            "games": float(rows["games"].mean()),
        }


_FIGURES = (
    "features", "promised", "fall", "fall_se", "improvement", "validity", "validity_se",
    "doubtful", "true_valid", "games",
)  # fmt: skip


def recourse_truth(
    advice: pd.DataFrame,
    world: "World",
    customers: NDArray[np.int64],
    features: pd.DataFrame,
    *,
    target: float,
    part: float = PART,
    replicas: int = REPLICAS,
) -> RecourseTruth:
    """Hold the advice of `advise` on n rows of `features` against the truth of their world.

    `customers` are the n ids of the rows in the world. Before and after, everyone is granted
    what is asked for. Raises BadInput for a feature whose cause is not known (`CAUSES`), for a
    part that is not above 0 and at most 1, and for other lengths.

    >>> from data_generators import World, scenarios
    >>> from sandbox.features import credit_features
    >>> world = World(scenarios.ecommerce, customers=50, months=9, seed=7)
    >>> asked = credit_features(world.observed().applications)
    >>> waits = pd.DataFrame({"row": [4], "feature": "bureau_inquiries_6m", "from": 3.0, "to": 1.0,
    ...                       "cost": 1.0, "pd_before": 0.2, "pd_after": 0.1})
    >>> found = recourse_truth(waits, world, np.arange(50), asked, target=0.1, replicas=4)
    >>> found.rows[["promised", "fall", "games", "valid"]].values.tolist()
    [[0.1, 0.0, True, False]]
    """
    if not 0 < part <= 1:
        raise BadInput(f"part is {part!r}; it is above 0 and at most 1.")
    if len(customers) != len(features):
        raise BadInput(f"There are {len(customers)} customers for {len(features)} rows.")
    helped = advice[advice["feature"] != ""]
    odd = sorted(set(helped["feature"]) - set(CAUSES))
    if odd:
        raise BadInput(
            f"What {odd[0]} stands for in a world is not known; causes are known of "
            f"{', '.join(CAUSES)}."
        )
    unhelped = int((advice["feature"] == "").sum())
    rows = np.unique(helped["row"].to_numpy(dtype=np.intp))
    who = customers[rows]
    asked = features["requested_amount"].to_numpy(dtype=np.float64)[rows]
    table = _told(helped).assign(customer_id=who)
    if len(rows):
        limit, changes = _done(helped, rows, asked, world.truth.traits().iloc[who])
        before, after = _lived(world, who, (asked, limit), changes, replicas)
        paired = before.astype(float) - after
        table = table.assign(
            true_before=before.mean(axis=0),
            true_after=after.mean(axis=0),
            fall=paired.mean(axis=0),
            fall_se=paired.std(axis=0) / sqrt(replicas),
            valid=paired.mean(axis=0) >= part * table["promised"].to_numpy(),
        )
    return RecourseTruth(table, unhelped, target, part)


def _lived(
    world: "World",
    who: NDArray[np.int64],
    limits: tuple[Floats, Floats],
    changes: dict[str, Floats],
    replicas: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Defaults as they are and as they would be, replicas × n: one call, half the draws."""
    own = np.full(len(who), np.nan)
    lived = world.truth.defaults_under(
        np.concatenate(limits),
        {name: np.concatenate([own, to]) for name, to in changes.items()},
        customers=np.tile(who, 2),
        replicas=replicas,
        progress=False,
    )
    return lived[:, : len(who)], lived[:, len(who) :]


def _told(helped: pd.DataFrame) -> pd.DataFrame:
    """A row an advised applicant, by row: `changed`, `features`, `promised`, `games`."""
    meant = helped.assign(
        changed=helped["feature"].where(helped["cost"] > 0),
        causal=helped["feature"].map(CAUSES).ne(""),
    ).groupby("row")
    return pd.DataFrame(
        {
            "changed": meant["changed"].agg(lambda names: " + ".join(names.dropna())),
            "features": meant["changed"].count(),
            "promised": meant["pd_before"].first() - meant["pd_after"].first(),
            "games": ~meant["causal"].any(),
        }
    ).reset_index()


def _done(
    helped: pd.DataFrame, rows: NDArray[np.intp], asked: Floats, traits: pd.DataFrame
) -> tuple[Floats, dict[str, Floats]]:
    """Limits and traits after the advice, one each of the advised rows; NaN: the own trait."""
    limit, changes = asked.copy(), {}
    for feature, cause in CAUSES.items():
        own = helped[helped["feature"] == feature]
        if not cause or not len(own):
            continue
        at = np.searchsorted(rows, own["row"])
        to, was = own["to"].to_numpy(), own["from"].to_numpy()
        if cause == "limit":
            limit[at] = to
            continue
        value = np.full(len(rows), np.nan)
        trait = traits[cause].to_numpy(dtype=np.float64)[at]
        if cause == "tenor":
            value[at] = to
        elif cause == "other_debt":
            # some lenders do not report: who closes one of three that the bank does not all see
            lenders = np.maximum(traits["n_lenders"].to_numpy(dtype=np.float64)[at], was)
            value[at] = trait * (1.0 - (was - to) / lenders)
        else:
            value[at] = trait * to / was
        changes[cause] = value
    return limit, changes


def recourse_metrics(
    score: Score,
    world: "World",
    customers: NDArray[np.int64],
    features: pd.DataFrame,
    background: pd.DataFrame,
    *,
    target: float,
    possible: Actions | None = None,
    at_most: int = 2,
    asked: int = ASKED,
    replicas: int = REPLICAS,
) -> tuple[dict[str, float], RecourseTruth]:
    """Advise some declined applicants and hold it against the truth: metrics, and the rows.

    Of the declined, the first `asked` of `features` in the table's order ask for advice, honest
    customers only if the caller leaves frauds out. `truth/recourse_validity` is NaN where nobody
    is declined or helped; `truth/recourse_games` and `truth/recourse_improvement` stand beside it.
    """
    declined = np.flatnonzero(np.asarray(score(features), dtype=np.float64).ravel() > target)
    rows = declined[:asked]
    some = features.iloc[rows].reset_index(drop=True)
    advice = advise(score, some, target, background, possible=possible, at_most=at_most)
    truth = recourse_truth(advice, world, customers[rows], some, target=target, replicas=replicas)
    found = truth.summary()
    named = {"validity": "validity", "improvement": "improvement", "games": "games"}
    return {f"truth/recourse_{name}": found[key] for name, key in named.items()}, truth


def sandboxed(worker: "Worker", artefact: "Artefact") -> Score:
    """What `advise` asks: the model in its sandbox, a table at a time.

    Raises BadInput with the reason where the model fails; the worker is gone then.
    """

    def score(table: pd.DataFrame) -> Floats:
        outcome = worker.score(artefact, table, ("pd",))
        if outcome.value is None:
            raise BadInput(f"The model gave no pd to advise by: {outcome.reason}")
        return outcome.value[:, 0]

    return score
