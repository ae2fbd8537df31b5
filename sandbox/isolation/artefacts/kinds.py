"""The kinds of artefacts that a sandbox opens; light, because every worker imports it."""

from enum import StrEnum

#: the package that a built-in model's class must come from
BUILT_IN_PACKAGE = "sandbox.models"


class Kind(StrEnum):
    """How the bytes are opened, inside."""

    #: JSON: a class of `sandbox.models` and its parameters
    BUILT_IN = "built_in"
    #: a pickle or cloudpickle
    PICKLE = "pickle"
    #: what `joblib.dump` wrote
    JOBLIB = "joblib"
    #: what `skops.io.dump` wrote; opened against our own list of trusted types
    SKOPS = "skops"
    #: an ONNX graph with its weights
    ONNX = "onnx"
    #: JSON: an MLflow model folder and what to open in it
    MLFLOW = "mlflow"
    #: JSON: the source of a Python file, a class in it and its parameters
    PYTHON = "python"
