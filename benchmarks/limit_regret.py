"""Why policies that set limits lose what they lose to the oracle, market by market.

    python benchmarks/limit_regret.py                              a limit, and regret by part
    python benchmarks/limit_regret.py --scenario lifestyle --curve by customers learnt from

First table: the truth of each market: how far pd rises with the limit, how many customers earn the
bank the same at 50,000 and at 200,000 (`same`), how many lose it money at 200,000 (`lose`), and
what 200,000 for everybody is worth, share of the oracle's value (`all`).

Second: regret of the causal pair, of it without its corrections (`no corr.`), without its regard to
overlap, with neither (no propensities), learnt from random rows alone, and learnt from a log whose
limits were dealt anew: each limit that the incumbent chose is replaced by one drawn from what
customers with such features got, and the world is replayed. That log has the same limits for the
same features and nothing of what the incumbent knew beside them; the difference is what confounding
costs. `knew` is how far limit and strength go together beyond the features (correlation); `true pd`
is the pair with the true pd in place of its own. Logs are those of honest customers.

Third, with --curve: regret of the pair and of the best on features by customers learnt from. About
a minute a market and seed, four with --curve. Set OMP_NUM_THREADS=1 on a busy machine.
"""

import argparse
from copy import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd
from limit_policies import BOUND, FRESH, GRID, JUDGED, LOG, MONTHS, Bound, dearest, judged, profit
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import cross_val_predict

from data_generators import Decisions, World, scenarios
from data_generators.potential import PotentialOutcomes
from data_generators.scenarios import Scenario
from sandbox.cli.tables import print_table
from sandbox.experiment.limit_trial import limit_trial
from sandbox.features import credit_features
from sandbox.models import CausalPair, limit_grid
from sandbox.policy.applicants import tenor_of
from sandbox.policy.economics import Behaviour, Economics, ExpectedProfit
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.limits import LimitPolicy

#: limits that fewer customers got by the incumbent's choice are left as they are
RARE = 50
#: rows of logs, and customers whose outcomes at every limit are known, for --curve
ROWS, KNOWN = (15_000, 60_000, 240_000), (30_000, 120_000, 480_000)
#: of the trees that say what customers with such features got
TREES = {
    "max_iter": 60,
    "max_depth": 5,
    "min_samples_leaf": 50,
    "early_stopping": False,
    "random_state": 0,
}
PARTS = (
    "pair",
    "no corr.",
    "no overlap",
    "neither",
    "random",
    "dealt: no corr.",
    "dealt: neither",
    "true pd",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=list(scenarios.catalogue()))
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--customers", type=int, default=60_000, help="in the log")
    parser.add_argument("--curve", action="store_true", help="by customers learnt from, alone")
    given = parser.parse_args()
    truths, parts, curves = [], [], []
    for name in given.scenario or list(scenarios.catalogue()):
        for seed in given.seed or [2]:
            market, which = Market.of(scenarios.by_name(name), seed), {"market": name}
            if given.curve:
                curves.append(which | curve(market, seed))
            else:
                truths.append(which | what_a_limit_does(market))
                training = World(market.scenario, given.customers, MONTHS, seed=LOG + seed)
                parts.append(which | regret_by_part(market, training))
            print(f"{name}, seed {seed}: done", flush=True)
    if given.curve:
        shown(curves, "Regret by customers learnt from")
    else:
        shown(truths, "What a limit does")
        shown(parts, "Regret of the causal pair, by part")


@dataclass(frozen=True)
class Market:
    """Fresh honest customers of a market, and their true outcomes."""

    scenario: Scenario
    world: World
    potential: PotentialOutcomes
    #: positions of honest customers
    honest: np.ndarray

    @classmethod
    def of(cls, scenario: Scenario, seed: int) -> "Market":
        world = World(scenario, JUDGED, MONTHS, seed=FRESH + seed)
        potential = world.truth.potential_outcomes(100, progress=False)
        return cls(scenario, world, potential, np.flatnonzero(world.truth.fraud() == ""))

    def asked(self, columns: list[str]) -> pd.DataFrame:
        """Features of the honest, n rows."""
        seen = self.world.observed().applications.iloc[self.honest].reset_index(drop=True)
        return credit_features(seen, columns)

    def regret(self, limit: np.ndarray) -> float:
        """Of limits for the honest, share of the oracle's value."""
        best = self.potential.value(self.potential.oracle())[self.honest].mean()
        return 1 - judged(self.potential, self.honest, limit) / float(best)


def what_a_limit_does(market: Market) -> dict[str, float]:
    """A row of the first table: shares of customers, true PDs, and of the oracle's value."""
    pd_at = market.potential.pd[market.honest].mean(axis=0)
    earned = market.potential.profit_to_score[market.honest]
    product = market.world.truth.traits()["product"].iloc[market.honest]
    return {
        "loans": (product == "instalment").mean(),
        "pd at 2,000": pd_at[1],
        "20,000": pd_at[4],
        "200,000": pd_at[-1],
        "same": np.isclose(earned[:, -1], earned[:, -3]).mean(),
        "lose": (earned[:, -1] < 0).mean(),
        "all": 1 - market.regret(np.full(len(earned), GRID[-1])),
    }


@dataclass(frozen=True)
class Log:
    """What a bank would learn from: features and labels of honest customers, n rows each."""

    features: pd.DataFrame
    labels: pd.DataFrame

    @classmethod
    def replayed(cls, world: World, limit: np.ndarray, propensity: np.ndarray) -> "Log":
        """The log that these limits (RMB, one a customer) would have left."""
        price = world.logged_decisions().price
        got = world.replay(Decisions.of(limit, price=price), progress=False).customers
        taken = got["taken"].to_numpy(dtype=float)
        labels = pd.DataFrame(
            {
                "target": got["default"].where(taken == 1).astype(float),
                "credit_limit": limit,
                "propensity": propensity,
                "taken": np.where(limit > 0, taken, np.nan),
                "utilisation": got["utilisation"],
                "ead": got["ead"].where(taken == 1),
            }
        )
        features = credit_features(world.observed().applications)
        honest = world.truth.fraud() == ""
        return cls(features[honest].reset_index(drop=True), labels[honest].reset_index(drop=True))

    def fitted(self, rows: np.ndarray | None = None, propensity: float | None = None) -> CausalPair:
        """The causal pair, from some rows and with a propensity common to them."""
        features, labels = self.features, self.labels
        if rows is not None:
            features, labels = features[rows], labels[rows].assign(propensity=propensity)
        return CausalPair().fit(features, labels)


def regret_by_part(market: Market, training: World) -> dict[str, float]:
    """Regret of the causal pair, of it without its parts, and of what a dealt log teaches."""
    logged = training.observed().decisions
    limit, propensity = (logged[n].to_numpy(dtype=float) for n in ("credit_limit", "propensity"))
    explored = logged["explored"].to_numpy(dtype=bool)
    anew = dealt_anew(training, limit, explored)
    log, dealt = (Log.replayed(training, each, propensity) for each in (limit, anew))
    asked = market.asked(list(log.features.columns))

    def lost(model: CausalPair, *parts: str) -> float:
        return market.regret(dearest(profit(market.scenario, asked, without(model, *parts))))

    pair, fair = log.fitted(), dealt.fitted()
    grid, most = market.scenario.limit_grid, market.scenario.incumbent.exploration_ceiling
    at_random = explored[training.truth.fraud() == ""]
    random = log.fitted(at_random, 1 / sum(each <= most for each in grid))
    found = (
        lost(pair),
        lost(pair, "corrections_"),
        lost(pair, "overlap_"),
        lost(pair, "corrections_", "overlap_"),
        lost(random),
        lost(fair, "corrections_"),
        lost(fair, "corrections_", "overlap_"),
        market.regret(dearest(with_true_pd(market, asked, pair))),
    )
    return {
        "knew": knew_beside_features(training, limit, explored),
        "dealt: knew": knew_beside_features(training, anew, explored),
        **dict(zip(PARTS, found, strict=True)),
    }


def without(model: CausalPair, *parts: str) -> CausalPair:
    """A fitted pair less its corrections, or less its regard to overlap."""
    other = copy(model)
    for part in parts:
        setattr(other, part, None)
    return other


def dealt_anew(world: World, limit: np.ndarray, explored: np.ndarray) -> np.ndarray:
    """Limits (RMB) with every chosen one drawn anew from what such features got, n."""
    kinds, count = np.unique(limit[~explored], return_counts=True)
    rows = ~explored & np.isin(limit, kinds[count >= RARE])
    features = credit_features(world.observed().applications)[rows]
    model = HistGradientBoostingClassifier(**TREES)
    chance = cross_val_predict(model, features, limit[rows], cv=3, method="predict_proba")
    drawn = np.random.default_rng(world.customers).random((len(chance), 1))
    place = np.minimum((np.cumsum(chance, axis=1) < drawn).sum(axis=1), chance.shape[1] - 1)
    dealt = limit.copy()
    dealt[rows] = np.unique(limit[rows])[place]
    return dealt


def knew_beside_features(world: World, limit: np.ndarray, explored: np.ndarray) -> float:
    """Correlation of log limit and strength (ability and willingness), beyond the features."""
    rows = ~explored & (limit > 0)
    features = credit_features(world.observed().applications)[rows]
    traits = world.truth.traits()[rows]
    strength = (traits["ability"] + traits["willingness"]).to_numpy()
    left = []
    for what in (np.log(limit[rows]), strength):
        told = cross_val_predict(HistGradientBoostingRegressor(**TREES), features, what, cv=3)
        left.append(what - told)
    return float(np.corrcoef(*left)[0, 1])


def with_true_pd(market: Market, asked: pd.DataFrame, model: CausalPair) -> np.ndarray:
    """Expected profit (RMB, n × 7) by the true pd and what the model says of all else."""
    scores = model.predict(asked)
    _, used, ead, taken = (
        limit_grid.table(model.outputs, scores, name) for name in limit_grid.SAID
    )
    # the truth counts defaults of all, the formula those of customers who took the offer
    true = market.potential.pd[market.honest][:, 1:] / np.maximum(taken, 0.02)
    terms = Economics.from_terms(market.scenario.economics, MONTHS)
    expected = ExpectedProfit(terms, JointLending.from_terms(market.scenario.joint))
    behaviour = Behaviour(GRID, np.minimum(true, 1.0), used, ead, taken)
    return expected.of(behaviour, tenor=tenor_of(asked))


def curve(market: Market, seed: int) -> dict[str, float]:
    """Regret of the causal pair and of the best on features, by customers learnt from."""
    found = {}
    for rows in ROWS:
        training = World(market.scenario, rows, MONTHS, seed=LOG + seed)
        trial = limit_trial(training, market.world, market.potential, LimitPolicy())
        pair = CausalPair().fit(trial.training_features, trial.training_labels)
        chosen = dearest(profit(market.scenario, trial.evaluation_features, pair))
        found[f"pair, {rows:,}"] = market.regret(chosen)
    for known in KNOWN:
        training = World(market.scenario, known, MONTHS, seed=BOUND + seed)
        limits = Bound(known, traits=False).limits(training, market.world)
        found[f"best, {known:,}"] = market.regret(limits["best observable"])
    return found


def shown(found: list[dict[str, float]], title: str) -> None:
    """Means over seeds, and below over markets; shares in percent, correlations as they are."""
    table = pd.DataFrame(found).groupby("market", sort=False).mean()
    table.loc["mean"] = table.mean()
    rows = [
        [name, *(f"{v:.2f}" if c.endswith("knew") else f"{v:.1%}" for c, v in row.items())]
        for name, row in table.iterrows()
    ]
    print_table(["market", *table.columns], rows, title)


if __name__ == "__main__":
    main()
