"""A study as an MLflow experiment: its note, its saved views, and the data its runs used."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.tracking.connection import is_remote
from sandbox.tracking.figures_table import described, direction
from sandbox.tracking.orphans import MADE_BY
from sandbox.tracking.views import MAIN, view_tags
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.cell import CellResult

#: shown above a study's runs; MLflow shows one line of it until it is opened
_EXPERIMENT_NOTE = (
    "Tick the runs of **one seed** and press *Compare*; `risk-sandbox compare` says what is noise.",
    "There is one run per model, scenario and seed: on one seed all models are judged on the same "
    "customers. In charts a model's bars have one colour, lighter or darker by seed. The artifact "
    "view puts a table of several runs side by side; `tables/figures.json` has every figure in "
    "words. Compare shows SHAP plots of two or three runs next to each other (Artifacts, in a wide "
    "window). `truth/` figures exist for synthetic worlds only.",
)

#: tells MLflow 3 that a study is machine learning, not generative AI
_ML_EXPERIMENT = {"mlflow.experimentKind": "custom_model_development"}


def experiment_of(client: Any, study: str, artifacts: Path | None) -> str:
    """The id of a study's experiment, made or taken out of the bin.

    `artifacts` is the folder below which a new one keeps its files; None leaves that to the
    tracking server.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(study)
    if found is None:
        place = _folder(artifacts, study) if artifacts else None
        tags = {"mlflow.note.content": experiment_note(), **_ML_EXPERIMENT, **MADE_BY}
        tags |= view_tags(time.time_ns() // 1_000_000)
        try:
            created: str = client.create_experiment(study, place, tags)
        except MlflowException:  # another process was first
            found = client.get_experiment_by_name(study)
            if found is None:
                raise
        else:
            return created
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    for name, value in MADE_BY.items():  # of an older version, it has none
        if found.tags.get(name) != value:
            client.set_experiment_tag(found.experiment_id, name, value)
    return str(found.experiment_id)


def experiment_note() -> str:
    """What to do with a study's runs, and the main figures in words, in Markdown."""
    names = dict.fromkeys(name for names in MAIN.values() for name in names)
    rows = [f"| `{name}` | {described(name)} | {direction(name) or '–'} |" for name in names]
    table = ["| metric | what it is | better is |", "|---|---|---|", *rows]
    return "\n\n".join([*_EXPERIMENT_NOTE, "\n".join(table)])


def artifact_root(workspace: Workspace, uri: str) -> Path | None:
    """Where files of runs are kept on this machine; None where a server keeps them."""
    return None if is_remote(uri) else workspace.artifacts


def _folder(artifacts: Path, study: str) -> str:
    readable = "".join(c if c.isascii() and c.isalnum() else "-" for c in study).strip("-")
    stamp = f"{time.time_ns() // 1_000_000:x}"
    return str((artifacts / f"{readable[:60]}-{stamp}").resolve().as_uri())


def datasets_of(result: "CellResult") -> list[Any]:
    """Names, digests, shapes and contexts; no data, and not where they lie."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    inputs = []
    for record in result.datasets:
        columns = [{"name": name, "type": dtype} for name, dtype in record.columns]
        dataset = Dataset(
            name=record.name,
            digest=record.digest[:12],  # shown beside the name wherever a run is
            source_type="not recorded",
            source="{}",
            schema=json.dumps({"mlflow_colspec": columns}),
            profile=json.dumps({"num_rows": record.rows, "num_columns": len(columns)}),
        )
        inputs.append(DatasetInput(dataset, [InputTag("mlflow.data.context", record.context)]))
    return inputs
