"""How long one application takes through lists, features, rules and the model in its sandbox.

    python benchmarks/screening.py                    5,000 applications, 1,000,000 list entries
    python benchmarks/screening.py --entries 10000 --count 500

The last applications of a market go through the service one by one: lists with entries of four
exact kinds and names (one applicant in a hundred stands on one, every applicant asks with a name,
too), features from the state of the service, the default rules, and four models
at isolation level namespace. One table a model: median, 99th percentile and maximum of each stage,
of all stages, and of all without features; and how many applications took over 15 ms. The machine's
load is printed, since a busy machine is what the tail shows first. Some five minutes.
"""

import argparse
import os
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.features.families import columns_of
from sandbox.features.online import OnlineFeatures
from sandbox.features.screening import screening_features
from sandbox.isolation import Artefact, Level
from sandbox.lists.hits import list_hits_as_of
from sandbox.lists.matching import Matcher
from sandbox.lists.normalise import normalise
from sandbox.models import BoostedFraud, LogisticFraud
from sandbox.models.fraud_stack import FraudStack
from sandbox.models.isolation_forest import IsolationForestFraud
from sandbox.rules import default_rules
from sandbox.screening.budget import AlertBudget
from sandbox.screening.columns import columns_for, known_columns
from sandbox.screening.feed import applications_of, moments
from sandbox.screening.list_desk import ListDesk
from sandbox.screening.model_desk import ModelDesk
from sandbox.screening.screening import Screening
from sandbox.screening.verdict import Application

START = datetime(2020, 1, 1, tzinfo=UTC)
KINDS = ("device", "phone", "account", "customer")
FAMILIES = ("application", "velocity", "graph", "lists")
STAGES = ("lists", "features", "rules", "model", "decision")
PROMISED = 15.0


def matcher_of(
    entries: int, names: list[str], applications: list[Application], rng: np.random.Generator
) -> Matcher:
    """Entries of strangers, of names, and of one applicant's device in a hundred."""
    values = rng.integers(-(2**63), 2**63 - 1, entries - len(names)).astype(str)
    kinds = np.array(KINDS, dtype=object)[np.arange(len(values)) % len(KINDS)]
    for place, application in enumerate(applications[::100]):
        values[4 * place] = application.identifiers["device"][0]
    table = pd.DataFrame(
        {
            "list": "black",
            "kind": np.append(kinds, ["name"] * len(names)),
            "value": [*values.tolist(), *(normalise("name", name) for name in names)],
            "reason": "confirmed fraud",
            "valid_from": START,
        }
    )
    until = pd.Series(pd.NaT, table.index, "datetime64[us, UTC]")
    return Matcher.of(table.assign(entry_id=np.arange(len(table)), valid_until=until))


def names_of(world: World) -> list[str]:
    """Names of a world's customers."""
    return world.identities(progress=False)["full_name"].astype(str).tolist()


def with_names(applications: list[Application], names: list[str]) -> list[Application]:
    """Each application with a name of its own."""
    return [
        Application(
            each.application_id, each.time, each.values,
            {**each.identifiers, "name": (names[place % len(names)],)},
        )
        for place, each in enumerate(applications)
    ]  # fmt: skip


def spent(
    observed: object, start: float, applications: list[Application], model: object,
    inputs: list[str], lists: ListDesk, level: str,
) -> pd.DataFrame:  # fmt: skip
    """Milliseconds by stage, a row an application."""
    rules = default_rules()
    columns = columns_for(inputs, rules, known_columns(observed))
    online = OnlineFeatures.of(observed, columns, as_of=start)
    budget = AlertBudget(max(len(applications) // 1500, 1))
    rows = []
    with (
        ModelDesk(Artefact.of(model), inputs, level=level) as desk,
        Screening(online, rules, lists, desk, inputs, budget) as service,
    ):
        for application in moments(observed, online, applications):
            verdict = service.screen(application)
            rows.append({**verdict.milliseconds, "scored": verdict.score is not None})
    return pd.DataFrame(rows)


def told(name: str, times: pd.DataFrame) -> None:
    """Print the table of one model."""
    times["all"] = times["total"]
    times["all without features"] = times["total"] - times["features"]
    rows = []
    for stage in (*STAGES, "all", "all without features"):
        late = times[stage]
        over = f"{(late > PROMISED).sum():,}" if stage.startswith("all") else ""
        figures = (late.median(), late.quantile(0.99), late.max())
        rows.append([stage, *(f"{figure:.2f}" for figure in figures), over])
    missing = int((~times["scored"]).sum())
    title = f"{name}: {len(times):,} applications, {missing} without a score; milliseconds"
    print_table(["stage", "p50", "p99", "max", f"over {PROMISED:.0f} ms"], rows, title, 4)


def main() -> None:
    """Print one table a model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=30_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--count", type=int, default=5_000, help="applications timed")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--names", type=int, default=50_000, help="entries that are names")
    parser.add_argument("--level", default=str(Level.NAMESPACE))
    asked = parser.parse_args()
    rng = np.random.default_rng(7)
    world = World(scenarios.online_rental, asked.customers, asked.months, seed=7)
    observed = world.observed()
    when = np.sort(observed.applications["event_time"].to_numpy())
    start = float(when[-min(asked.count, len(when) // 2) - 1])
    people = names_of(world)
    strangers = names_of(world.reseeded(8, asked.names))[: asked.entries // 2]
    applications = with_names(applications_of(observed, start, float(when[-1])), people)
    lists = ListDesk(matcher_of(asked.entries, strangers, applications, rng), 1)
    features = screening_features(observed, None, list_hits_as_of(observed))
    features = features[columns_of(list(features.columns), FAMILIES)]
    fraud = (world.truth.fraud() != "").astype(float)
    early = (observed.applications["event_time"] <= start).to_numpy()
    labels = pd.DataFrame({"target": fraud[early]})
    print(f"{len(lists.matcher):,} entries, {features.shape[1]} features, "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    for model in (LogisticFraud(), BoostedFraud(), FraudStack(), IsolationForestFraud()):
        fitted = model.fit(features[early], labels)
        inputs = list(features.columns)
        told(model.name, spent(observed, start, applications, fitted, inputs, lists, asked.level))


if __name__ == "__main__":
    main()
