"""Attacks by what an MLflow folder holds beside the model: aliases, links, an example."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import on_protocol
import pandas as pd
from by_hand import WATCHING
from rig import Attack

from sandbox.errors import BadInput
from sandbox.isolation import Artefact

#: nine lists of nine of the one before: a few hundred bytes, and 400 million words written out
BOMB = "a0: &a0 [lol, lol, lol]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
MLMODEL = """{bomb}
flavors:
  sklearn: {{pickled_model: *a9, serialization_format: *a9, code: *a9}}
  python_function: {{loader_module: *a9, env: *a9}}
signature: *a9
"""
OPENING = """
import resource, sys
from sandbox.errors import BadInput
from sandbox.isolation import Artefact
import yaml
room = int(open("/proc/self/statm").read().split()[0]) * 4096 + (256 << 20)
resource.setrlimit(resource.RLIMIT_AS, (room, room))
resource.setrlimit(resource.RLIMIT_CPU, (6, 6))
if sys.argv[2] == "bare":
    said = yaml.safe_load(open(sys.argv[1] + "/MLmodel").read())
    {name: str(about["pickled_model"]) for name, about in said["flavors"].items()}
else:
    try:
        Artefact.from_mlflow(sys.argv[1], "installed")
    except BadInput:
        pass
print("answered")
"""


def alias_bomb(rig):
    """Whether reading MLmodel takes more than it may; bare: as a reader of plain YAML does."""
    folder = rig.scene.folder / "bomb"
    folder.mkdir()
    (folder / "MLmodel").write_text(MLMODEL.format(bomb=BOMB))
    words = [sys.executable, "-c", OPENING, str(folder), rig.cell]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() != "answered"


def link_in_a_store(rig):
    """Whether a link brings a file from elsewhere along; bare: as MLflow copies a model."""
    store = rig.scene.folder / "store"
    store.mkdir()
    (store / "MLmodel").write_text(
        "flavors:\n  sklearn: {pickled_model: model.pkl, serialization_format: pickle}\n"
    )
    (store / "model.pkl").write_bytes(b"\x80\x04N.")
    (store / "extra").symlink_to(rig.scene.path("labels"))
    with tempfile.TemporaryDirectory() as folder:
        if rig.bare:
            import mlflow.artifacts

            mlflow.artifacts.download_artifacts(artifact_uri=store.as_uri(), dst_path=folder)
            places = [Path(folder)]
        else:
            try:
                places = [Artefact.from_mlflow(store.as_uri(), "installed").folder[0]]
            except BadInput:
                return False
        files = [file for place in places for file in place.rglob("*") if file.is_file()]
        return any(rig.scene.token in file.read_bytes() for file in files)


def example_is_tried(rig):
    """Whether logging with an example runs the model here; bare: as MLflow logs one."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "called")
        if rig.bare:
            import mlflow.pyfunc

            class Calling(mlflow.pyfunc.PythonModel):
                def predict(self, context, model_input, params=None):
                    os.close(os.open(trace, os.O_CREAT))
                    return [0.5] * len(model_input)

            with WATCHING:
                mlflow.pyfunc.save_model(
                    Path(folder, "model"),
                    python_model=Calling(),
                    input_example=pd.DataFrame({"x": [0.5]}),
                    pip_requirements=[],
                )
            return trace.exists()
        from sandbox.tracking.model_folder import write_model

        result = SimpleNamespace(
            model_blob=Artefact.of(on_protocol.Hostile(str(trace))).payload,
            model_kind="pickle",
            inputs=("x",),
            outputs=("pd",),
            attribution=None,
        )
        write_model(result, Path(folder, "model"))
        assert Path(folder, "model", "MLmodel").is_file()
        return trace.exists()


def _loading(name, run, witness, supervisor):
    return Attack(name, "loading", witness, run=run, supervisor=supervisor)


FOLDERS = (
    _loading("aliases in MLmodel that multiply", alias_bomb, "the reader", "plain YAML only"),
    _loading("a link in a local model store", link_in_a_store, "the copy", "plain files only"),
    _loading(
        "an input example that has the model call out when it is logged",
        example_is_tried,
        "a file outside",
        "the folder is written by hand",
    ),
)
