"""Real studies of all roles, tracked: every name is in the table, and nothing is told of people."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tracked_studies import small_study

import data_generators as dg
import sandbox as sb
from sandbox.experiment.judged_again import evaluation_world
from sandbox.portfolio import Portfolio
from sandbox.tracking import open_store
from sandbox.tracking.guard import FORBIDDEN, PERSONAL
from sandbox.tracking.names import METRICS, PARAMETER_PREFIXES, PARAMETERS, SECTIONS, TAGS

SECRET = 76543210123456789
MARKET = dg.World(dg.scenarios.online_rental, customers=1_500, months=12, seed=5)


def portfolio():
    draw = np.random.default_rng(3)
    features = pd.DataFrame(draw.normal(size=(800, 3)), columns=["income", "age", "orders"])
    chance = 1 / (1 + np.exp(2 - features["income"] - features["age"]))
    return Portfolio(
        name="a book",
        currency="CNY",
        features=features,
        target=(draw.random(800) < chance).to_numpy(float),
        scores=None,
        monitored=pd.DataFrame(index=features.index),
        accounts=np.arange(800),
    )


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """Limit, fraud and pd cells in one store, each logged by its study."""
    root = tmp_path_factory.mktemp("results")
    workspace = sb.Workspace(root)
    common = {"level": "none", "jobs": 1, "evaluation_seed": SECRET, "workspace": workspace}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        limits = [sb.models.BoostedPD(role="limit", trees=10)]
        one = sb.Study("limits", worlds=[MARKET], models=limits, replicas=4, **common)
        pds = sb.Study(
            "book", worlds=[portfolio()], models=[sb.models.BoostedPD(trees=10)], **common
        )
        studies = [one, small_study(root, seeds=(1,), jobs=1), pds]
        results = [study.run(progress=False) for study in studies]
        store = open_store(workspace)
        runs = [
            run for study in studies for same in store.runs_of(study.name).values() for run in same
        ]
    failed = [cell.reason for result in results for cell in result.failed]
    assert not failed
    return store, runs, [cell for result in results for cell in result.cells]


def everything_logged(store):
    """The files that runs and models consist of, and every text in the database."""
    for path in store.workspace.artifacts.rglob("*"):
        if path.is_file() and path.name != "model.blob":
            yield path.as_posix(), path.read_bytes()
    with sqlite3.connect(store.workspace.database) as database:
        yield "mlflow.db", "\n".join(database.iterdump()).encode()


def test_every_name_that_a_study_logs_is_in_the_table(tracked):
    _, runs, cells = tracked
    assert {run.data.tags["role"] for run in runs} == {"limit", "fraud", "pd"}
    for run in runs:
        assert set(run.data.metrics) <= METRICS.keys()
        named = {name for name in run.data.params if name not in PARAMETERS}
        assert all(name.startswith(PARAMETER_PREFIXES) for name in named), named
        own = {name for name in run.data.tags if not name.startswith("mlflow.")}
        assert own <= TAGS.keys()
    # whatever a cell knows, logged or not evaluated
    assert {name for cell in cells for name in cell.metrics} <= METRICS.keys()
    assert {run.data.tags["explanation"] for run in runs} <= {"woodelf", "closed form", "shap"}


def test_every_run_has_its_files_at_the_same_paths(tracked):
    store, runs, _ = tracked
    promised = {
        "tables": {
            "figures.json",
            "validation.json",
            "decisions.json",
            "shap_summary.json",
            "reason_codes.json",
        },
        "explanation": {"beeswarm.png", "importance.png"},
        "validation": {"results.json", "not_evaluated.json"},
        "isolation": {"evidence.json"},
        "code": {"version.json"},
    }
    for run in runs:
        for folder, names in promised.items():
            found = {
                Path(f.path).name for f in store.client.list_artifacts(run.info.run_id, folder)
            }
            assert names <= found, (run.info.run_name, folder)


def test_no_artifact_has_a_customer_or_the_truth_in_it(tracked):
    store, _, _ = tracked
    tables = [p for p in store.workspace.artifacts.rglob("tables/*") if p.is_file()]
    assert len(tables) >= 12
    for path in tables:
        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            read = json.loads(path.read_text())
            table = pd.DataFrame(read["data"], columns=read["columns"])
        names = {str(name).lower() for name in table.columns}
        assert not names & set(PERSONAL), path
        assert not {"target", "row"} & names, path
        assert not any(name.lstrip("_").startswith(FORBIDDEN) for name in names), path
        assert not path.stem.startswith(FORBIDDEN), path


def test_the_evaluation_seed_the_customers_and_this_place_are_told_nowhere(tracked):
    store, _, _ = tracked
    world = evaluation_world("online_rental", MARKET.customers, MARKET.months, MARKET.seed, SECRET)
    applications = world.observed().applications
    incomes = {f"{income!r}".encode() for income in applications["declared_income"].head(300)}
    secrets = [str(SECRET).encode(), str(world.seed).encode(), os.fsencode(Path.home())]
    for path, content in everything_logged(store):
        for secret in secrets:
            assert secret not in content, path
        if not path.endswith((".png", ".parquet")):
            assert not any(len(income) > 8 and income in content for income in incomes), path
            assert b"customer_id" not in content, path


def test_truth_stands_in_metrics_and_nowhere_else(tracked):
    _, runs, _ = tracked
    (limit,) = [run for run in runs if run.data.tags["role"] == "limit"]
    assert any(name.startswith("truth/") for name in limit.data.metrics)
    (book,) = [run for run in runs if run.data.tags["role"] == "pd"]
    assert not any(name.startswith("truth/") for name in book.data.metrics)
    assert list(SECTIONS)


LISTEN = """
import sys
calls = []
HERE = ("127.0.0.1", "::1", "localhost", None)
def heard(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else str(address)
        if isinstance(address, tuple) and host not in HERE:
            calls.append(host)
    if event == "socket.getaddrinfo" and arguments[0] not in HERE:
        calls.append(str(arguments[0]))
sys.addaudithook(heard)
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tracked_cells import cell_result
from sandbox.tracking import open_store, runs, serve
from sandbox.tracking.logbook import Logbook
from sandbox.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
with Logbook(workspace, "heard") as logbook:
    logbook.begin(cell_result("heard").cell)
    logbook.write(cell_result("heard"))
runs(workspace, "heard")
import time; time.sleep(1.5)  # telemetry is sent by a thread
print(calls)
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
print(calls)
"""


def test_logging_connects_to_no_other_machine(tmp_path):
    """An audit hook hears every connection; that it hears is shown by one of our own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "DO_NOT"))}
    environment.pop("CI", None)
    answer = subprocess.run(
        [sys.executable, "-c", LISTEN, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert answer.stdout.splitlines() == ["[]", "['192.0.2.1']"], answer.stderr
