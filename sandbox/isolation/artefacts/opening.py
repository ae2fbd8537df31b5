"""Inside: opening an artefact. Whatever is opened here runs, so nobody else opens anything.

Each kind of artefact has one function, from bytes to a model with `predict` or `predict_proba`.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.isolation.artefacts.kinds import BUILT_IN_PACKAGE, Kind

#: where the model's own folder is seen at the levels that hide where it lies
MODEL = Path("/opt/model")


def opened(kind: str, payload: bytes) -> Any:
    """The model; any exception at all when it cannot be opened."""
    return _OPENERS[Kind(kind)](payload)


def _built_in(payload: bytes) -> Any:
    record = json.loads(payload)
    module, name = record["class"].split(":")
    if not module.startswith(BUILT_IN_PACKAGE + "."):
        raise ImportError(f"{module} is not in {BUILT_IN_PACKAGE}")
    return getattr(importlib.import_module(module), name)(**record["params"])


def _pickle(payload: bytes) -> Any:
    import pickle

    return pickle.loads(payload)


def _joblib(payload: bytes) -> Any:
    import joblib

    return joblib.load(io.BytesIO(payload))


def _skops(payload: bytes) -> Any:
    """BadInput, naming the types, when the file holds any that our own list does not."""
    import skops.io

    from sandbox.isolation.artefacts.skops_trust import TRUSTED

    untrusted = sorted(set(skops.io.get_untrusted_types(data=payload)) - set(TRUSTED))
    if untrusted:
        raise BadInput(
            f"The skops file holds types that are not trusted: {', '.join(untrusted)}; the "
            "trusted ones are listed in sandbox/isolation/artefacts/skops_trust.py."
        )
    return skops.io.loads(payload, trusted=list(TRUSTED))


def _onnx(payload: bytes) -> Any:
    from sandbox.isolation.artefacts.onnx_model import OnnxModel

    return OnnxModel(payload)


def _python(payload: bytes) -> Any:
    """A module that no import can find, so objects of its classes are pickled with the class."""
    import types

    import cloudpickle

    record = json.loads(payload)
    module = types.ModuleType(f"model_file_{Path(record['file']).stem}")
    sys.modules[module.__name__] = module
    cloudpickle.register_pickle_by_value(module)
    exec(compile(record["source"], record["file"], "exec"), module.__dict__)
    return getattr(module, record["class"])(**record["params"])


def _mlflow(payload: bytes) -> Any:
    """The native flavor where there is one, since the generic one's `predict` gives labels."""
    record = json.loads(payload)
    folder = Path(record["folder"]) if record["folder"] else MODEL
    if record["flavor"] == "python_function":
        return _generic(folder)
    if record["code"]:
        sys.path.insert(0, str(folder / record["code"]))
    data = folder / record["data"]
    if record["flavor"] == "onnx":
        return _onnx(data.read_bytes())
    if record["flavor"] == "xgboost":
        return _xgboost(data, record["class"] or "xgboost.core.Booster")
    if record["flavor"] == "lightgbm" and record["class"] in ("", "lightgbm.basic.Booster"):
        lightgbm = importlib.import_module("lightgbm")
        return lightgbm.Booster(model_file=str(data))
    return _skops(data.read_bytes()) if record["format"] == "skops" else _pickle(data.read_bytes())


def _generic(folder: Path) -> Any:
    """Through MLflow itself, which runs the loader that the folder names."""
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "true",  # here is where that is meant to happen
    }
    before = dict(os.environ)
    os.environ.update(quiet)
    try:
        pyfunc = importlib.import_module("mlflow.pyfunc")
        return pyfunc.load_model(str(folder), suppress_warnings=True)
    finally:
        for name in quiet:  # at level `none` this is the caller's environment
            os.environ.pop(name)
            os.environ.update({name: before[name]} if name in before else {})


def _xgboost(data: Path, kind: str) -> Any:
    module, _, name = kind.rpartition(".")
    if module.partition(".")[0] != "xgboost":
        raise BadInput(f"The flavor xgboost names the class {kind}, which is not of xgboost.")
    model = getattr(importlib.import_module(module), name)()
    model.load_model(data)
    return _BoosterOfTables(model) if name == "Booster" else model


class _BoosterOfTables:
    """A bare xgboost Booster, which reads only matrices of its own."""

    def __init__(self, booster: Any) -> None:
        self.booster = booster

    def predict(self, features: Any) -> Any:
        xgboost = importlib.import_module("xgboost")
        return self.booster.predict(xgboost.DMatrix(features))


_OPENERS: dict[Kind, Callable[[bytes], Any]] = {
    Kind.BUILT_IN: _built_in,
    Kind.PICKLE: _pickle,
    Kind.JOBLIB: _joblib,
    Kind.SKOPS: _skops,
    Kind.ONNX: _onnx,
    Kind.PYTHON: _python,
    Kind.MLFLOW: _mlflow,
}
