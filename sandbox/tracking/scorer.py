"""What `mlflow.pyfunc.load_model` gives for a model of ours: bytes that are scored in a sandbox.

Loading reads the blob and opens nothing. Each `predict` starts a sandbox, in which alone the
blob is unpickled; the level is `namespace` unless the caller of `load_model` says otherwise
with `model_config={"isolation_level": "process"}`.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from sandbox.errors import BadInput, SandboxError
from sandbox.isolation.artefacts.artefact import Artefact, Kind
from sandbox.isolation.outcome import Level, Status
from sandbox.tracking.model_folder import BLOB, SCORING


class SandboxedScorer:
    """A model blob that answers `predict` from inside a sandbox."""

    def __init__(
        self, artefact: Artefact, inputs: tuple[str, ...], outputs: tuple[str, ...], level: Level
    ):
        self.artefact, self.inputs, self.outputs, self.level = artefact, inputs, outputs, level

    def predict(self, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Score n rows; one column per output.

        BadInput when an input column is missing; SandboxError when the model fails.
        """
        from sandbox.isolation import worker

        missing = [name for name in self.inputs if name not in model_input.columns]
        if missing:
            raise BadInput(f"Column {missing[0]!r} is missing; the model reads {self.inputs}.")
        features = model_input[list(self.inputs)]
        with worker(level=self.level) as sandboxed:
            outcome = sandboxed.score(self.artefact, features, self.outputs)
        if outcome.status is not Status.OK or outcome.value is None:
            raise SandboxError(f"The model could not score: {outcome.status}; {outcome.reason}")
        return pd.DataFrame(outcome.value, columns=list(self.outputs), index=model_input.index)


def _load_pyfunc(path: str, model_config: dict[str, Any] | None = None) -> SandboxedScorer:
    """MLflow's entry: `path` is the model folder's `data`."""
    folder = Path(path)
    described = json.loads((folder / SCORING).read_text())
    return SandboxedScorer(
        artefact=Artefact(Kind(described["kind"]), (folder / BLOB).read_bytes()),
        inputs=tuple(described["inputs"]),
        outputs=tuple(described["outputs"]),
        level=Level((model_config or {}).get("isolation_level", Level.NAMESPACE)),
    )
