"""What policies that set limits are truly worth, market by market.

    python benchmarks/limit_policies.py                           all markets, one seed
    python benchmarks/limit_policies.py --scenario ecommerce --seed 2 --seed 3

Every model learns from one log of the incumbent and decides for honest applicants of a world that
it has not seen; a decision is worth its expected profit there, RMB an applicant. Above the models
stand the oracle, which knows every customer, and the best that observed features allow, which
learns from the potential outcomes of yet another world (--learn-from 0 leaves it out). With
--traits the same learner is shown the latent traits instead, which no bank sees: what it then
loses is fit, and the rest of what the best on features loses is information. `no propensities` is
the causal pair without its corrections and without its regard to overlap: limit_regret.py tells the
two apart from what confounding costs. About a minute a market and seed on one core.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from data_generators.potential import PotentialOutcomes
from data_generators.scenarios import Scenario
from sandbox.cli.tables import print_table
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.trial import Trial
from sandbox.features import credit_features
from sandbox.models import BoostedExposure, BoostedPD, CausalPair, RuleMatrix, limit_grid
from sandbox.policy.applicants import tenor_of
from sandbox.policy.best_observable import BestObservable
from sandbox.policy.caps import HouseCaps
from sandbox.policy.economics import Behaviour, Economics, ExpectedProfit
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.limits import LimitPolicy

MONTHS = 24
#: customers whose outcomes at every limit are known, and how often each is lived through
JUDGED, REPLICAS = 10_000, 100
#: added to a seed: worlds to learn from, to be judged on, and for the bound
LOG, FRESH, BOUND = 1_000, 1 << 100, 1 << 101
GRID = np.asarray(limit_grid.LIMITS, dtype=float)
#: what a bank without PD by limit keeps to: share of income that debts may take, limit over income
CAPS = HouseCaps(pd_cutoff=None, dti_cap=0.60, income_multiple=6.0)
LARGEST = 200_000.0
POLICIES = (
    "oracle",
    "best on traits",
    "best observable",
    "causal pair",
    "no propensities",
    "PD-fixed, caps",
    "PD-fixed, bare",
    "rules",
    "boosted PD",
)
#: as headings, where the name is long
SHORT = {
    "best on traits": "traits",
    "best observable": "observable",
    "causal pair": "causal",
    "no propensities": "no prop.",
    "PD-fixed, caps": "PD-fixed",
    "PD-fixed, bare": "bare",
    "boosted PD": "boosted",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=list(scenarios.catalogue()))
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--customers", type=int, default=60_000, help="in the log")
    parser.add_argument("--learn-from", type=int, default=120_000, help="customers, for the bound")
    parser.add_argument("--traits", action="store_true", help="a bound on latent traits, beside")
    given = parser.parse_args()
    seeds = given.seed or [2]
    found = []
    for name in given.scenario or list(scenarios.catalogue()):
        for seed in seeds:
            begun = time.perf_counter()
            bound = Bound(given.learn_from, given.traits)
            row = worth(scenarios.by_name(name), seed, given.customers, bound)
            found.append({"market": name, "s": time.perf_counter() - begun, **row})
            print(f"{name}, seed {seed}: {found[-1]['s']:.0f} s", flush=True)
    means = pd.DataFrame(found).groupby("market", sort=False).mean().reset_index()
    shown(means, f"Expected profit, RMB an applicant; seeds {', '.join(map(str, seeds))}")


def worth(scenario: Scenario, seed: int, customers: int, bound: "Bound") -> dict[str, float]:
    """Value of each policy on fresh customers, RMB an applicant."""
    training = World(scenario, customers, MONTHS, seed=LOG + seed)
    fresh = World(scenario, JUDGED, MONTHS, seed=FRESH + seed)
    potential = fresh.truth.potential_outcomes(REPLICAS, progress=False)
    trial = limit_trial(training, fresh, potential, LimitPolicy())
    honest = np.flatnonzero(fresh.truth.fraud() == "")
    limits = decided(trial, scenario)
    limits |= bound.limits(World(scenario, bound.customers or 1, MONTHS, seed=BOUND + seed), fresh)
    values = {name: judged(potential, honest, limit) for name, limit in limits.items()}
    oracle = float(potential.value(potential.oracle())[honest].mean())
    return {"oracle": oracle, **{name: values[name] for name in POLICIES if name in values}}


@dataclass(frozen=True)
class Bound:
    """The best that can be learnt from potential outcomes, by what the learner is shown."""

    #: customers to learn from; 0: no bound
    customers: int
    #: a second bound, shown the latent traits in place of features
    traits: bool

    def limits(self, training: World, fresh: World) -> dict[str, np.ndarray]:
        """Limits for the honest applicants of `fresh`, RMB, by name."""
        if not self.customers:
            return {}
        potential = training.truth.potential_outcomes(4, progress=False)
        profit = (potential.profit_to_choose + potential.profit_to_score) / 2
        honest, asked = training.truth.fraud() == "", fresh.truth.fraud() == ""
        found = {}
        seen = credit_features(training.observed().applications)
        there = credit_features(fresh.observed().applications, list(seen.columns))
        for name in ("best observable", "best on traits")[: 1 + self.traits]:
            if name == "best on traits":
                seen, there = traits_of(training), traits_of(fresh)
            best = BestObservable().fit(seen[honest], profit[honest], potential.limits)
            found[name] = best.decide(there[asked])
        return found


def traits_of(world: World) -> pd.DataFrame:
    """Latent traits as numbers; of the texts, which product it is."""
    traits = world.truth.traits()
    line = traits["product"].eq("revolving").rename("line")
    numbers = traits.select_dtypes(["number", "bool"]).dropna(axis=1, how="all")
    return pd.concat([numbers, line], axis=1).astype(float)


def decided(trial: Trial, scenario: Scenario) -> dict[str, np.ndarray]:
    """Limits of each policy for the applicants judged, RMB."""
    log, labels, asked = trial.training_features, trial.training_labels, trial.evaluation_features
    house = LimitPolicy()
    rules = RuleMatrix().fit(log, labels).predict(asked)
    risk = BoostedPD().fit(log, labels).predict(asked)[:, 0]
    fixed = profit(scenario, asked, BoostedExposure().fit(log, labels))
    room = CAPS.largest(asked, np.full(len(asked), CAPS.minimum_due))
    most = np.minimum(LARGEST, np.minimum.reduce(list(room.values())))
    causal, naive = CausalPair(), CausalPair(use_propensities=False)
    return {
        "causal pair": dearest(profit(scenario, asked, causal.fit(log, labels))),
        "no propensities": dearest(profit(scenario, asked, naive.fit(log, labels))),
        "PD-fixed, caps": dearest(np.where(most[:, None] >= GRID, fixed, -np.inf)),
        "PD-fixed, bare": dearest(fixed),
        "rules": house.decide(asked, pd=rules[:, 0], limit=rules[:, 1])["limit"].to_numpy(),
        "boosted PD": house.decide(asked, pd=risk)["limit"].to_numpy(),
    }


def profit(
    scenario: Scenario, asked: pd.DataFrame, model: CausalPair | BoostedExposure
) -> np.ndarray:
    """Expected profit of each applicant and limit, n × 7, RMB, as the model has it."""
    scores = model.predict(asked)
    said = (limit_grid.table(model.outputs, scores, name) for name in limit_grid.SAID)
    terms = Economics.from_terms(scenario.economics, MONTHS)
    expected = ExpectedProfit(terms, JointLending.from_terms(scenario.joint))
    return expected.of(Behaviour(GRID, *said), tenor=tenor_of(asked))


def dearest(expected: np.ndarray) -> np.ndarray:
    """The limit that promises most, 0 where none promises anything."""
    return np.where(expected.max(axis=1) > 0, GRID[expected.argmax(axis=1)], 0.0)


def judged(potential: PotentialOutcomes, honest: np.ndarray, limit: np.ndarray) -> float:
    everyone = np.zeros(len(potential.pd))
    everyone[honest] = limit
    return float(potential.value(everyone)[honest].mean())


def shown(table: pd.DataFrame, title: str) -> None:
    """Values, and under them what each policy loses to the oracle on average over markets."""
    names = [name for name in POLICIES if name in table]
    rows = [
        [row["market"], *(f"{row[name]:,.0f}" for name in names), f"{row['s']:.0f}"]
        for _, row in table.iterrows()
    ]
    lost = (1 - table[names].div(table["oracle"], axis=0)).mean()
    rows.append(["regret", *(f"{lost[name]:.1%}" for name in names), ""])
    print_table(["market", *(SHORT.get(name, name) for name in names), "s"], rows, title)


if __name__ == "__main__":
    main()
