"""Attacks by models that act when they are opened or installed."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
import numpy as np
import on_protocol
from by_hand import LABELS, SOON
from from_inside import Doing
from rig import FEATURES, Attack

from sandbox.isolation import Artefact, Status
from sandbox.isolation.artefacts.artefact import Kind
from sandbox.isolation.interpreter import Surroundings


def _loading(name, run, witness="a file outside", **more):
    return Attack(name, "loading", witness, run=run, **more)


HELD = ("bubblewrap", "landlock")


def acted(make):
    """Whether opening the artefact left a file outside."""

    def run(rig):
        trace = rig.scene.folder / f"opened-{make.__name__}"
        artefact = make(rig, str(trace))
        assert not trace.exists(), "it was opened outside"
        with rig.worker(SOON) as place:
            place.score(artefact, FEATURES, ("pd",))
        return trace.exists()

    return run


def pickled(rig, trace):
    return Artefact.of(on_protocol.Hostile(trace))


def joblib_file(rig, trace):
    place = rig.scene.folder / "vendor.joblib"
    joblib.dump(_of_builtins(trace), place)
    return Artefact.from_file(place)


class _of_builtins:
    """Opens a file when it is opened itself; nothing of ours is needed for that."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (open, (self.trace, "w"))


def python_file(rig, trace):
    place = rig.scene.folder / "model.py"
    place.write_text(f"open({trace!r}, 'w')\nclass Model:\n    pass\n")
    return Artefact.from_python(place, "Model")


def mlflow_code_paths(rig, trace):
    """A folder whose loader module lies in the folder itself."""
    folder = rig.scene.folder / "mlflow"
    (folder / "code").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "code/vendor_loader.py").write_text(
        f"open({trace!r}, 'w')\ndef _load_pyfunc(path):\n    raise SystemExit\n"
    )
    (folder / "MLmodel").write_text(
        "flavors:\n  python_function:\n    code: code\n    data: data\n"
        "    loader_module: vendor_loader\n    env: {}\n"
    )
    return Artefact.from_mlflow(folder, environment="installed")


def fitted_blob(rig):
    """Whether a hostile fitted model is opened by whoever asked for the fit."""
    trace = rig.scene.folder / "blob"
    with rig.worker(SOON) as place:
        fitted = place.fit(Artefact.of(on_protocol.Fitted(str(trace))), FEATURES, LABELS)
    assert fitted.status is Status.OK, fitted.reason
    assert not trace.exists(), "it was opened outside"
    if rig.bare:
        import pickle

        pickle.loads(fitted.value.payload).close()
        return trace.exists()
    with rig.worker(SOON) as place:
        place.score(fitted.value, FEATURES, ("pd",))
    return trace.exists()


def foreign_class(rig):
    """Whether a built-in artefact may name a function that is none of ours."""
    trace = rig.scene.folder / "built-in"
    record = {"class": "builtins:open", "params": {"file": str(trace), "mode": "w"}}
    if rig.bare:
        import importlib

        module, name = record["class"].split(":")
        getattr(importlib.import_module(module), name)(**record["params"]).close()
        return trace.exists()
    artefact = Artefact(Kind.BUILT_IN, json.dumps(record).encode())
    with rig.worker(SOON) as place:
        outcome = place.score(artefact, FEATURES, ("pd",))
    assert outcome.status is Status.REFUSED, outcome.reason
    return trace.exists()


def trusted_by_the_file(rig):
    """Whether a skops file with a type of its maker's choice is opened."""
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    place = rig.scene.folder / "vendor.skops"
    place.write_bytes(skops.io.dumps(FunctionTransformer(func=os.system)))
    if rig.bare:
        asked = skops.io.get_untrusted_types(data=place.read_bytes())
        return skops.io.loads(place.read_bytes(), trusted=asked).func is os.system
    with rig.worker(SOON) as worker:
        outcome = worker.score(Artefact.from_file(place), FEATURES, ("pd",))
    assert outcome.status is Status.REFUSED, outcome.reason
    return "not trusted" not in outcome.reason and "cannot be loaded" not in outcome.reason


def external_weights(rig):
    """Whether an ONNX graph reads weights from a file that its maker names."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    secret = rig.scene.folder / "weights"
    secret.write_bytes(np.float32([0.25]).tobytes())
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    where = secret.name if rig.bare else os.path.relpath(secret, "/")
    tensor.external_data.add(key="location", value=where)
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])
    made = helper.make_tensor_value_info("pd", TensorProto.FLOAT, [None, 1])
    zero = helper.make_node("Sub", ["x", "x"], ["zero"])
    node = helper.make_node("Add", ["zero", "w"], ["pd"])
    graph = helper.make_graph([zero, node], "g", [given], [made], initializer=[tensor])
    opset = [helper.make_opsetid("", 17)]
    place = rig.scene.folder / "vendor.onnx"
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    place.write_bytes(onnx.ModelProto.SerializeToString(model))
    if rig.bare:
        session = onnxruntime.InferenceSession(str(place), providers=["CPUExecutionProvider"])
        return session.run(None, {"x": np.float32([[0.5]])})[0].item() == 0.25
    with rig.worker(SOON) as worker:
        outcome = worker.score(Artefact.from_file(place), FEATURES, ("pd",))
    return outcome.status is Status.OK and bool((outcome.value == 0.25).any())


def path_file_runs(rig):
    """Whether a vendor's `.pth` and `sitecustomize` run when a worker starts on its packages."""
    with tempfile.TemporaryDirectory() as folder:
        packages, trace = Path(folder, "packages"), Path(folder, "ran")
        packages.mkdir()
        Path(folder).chmod(0o755)
        (packages / "vendor.pth").write_text(f"import os; open({str(trace)!r}, 'w')\n")
        (packages / "sitecustomize.py").write_text(f"open({str(trace)!r} + '2', 'w')\n")
        if rig.bare:
            words = f"import site; site.addsitedir({str(packages)!r})"
            subprocess.run([sys.executable, "-c", words], check=True)
            return trace.exists()
        around = Surroundings((*Surroundings.default().packages, packages))
        with rig.worker(SOON, around) as place:
            outcome = place.score(
                Artefact.of(Doing(_started_by, trace=str(trace))), FEATURES, ("pd",)
            )
        assert outcome.status is Status.OK, outcome.reason
        return bool(outcome.value.max() > 0.5) or trace.exists()


def _started_by(trace):
    """1 where the vendor's module was imported, whether or not it could leave a trace."""
    return np.full((3, 1), float("sitecustomize" in sys.modules))


def install_hook(rig):
    """Whether installing a requirement runs its `setup.py`; we take wheels alone."""
    with tempfile.TemporaryDirectory() as folder:
        source, trace = Path(folder, "source"), Path(folder, "hook")
        source.mkdir()
        (source / "setup.py").write_text(
            f"open({str(trace)!r}, 'w')\nfrom setuptools import setup\nsetup(name='vendor')\n"
        )
        if rig.bare:
            done = subprocess.run(
                [sys.executable, str(source / "setup.py"), "--name"],
                cwd=source,
                capture_output=True,
                check=False,
            )
            assert done is not None
            return trace.exists()
        model = rig.scene.folder / f"hooked-{rig.cell}"
        model.mkdir()
        (model / "MLmodel").write_text(
            "flavors:\n  python_function:\n    loader_module: x\n    env:\n"
            "      virtualenv: python_env.yaml\n"
        )
        (model / "python_env.yaml").write_text(
            "python: 3.11\ndependencies:\n- -r requirements.txt\n"
        )
        (model / "requirements.txt").write_text(f"vendor @ file://{source}\n")
        with contextlib.suppress(Exception):
            Artefact.from_mlflow(model, environment="own")
        return trace.exists()


OUTSIDE = "the code that opens or installs it"
LOADING = (
    _loading("__reduce__ of a pickle", acted(pickled), alone=HELD),
    _loading("a joblib file", acted(joblib_file), alone=HELD),
    _loading("a Python file", acted(python_file), alone=HELD),
    _loading("code_paths of an MLflow folder", acted(mlflow_code_paths), alone=HELD),
    _loading("a fitted model that acts when opened", fitted_blob, alone=HELD),
    _loading(
        "a built-in artefact that names a foreign function", foreign_class, supervisor=OUTSIDE
    ),
    _loading(
        "a skops file's own trust list",
        trusted_by_the_file,
        "what is opened",
        supervisor="our own list",
    ),
    _loading("ONNX weights in a file outside", external_weights, "the scores", supervisor=OUTSIDE),
    _loading(
        "a vendor's .pth and sitecustomize",
        path_file_runs,
        "a trace",
        supervisor="python -I -S",
    ),
    _loading(
        "a requirement with an install hook", install_hook, "a trace", supervisor="wheels only"
    ),
)
