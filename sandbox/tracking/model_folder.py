"""A fitted model as an MLflow model folder, written without ever opening the model.

MLflow's own `log_model` would load the model to infer its requirements and run it on the input
example, in this process: both are ways out of the sandbox. So the folder is written by hand:
the blob as it is, the description beside it, and a loader that scores in a sandbox.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.isolation.outcome import Level

if TYPE_CHECKING:
    from sandbox.cell import CellResult

LOADER = "sandbox.tracking.scorer"
BLOB = "model.blob"
SCORING = "scoring.json"


def write_model(result: "CellResult", folder: Path, model_id: str | None = None) -> None:
    """Write MLmodel, requirements, input example and blob to `folder`.

    BadInput when the result has no blob, inputs or outputs.
    """
    if result.model_blob is None or not result.inputs or not result.outputs:
        raise BadInput(
            f"{result.cell.run_name} has no fitted model with named inputs and outputs to log."
        )
    import mlflow.pyfunc
    from mlflow.models import Model, ModelSignature
    from mlflow.models.utils import _save_example
    from mlflow.types.schema import ColSpec, DataType, Schema

    data = folder / "data"
    data.mkdir(parents=True)
    (data / BLOB).write_bytes(result.model_blob)
    description = {
        "kind": result.model_kind,
        "inputs": list(result.inputs),
        "outputs": list(result.outputs),
    }
    (data / SCORING).write_text(json.dumps(description, ensure_ascii=False))
    model = Model(
        model_id=model_id,
        signature=ModelSignature(
            inputs=Schema([ColSpec(DataType.double, name) for name in result.inputs]),
            outputs=Schema([ColSpec(DataType.double, name) for name in result.outputs]),
        ),
    )
    _save_example(model, _input_example(result), str(folder))
    # only settings named here can be changed by the caller of `mlflow.pyfunc.load_model`
    mlflow.pyfunc.add_to_model(
        model,
        loader_module=LOADER,
        data="data",
        model_config={"isolation_level": str(Level.NAMESPACE)},
    )
    model.model_size_bytes = len(result.model_blob)
    model.save(str(folder / "MLmodel"))
    (folder / "requirements.txt").write_text("\n".join(_requirements()) + "\n")


def _input_example(result: "CellResult") -> Any:
    """One made-up row: the median of each feature, or 1. No customer's own row is logged."""
    import pandas as pd

    middle: dict[str, float] = {}
    if result.attribution is not None:
        medians = result.attribution.features.median(numeric_only=True)
        middle = {str(name): float(value) for name, value in medians.items()}
    # 1 where nothing is known: incomes and limits of 0 are refused by some models
    row = {name: middle.get(name, 1.0) for name in result.inputs}
    return pd.DataFrame([row])


def _requirements() -> list[str]:
    """What scoring needs, pinned as installed here; inferring it would load the model."""
    from importlib.metadata import PackageNotFoundError, version

    pinned = []
    for name in ("risk-sandbox", "mlflow", "numpy", "pandas", "scikit-learn", "cloudpickle"):
        try:
            pinned.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            pinned.append(name)
    return pinned
