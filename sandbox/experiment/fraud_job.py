"""Every fraud model on every market: one study, and tables of what each finds and saves."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sandbox.experiment.entrant import Entrant
from sandbox.experiment.fraud_table import by_market, by_typology, differences, over_markets
from sandbox.experiment.market_study import market_study, write_table
from sandbox.experiment.results import StudyResults
from sandbox.isolation import Level, Limits
from sandbox.workspace import Workspace

#: what an application says of itself; and how often others apply with its identifiers
ALONE, WITH_VELOCITY = ("application",), ("application", "velocity")
#: customers of a market, at the least: of fewer the bank may confirm no fraud to learn from (4 to
#: 13 of 1,000 with the seeds 7 to 9, down to 1 of 500)
LEAST = 1_000
#: the ladder: each with the one that it should beat
STEPS = (
    ("stack", "boosted + graph"),
    ("boosted + graph", "boosted + velocity"),
    ("boosted + graph", "boosted"),
    ("boosted", "logistic"),
    ("rules", "logistic"),
    ("logistic", "isolation forest"),
)


@dataclass(frozen=True)
class FraudJob:
    """What the comparison leaves."""

    results: StudyResults
    #: see `by_market`
    markets: pd.DataFrame
    #: see `over_markets`
    overall: pd.DataFrame
    #: of recall and of money saved, a pair of `STEPS` a row; see `differences`
    recall_steps: pd.DataFrame
    saved_steps: pd.DataFrame
    #: see `by_typology`
    typologies: pd.DataFrame
    #: `markets`, `typologies` and the steps as files
    files: tuple[Path, ...]


def fraud_models() -> tuple[Entrant, ...]:
    """The models that are compared, from rules by hand to the stack of everything.

    All get the same table and read some families of its columns. Logistic regression and the
    first boosted trees read the application alone, so that what is between them is interactions;
    velocities count earlier applications by identifier; "boosted + graph" reads everything, with
    neighbours, traced money and lists.
    """
    from sandbox.models import (
        BoostedFraud,
        FraudRules,
        FraudStack,
        IsolationForestFraud,
        LogisticFraud,
    )

    return (
        Entrant.of(FraudRules(), name="rules"),
        Entrant.of(IsolationForestFraud(), name="isolation forest"),
        Entrant.of(LogisticFraud(families=ALONE), name="logistic"),
        Entrant.of(BoostedFraud(families=ALONE), name="boosted"),
        Entrant.of(BoostedFraud(families=WITH_VELOCITY), name="boosted + velocity"),
        Entrant.of(BoostedFraud(), name="boosted + graph"),
        Entrant.of(FraudStack(), name="stack"),
    )


def run_fraud_job(
    *,
    markets: Sequence[str] = (),
    customers: int = 15_000,
    months: int = 24,
    seeds: Sequence[int] = (7, 8, 9, 10, 11),
    workspace: Workspace | None = None,
    jobs: int = 2,
    level: Level | str = Level.NAMESPACE,
    limits: Limits | None = None,
    evaluation_seed: int | None = None,
    progress: bool = True,
    track: bool = True,
) -> FraudJob:
    """Try every fraud model on the markets named (none: all nine), and write the tables.

    Cells that ran before are read, not run again.

    Raises BadInput for fewer customers than `LEAST`, InvalidInput for other sizes out of range or
    an unknown scenario, IsolationUnavailable when the level cannot be had on this host.
    """
    results = market_study(
        "fraud models",
        fraud_models(),
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
    ).run(progress=progress, track=track)
    cells = results.cells
    recall, saved = (differences(cells, STEPS, column) for column in ("recall", "saved"))
    tables = {"": by_market(cells), "-by-typology": by_typology(cells)}
    steps = [part.assign(of=name) for name, part in (("recall", recall), ("saved", saved))]
    tables["-steps"] = pd.concat(steps, ignore_index=True)
    files = tuple(write_table(table, results, name) for name, table in tables.items())
    return FraudJob(
        results, tables[""], over_markets(cells), recall, saved, tables["-by-typology"], files
    )
