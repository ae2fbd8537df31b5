"""Delay and false alarms of drift monitors on streams whose month of change is known.

    python benchmarks/drift_detection.py
    python benchmarks/drift_detection.py --month 300 --runs 1000

A stream has 24 months of applicants of one market; from then on a share of each month's applicants
comes from another. A PD model learnt from the first market scores them all. Applicants of a month
are drawn from a world of each market, so only what changes differs between streams.

The last table has the same applicants before and after, and half as many defaults again.

Watched: PSI of the score above 0.10 or 0.25, or above what chance exceeds in one month of a hundred
(χ²); CUSUM and Page-Hinkley of the month's mean score; CUSUM of defaults less PDs, a year later
than the others since it needs outcomes. Limits of both CUSUM are those of a run length of 200
months; the limit of Page-Hinkley is the one at which as many alarms as that come in streams without
a change. A monitor starts again after an alarm.
"""

import argparse

import numpy as np
from scipy.optimize import brentq
from scipy.special import logit
from scipy.stats import chi2

from data_generators import Decisions, World, scenarios
from sandbox.cli.tables import print_table
from sandbox.features import credit_features
from sandbox.models import BoostedPD
from sandbox.validation.drift_delay import detection_table
from sandbox.validation.drift_detection import cusum, cusum_limit, page_hinkley, psi_alarms

MONTHS, CHANGE, BINS = 48, 24, 10
RUN_LENGTH, LABELS_LATE, LIMIT = 200.0, 12, 10_000.0
SHARES, WORSE = (0.1, 0.3, 1.0), 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default="ecommerce", choices=scenarios.catalogue())
    parser.add_argument("--after", default="lifestyle", choices=scenarios.catalogue())
    parser.add_argument("--month", type=int, default=500, help="applicants a month")
    parser.add_argument("--runs", type=int, default=400, help="streams")
    asked = parser.parse_args()
    first, second = pools(asked.before, asked.after)
    print(f"mean PD {first[0].mean():.2%} and defaults {first[1].mean():.2%} before, ", end="")
    print(f"{second[0].mean():.2%} and {second[1].mean():.2%} of those who come after")
    watch = Watch(first, asked.month)
    watch.set_page_hinkley(streams(np.random.default_rng(1), first, first, 0.0, asked))
    for share in SHARES:
        drawn = streams(np.random.default_rng(2), first, second, share, asked)
        show(f"{share:.0%} of applicants from {asked.after}", watch.alarms(*drawn))
    score, default = streams(np.random.default_rng(2), first, first, 0.0, asked)
    # a good one turns bad so often that defaults rise by half
    turned = WORSE * first[1].mean() / (1 - first[1].mean())
    after = default[:, CHANGE:]
    after[np.random.default_rng(3).uniform(size=after.shape) < turned] = 1.0
    show(f"same applicants, {WORSE:.0%} more defaults", watch.alarms(score, default))


def pools(before: str, after: str) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """PDs and defaults of applicants of both markets, by a model of the first."""
    training = World(scenarios.by_name(before), 20_000, 24, seed=11)
    seen = credit_features(training.observed().applications)
    model = BoostedPD().fit(seen, _target(training))
    found = []
    for name in (before, after):
        world = World(scenarios.by_name(name), 30_000, 24, seed=12)
        features = credit_features(world.observed().applications, list(seen.columns))
        happened = _target(world)["target"].to_numpy()
        taken = ~np.isnan(happened)
        found.append((model.predict(features)[taken, 0], happened[taken]))
    return tuple(found)


def _target(world: World):
    granted = Decisions.of(np.full(world.customers, LIMIT), price=world.scenario.economics.apr)
    customers = world.replay(granted, progress=False).customers
    default = customers["default"].astype(float).where(customers["taken"])
    return default.rename("target").to_frame()


def streams(rng, first, second, share, asked):
    """Scores and defaults, runs × months × applicants."""
    shape = (asked.runs, MONTHS, asked.month)
    old = rng.integers(len(first[0]), size=shape, dtype=np.int32)
    score, default = first[0].astype(np.float32)[old], first[1].astype(np.float32)[old]
    if share > 0:
        new = rng.integers(len(second[0]), size=shape, dtype=np.int32)
        other = rng.uniform(size=shape) < share
        other[:, :CHANGE] = False
        score = np.where(other, second[0].astype(np.float32)[new], score)
        default = np.where(other, second[1].astype(np.float32)[new], default)
    return score, default


class Watch:
    """Monitors set by a pool of what is normal."""

    def __init__(self, pool: tuple[np.ndarray, np.ndarray], month: int) -> None:
        score, default = pool
        self.month = month
        self.edges = np.quantile(score.astype(np.float32), np.arange(1, BINS) / BINS)
        self.reference = np.bincount(np.searchsorted(self.edges, score), minlength=BINS)
        odds = logit(score)
        self.odds = odds.mean(), odds.std() / np.sqrt(month)
        gap = default - score
        self.gap = gap.mean(), gap.std() / np.sqrt(month)
        self.limit = cusum_limit(RUN_LENGTH)
        self.hinkley = np.inf

    def set_page_hinkley(self, quiet) -> None:
        """The limit at which streams without a change have an alarm in 200 months."""
        mean = logit(quiet[0]).mean(axis=2)

        def too_many(limit: float) -> float:
            path = page_hinkley(mean, self.odds[1] / 2, limit)
            return float((path > limit).mean()) - 1 / RUN_LENGTH

        self.hinkley = brentq(too_many, 0.1 * self.odds[1], 40 * self.odds[1], xtol=1e-3)

    def alarms(self, score, default) -> dict[str, np.ndarray]:
        """Flags (runs × months) of each monitor."""
        place = np.searchsorted(self.edges, score)
        counts = np.stack([(place == k).sum(axis=2) for k in range(BINS)], axis=2)
        chance = chi2.ppf(0.99, BINS - 1) * (1 / self.month + 1 / self.reference.sum())
        mean, gap = logit(score).mean(axis=2), (default - score).mean(axis=2)
        known = np.zeros((len(gap), MONTHS), dtype=bool)
        path = cusum(gap, *self.gap, limit=self.limit) > self.limit
        known[:, LABELS_LATE:] = path[:, :-LABELS_LATE]
        return {
            "PSI above 0.25": psi_alarms(counts, self.reference, 0.25),
            "PSI above 0.10": psi_alarms(counts, self.reference, 0.10),
            f"PSI above {chance:.3f}": psi_alarms(counts, self.reference, chance),
            "CUSUM of scores": cusum(mean, *self.odds, limit=self.limit) > self.limit,
            "Page-Hinkley": page_hinkley(mean, self.odds[1] / 2, self.hinkley) > self.hinkley,
            "CUSUM of defaults": known,
        }


def show(title: str, alarms: dict[str, np.ndarray]) -> None:
    rows = [
        [
            row.monitor,
            f"{row.false_runs:.0%}",
            f"{row.false_per_100:.1f}",
            f"{row.found:.0%}",
            "" if np.isnan(row.delay) else f"{row.delay:.1f} ± {row.delay_high - row.delay:.1f}",
        ]
        for row in detection_table(alarms, CHANGE).itertuples()
    ]
    headings = ["monitor", "streams with a false alarm", "per 100 months", "found", "delay, months"]
    print_table(headings, rows, title, figures=4)


if __name__ == "__main__":
    main()
