"""What tracking costs: runs a second, several processes at once, and its share of a study.

    python benchmarks/tracking.py                      # all three, about three minutes
    python benchmarks/tracking.py --parts runs writers

`runs`: 200 runs of 20 parameters and 200 metric points, one `log_batch` each, and a whole run of
a study with its files, pictures and model. `writers`: four processes that open a new store and
write to it at once. `share`: the main job with one seed; the seconds that its own process spent
on MLflow, pictures included, over all of its seconds. Cells run in other processes meanwhile, so
that a study without tracking is faster by less than that.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from sandbox.cell import Cell, CellResult
from sandbox.explanation.attribution import Attribution
from sandbox.isolation.outcome import Status
from sandbox.tracking import open_store
from sandbox.workspace import Workspace

RUNS, PARAMETERS, POINTS = 200, 20, 200
WRITERS = 4
FEATURES = [f"feature_{k}" for k in range(20)]


def bare_run(client, experiment, number):
    """A run of figures alone, as MLflow's own measurements have it."""
    from mlflow.entities import Metric, Param

    run_id = client.create_run(experiment, run_name=f"run {number}").info.run_id
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(f"perf/figure_{k}", k / 7, now, 0) for k in range(POINTS)],
        params=[Param(f"model.setting_{k}", str(k)) for k in range(PARAMETERS)],
    )
    client.set_terminated(run_id, "FINISHED", now)


def whole_run(study, number):
    """A cell with 1,000 explained rows, tables and a model."""
    draw = np.random.default_rng(number)
    features = pd.DataFrame(draw.normal(size=(1_000, len(FEATURES))), columns=FEATURES)
    attribution = Attribution(features.to_numpy(), np.zeros(1_000), features, "log-odds", "woodelf")
    return CellResult(
        cell=Cell(study, "a model", "hgb", "fraud", "online_rental", number, f"{number:024x}"),
        status=Status.OK,
        params={f"model.setting_{k}": str(k) for k in range(PARAMETERS)},
        metrics={f"perf/figure_{k}": k / 7 for k in range(POINTS)},
        tables={"scored": pd.DataFrame({"score": draw.random(5_000), "target": 0.0})},
        attribution=attribution,
        model_blob=bytes(100_000),
        inputs=tuple(FEATURES),
        outputs=("score",),
    )


def runs_a_second():
    """Rows: what is logged, runs, seconds, runs a second."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Workspace(Path(folder)))
        experiment = store.client.create_experiment("bare")
        bare_run(store.client, experiment, 0)
        started = time.perf_counter()
        for number in range(RUNS):
            bare_run(store.client, experiment, number)
        rows.append(("figures alone, one log_batch", RUNS, time.perf_counter() - started))
        store.log(whole_run("whole", 10**6))  # imports matplotlib and shap
        whole = RUNS // 5
        started = time.perf_counter()
        for number in range(whole):
            result = whole_run("whole", number)
            store.log(result, begun=store.begin(result.cell))
        rows.append(
            ("a study's run: shown, files, pictures, model", whole, time.perf_counter() - started)
        )
    table = pd.DataFrame(rows, columns=["logged", "runs", "seconds"])
    return table.assign(runs_a_second=table["runs"] / table["seconds"])


def write_runs(root, number, count, answers):
    """What one of several writers does; answers with its error, or nothing."""
    try:
        store = open_store(Workspace(root))
        experiment = store.experiment("together")
        for k in range(count):
            bare_run(store.client, experiment, f"{number}.{k}")
        answers.put("")
    except Exception as error:
        answers.put(f"{type(error).__name__}: {str(error).splitlines()[0]}")


def several_writers(count=25):
    """One row: writers, runs each, runs found, errors, seconds with four starts of Python."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        answers = context.Queue()
        started = time.perf_counter()
        writers = [
            context.Process(target=write_runs, args=(root, number, count, answers))
            for number in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        errors = [said for said in (answers.get() for _ in writers) if said]
        for writer in writers:
            writer.join()
        seconds = time.perf_counter() - started
        store = open_store(Workspace(root))
        found = store.client.search_runs([store.experiment("together")], max_results=1_000)
        row = (WRITERS, count, len(found), "; ".join(errors) or "none", seconds)
    return pd.DataFrame([row], columns=["writers", "runs each", "runs found", "errors", "seconds"])


def share_of_a_study(customers, seeds):
    """A row a study of the main job: cells, seconds in all, seconds on tracking, and the share."""
    from sandbox.main_job import run_main_job
    from sandbox.tracking import logbook

    published, publish = [], logbook.published_or_said

    def timed(*arguments):
        began = time.perf_counter()
        publish(*arguments)
        published.append(time.perf_counter() - began)

    logbook.published_or_said = timed
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        job = run_main_job(
            customers=customers,
            seeds=range(1, seeds + 1),
            workspace=Workspace(Path(folder)),
            progress=False,
        )
        seconds = time.perf_counter() - started
    spent = sum(results.tracking_seconds for results in job.studies)
    cells = sum(len(results.cells) for results in job.studies)
    row = (cells, customers, seconds, spent, sum(published), (spent + sum(published)) / seconds)
    columns = ["cells", "customers", "seconds", "on cells", "on reports", "share"]
    return pd.DataFrame([row], columns=columns)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", default=["runs", "writers", "share"])
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    measured = {
        "runs": runs_a_second,
        "writers": several_writers,
        "share": lambda: share_of_a_study(given.customers, given.seeds),
    }
    for part in given.parts:
        print(f"\n{part}\n{measured[part]().round(3).to_string(index=False)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
