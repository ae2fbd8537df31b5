"""Studies in MLflow: the only package that imports mlflow, and only when a store is opened.

Every study is an experiment, every cell one flat run: runs of a study line up in MLflow's table,
charts and Compare page by the names in `names`. Averages and intervals over seeds come from
`runs`, not from MLflow's user interface. Nothing leaves this machine by default: MLflow's
telemetry is off, the store is an SQLite file, and tables of truth are refused (`guard`).
A model is logged as the opaque blob it is, and scored only in a sandbox (`scorer`).
"""

from sandbox.tracking.reading import find_run, runs, studies
from sandbox.tracking.server import serve
from sandbox.tracking.store import Store, open_store

__all__ = ["Store", "find_run", "open_store", "runs", "serve", "studies"]
