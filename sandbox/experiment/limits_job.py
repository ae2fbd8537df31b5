"""Every limit model on every market: one study, and one table of what their decisions are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sandbox.experiment.entrant import Entrant
from sandbox.experiment.limit_table import by_market, over_markets
from sandbox.experiment.market_study import market_study, write_table
from sandbox.experiment.observable_bound import observable_values
from sandbox.experiment.results import StudyResults
from sandbox.isolation import Level, Limits
from sandbox.workspace import Workspace

#: replicas of noise that the oracle chooses by: fewer than the 512 of reference figures, so that
#: nine markets and five seeds take minutes
REPLICAS = 128

#: customers of a market, at the least: of 300 the causal pair has too few of any limit to compare
LEAST = 500

#: the row of limits that are reviewed later, beside that of the same limits left alone
REVIEWED = "boosted PD + reviews"


@dataclass(frozen=True)
class LimitsJob:
    """What the comparison leaves."""

    results: StudyResults
    #: see `by_market`
    markets: pd.DataFrame
    #: see `over_markets`
    overall: pd.DataFrame
    #: `markets` as a file
    table: Path


def limit_models(months: int = 24) -> tuple[Entrant, ...]:
    """The models that are compared, from a bank's first to its last.

    Those of a single PD leave limits to the house's policy. Those that speak of every limit are
    decided by expected profit: the PD that knows no limit both bare and as banks run it, with
    the house's caps and the law's; the causal pair under the law alone, since it needs no rule
    of thumb against its own mistakes. The last sets no limits: it says up to `months` on book
    what to do with lines that were opened with the limits of the boosted PD.
    """
    from sandbox.models import (
        BoostedExposure,
        BoostedPD,
        CausalPair,
        LimitIncrease,
        RuleMatrix,
        Scorecard,
    )

    return (
        Entrant.of(RuleMatrix()),
        Entrant.of(Scorecard(role="limit")),
        Entrant.of(BoostedPD(role="limit")),
        Entrant.of(BoostedExposure(), name="PD and EAD, bare", caps="none"),
        Entrant.of(BoostedExposure(), name="PD and EAD, capped", caps="house and law"),
        Entrant.of(CausalPair(use_propensities=False), name="pair, no propensities", caps="law"),
        Entrant.of(CausalPair(), caps="law"),
        Entrant.of(LimitIncrease(months=months), name=REVIEWED),
    )


def run_limits_job(
    *,
    markets: Sequence[str] = (),
    customers: int = 15_000,
    months: int = 24,
    seeds: Sequence[int] = (7, 8, 9, 10, 11),
    replicas: int = REPLICAS,
    bound: int = 0,
    workspace: Workspace | None = None,
    jobs: int = 2,
    level: Level | str = Level.NAMESPACE,
    limits: Limits | None = None,
    evaluation_seed: int | None = None,
    progress: bool = True,
    track: bool = True,
) -> LimitsJob:
    """Try every limit model on the markets named (none: all nine), and write the table.

    Cells that ran before are read, not run again. With `bound`, the best policy on observed
    features is learnt from so many customers of each market (see `observable_values`), anew each
    time, half a minute a market, and stands in the tables as `observable`.

    Raises BadInput for fewer customers than `LEAST`, InvalidInput for other sizes out of range or
    an unknown scenario, IsolationUnavailable when the level cannot be had on this host.
    """
    study = market_study(
        "limit models",
        limit_models(months),
        markets=markets,
        customers=customers,
        least=LEAST,
        months=months,
        seeds=seeds,
        workspace=workspace,
        jobs=jobs,
        level=level,
        limits=limits,
        evaluation_seed=evaluation_seed,
        replicas=replicas,
    )
    results = study.run(progress=progress, track=track)
    best = observable_values(study.planned(), bound, progress=progress) if bound else None
    table = by_market(results.cells, best)
    path = write_table(table, results)
    return LimitsJob(results, table, over_markets(results.cells, best), path)
