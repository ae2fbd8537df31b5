"""Opening a model is running it, so nothing outside opens one, whatever it carries.

Each attack is first let loose in this process, where it must succeed, so that it is known to be
an attack at all. Then it is made an artefact and put into a sandbox, and what it would have
changed outside is looked at.
"""

import json
import pickle
import sys

import hostile_models as hm
import mlflow
import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import skops.io
import yaml
from onnx import TensorProto, helper

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Status, worker
from sandbox.isolation.artefacts.artefact import Kind
from sandbox.isolation.artefacts.onnx_model import refuse_other_files

FEATURES = pd.DataFrame({"a": [0.2, 0.9], "b": [0.1, 0.3]})


def scored(artefact, level="namespace", features=FEATURES):
    with worker(level) as place:
        return place.score(artefact, features, ("pd",))


def model_folder(folder, flavors, **files):
    """An MLflow model folder as anyone may write one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": flavors}))
    for name, content in files.items():
        place = folder / name.replace("__", "/").replace("_dot_", ".")
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


# A hostile trust list (GHSA-w582-9x45-8mpx)

HOSTILE = """
class Model:
    def __init__(self, marker):
        self.marker = marker

    def __getstate__(self):
        return {"marker": self.marker}

    def __setstate__(self, state):
        open(state["marker"], "w").write("opened")
"""


def test_a_skops_file_cannot_bring_its_own_list_of_trusted_types(tmp_path, monkeypatch):
    marker = tmp_path / "marker"
    folder = model_folder(
        tmp_path / "model",
        {
            "sklearn": {
                "pickled_model": "model.skops",
                "serialization_format": "skops",
                "skops_trusted_types": ["vendor_trust.Model"],
                "code": "code",
            },
            "python_function": {"loader_module": "mlflow.sklearn", "model_path": "model.skops"},
        },
        code__vendor_trust_dot_py=HOSTILE,
    )
    monkeypatch.syspath_prepend(folder / "code")
    import vendor_trust

    skops.io.dump(vendor_trust.Model(str(marker)), folder / "model.skops")
    mlflow.sklearn.load_model(str(folder))
    assert marker.read_text() == "opened", "MLflow trusts what the model says of itself"
    marker.unlink()

    for level in ("namespace", "none"):
        outcome = scored(Artefact.from_mlflow(folder), level)
        assert outcome.status is Status.REFUSED
        assert "not trusted: vendor_trust.Model" in outcome.reason
        outcome = scored(Artefact.from_file(folder / "model.skops"), level)
        assert "not trusted: vendor_trust.Model" in outcome.reason
        assert not marker.exists()


def test_a_skops_file_cannot_be_opened_through_the_generic_flavor_either(tmp_path):
    flavors = {
        "python_function": {"loader_module": "mlflow.sklearn"},
        "other": {"serialization_format": "skops", "skops_trusted_types": ["os.system"]},
    }
    with pytest.raises(BadInput, match="its own list of trusted types"):
        Artefact.from_mlflow(model_folder(tmp_path / "model", flavors))


# ONNX: weights in another file


def elsewhere(location, size):
    tensor = TensorProto(name="w", data_type=TensorProto.UINT8, dims=[size])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", str(size))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def graph_of(nodes, *initializers, size):
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])]
    out = [helper.make_tensor_value_info("out", TensorProto.UINT8, [size])]
    graph = helper.make_graph(nodes, "g", given, out, list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return made.SerializeToString()


def test_an_onnx_file_cannot_read_other_files(tmp_path, monkeypatch):
    secret = b"labels of the test period"
    (tmp_path / "secret").write_bytes(secret)
    monkeypatch.chdir(tmp_path)
    node = helper.make_node("Identity", ["w"], ["out"])
    payload = graph_of([node], elsewhere("secret", len(secret)), size=len(secret))
    session = onnxruntime.InferenceSession(payload, providers=["CPUExecutionProvider"])
    (read,) = session.run(None, {"x": np.zeros((1, 2), np.float32)})
    assert bytes(read) == secret, "onnxruntime reads any file below the working folder"

    (tmp_path / "model.onnx").write_bytes(payload)
    for level in ("namespace", "none"):
        outcome = scored(Artefact.from_file(tmp_path / "model.onnx"), level)
        assert outcome.status is Status.REFUSED
        assert "keeps weights in another file" in outcome.reason


def hidden(how):
    tensor = elsewhere("/etc/passwd", 8)
    constant = helper.make_node("Constant", [], ["out"], value=tensor)
    if how == "constant":
        return graph_of([constant], size=8)
    if how == "branch":
        branch = helper.make_graph([constant], "b", [], [onnx.ValueInfoProto(name="out")])
        node = helper.make_node("If", ["x"], ["out"], then_branch=branch, else_branch=branch)
        return graph_of([node], size=8)
    if how == "function":
        made = onnx.ModelProto()
        opset = [helper.make_opsetid("", 13)]
        made.functions.append(helper.make_function("d", "f", [], ["out"], [constant], opset))
        return made.SerializeToString()
    if how == "sparse":
        made = onnx.ModelProto()
        made.graph.sparse_initializer.add(values=tensor)
        return made.SerializeToString()
    made = onnx.ModelProto()
    made.training_info.add().algorithm.initializer.append(tensor)
    return made.SerializeToString()


@pytest.mark.parametrize("how", ["constant", "branch", "function", "sparse", "training"])
def test_weights_elsewhere_are_found_wherever_a_tensor_may_hide(how):
    with pytest.raises(BadInput, match="keeps weights in another file"):
        refuse_other_files(hidden(how))


@pytest.mark.parametrize("payload", [b"\x3a\xff\x01abc", b"\x0b", b"\xff" * 12, b"\x08"])
def test_a_file_that_is_cut_short_or_no_onnx_is_refused(payload):
    with pytest.raises(BadInput, match="not an ONNX model, or it is cut short"):
        refuse_other_files(payload)


# An MLflow folder that brings code

LOADER = """
from pathlib import Path

try:
    Path({marker!r}).write_text("loaded")
except OSError:
    pass


class Model:
    def predict(self, features, params=None):
        return features["a"].to_numpy()


def _load_pyfunc(path):
    return Model()
"""


def test_code_paths_run_inside_only(tmp_path):
    marker = tmp_path / "marker"
    flavor = {"loader_module": "vendor_loader", "code": "code", "data": "data"}
    folder = model_folder(
        tmp_path / "model",
        {"python_function": flavor},
        code__vendor_loader_dot_py=LOADER.format(marker=str(marker)),
        data__nothing="-",
    )
    mlflow.pyfunc.load_model(str(folder))
    assert marker.read_text() == "loaded"
    marker.unlink()
    sys.modules.pop("vendor_loader")

    outcome = scored(Artefact.from_mlflow(folder))
    assert outcome.status is Status.OK, outcome.reason
    assert outcome.value[:, 0].tolist() == FEATURES["a"].tolist()
    assert not marker.exists()
    assert "vendor_loader" not in sys.modules


def test_an_input_example_does_not_make_the_model_run_outside(tmp_path):
    marker = tmp_path / "marker"
    model = hm.Doing(hm.write, path=str(marker))
    folder = tmp_path / "model"
    mlflow.pyfunc.save_model(
        folder,
        python_model=lambda model_input: model.predict(model_input),
        input_example=FEATURES,
        pip_requirements=["cloudpickle"],
    )
    assert marker.read_text() == "changed", "MLflow runs a model on its example when it is saved"
    marker.unlink()

    artefact = Artefact.from_mlflow(folder)
    assert (folder / "input_example.json").is_file()
    assert artefact.digest
    assert artefact.surroundings
    assert not marker.exists()
    assert scored(artefact).status is not Status.OK, "it cannot write there and says so"
    assert not marker.exists()


def test_a_pickle_is_not_opened_outside_whatever_folder_it_comes_in(tmp_path):
    marker = tmp_path / "marker"
    hostile = pickle.dumps(hm.Loaded(marker))
    pickle.loads(hostile)
    assert marker.exists()
    marker.unlink()
    flavors = {"sklearn": {"pickled_model": "model.pkl", "serialization_format": "pickle"}}
    folder = model_folder(tmp_path / "model", flavors, model_dot_pkl=hostile)
    scored(Artefact.from_mlflow(folder))
    assert not marker.exists()


def test_a_python_file_is_not_run_outside(tmp_path):
    marker = tmp_path / "marker"
    source = f"open({str(marker)!r}, 'w').close()\nclass Model:\n    pass\n"
    exec(source, {})
    assert marker.exists()
    marker.unlink()
    (tmp_path / "model.py").write_text(source)
    outcome = scored(Artefact.from_python(tmp_path / "model.py", "Model"))
    assert outcome.status is Status.REFUSED
    assert not marker.exists()


def test_a_link_in_a_model_folder_is_refused(tmp_path):
    folder = model_folder(tmp_path / "model", {"python_function": {"loader_module": "x"}})
    (folder / "labels").symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match="holds a link"):
        Artefact.from_mlflow(folder)


def test_a_folder_that_changed_after_it_was_looked_at_is_refused(tmp_path):
    flavors = {"sklearn": {"pickled_model": "m.pkl"}}
    folder = model_folder(tmp_path / "model", flavors, m_dot_pkl=pickle.dumps(1))
    artefact = Artefact.from_mlflow(folder)
    (folder / "m.pkl").write_bytes(b"another model")
    with pytest.raises(BadInput, match="was changed or removed"):
        scored(artefact)


# What cannot be a model


@pytest.mark.parametrize(
    ("flavors", "words"),
    [
        ({"spark": {}}, "has the flavors spark; one of sklearn, lightgbm"),
        ({"sklearn": {"pickled_model": "../up.pkl"}}, r"names the file '\.\./up\.pkl', which is"),
        ({"sklearn": {"pickled_model": "/etc/passwd"}}, "names the file '/etc/passwd', which is"),
        ({"sklearn": {}}, "names the file '', which is not in the model folder"),
        ({"xgboost": {"data": "x", "model_class": "os.system('x')"}}, "is no class's name"),
        ({"sklearn": {"pickled_model": "x", "code": "/opt"}}, "code folder '/opt'"),
    ],
)
def test_an_mlmodel_file_that_names_what_is_not_there_is_refused(tmp_path, flavors, words):
    folder = model_folder(tmp_path / "model", flavors, x="x")
    with pytest.raises(BadInput, match=words):
        Artefact.from_mlflow(folder)


@pytest.mark.parametrize("text", ["flavors: [", "!!python/object/apply:os.system [id]", "[]", ""])
def test_an_mlmodel_file_of_another_form_is_refused(tmp_path, text):
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(BadInput, match="cannot be read as an MLmodel file"):
        Artefact.from_file(tmp_path)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(BadInput, match="is not there"):
        Artefact.from_mlflow(tmp_path / "gone")
    with pytest.raises(BadInput, match="holds no MLmodel file"):
        Artefact.from_file(tmp_path)
    for suffix in (".skops", ".onnx"):
        with pytest.raises(BadInput, match="cannot be read"):
            Artefact.from_file(tmp_path / f"gone{suffix}")


def test_a_class_that_is_not_in_the_file_is_named_with_those_that_are(tmp_path):
    file = tmp_path / "models.py"
    file.write_text("class A:\n    pass\ntry:\n    class B:\n        pass\nfinally:\n    pass\n")
    with pytest.raises(BadInput, match=r"no class 'C' in .*; it has A, B"):
        Artefact.from_python(file, "C")
    with pytest.raises(BadInput, match="is Python with the classes A, B; say which"):
        Artefact.from_file(file)
    with pytest.raises(BadInput, match=r"Parameter p=\{1\} of A cannot be written as JSON"):
        Artefact.from_python(file, "A", {"p": {1}})
    file.write_text("class A(\n")
    with pytest.raises(BadInput, match="not Python that can be parsed"):
        Artefact.from_python(file, "A")


def test_a_model_that_this_project_logged_is_found_by_its_blob(tmp_path):
    described = json.dumps({"kind": "pickle", "inputs": ["a"], "outputs": ["pd"]})
    blob = Artefact.of(hm.Scorer()).payload
    flavors = {"python_function": {"loader_module": "sandbox.tracking.scorer", "data": "data"}}
    folder = model_folder(
        tmp_path / "m", flavors, data__scoring_dot_json=described, data__model_dot_blob=blob
    )
    artefact = Artefact.from_mlflow(folder)
    assert (artefact.kind, artefact.payload) == (Kind.PICKLE, blob)
    assert scored(artefact).status is Status.OK


def test_the_digest_of_a_folder_is_of_its_contents_wherever_it_lies(tmp_path):
    flavors = {"sklearn": {"pickled_model": "m.pkl"}}
    one, two, other = (
        model_folder(tmp_path / name, flavors, m_dot_pkl=content)
        for name, content in (("one", b"x"), ("two", b"x"), ("other", b"y"))
    )
    digests = [Artefact.from_mlflow(folder).digest for folder in (one, two, other)]
    assert digests[0] == digests[1] != digests[2]
