"""Files that describe a model are a stranger's: what they may cost and say is bounded."""

import json
import os
import time

import pytest
import yaml

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, separate, worker
from sandbox.isolation.artefacts import environments, mlflow_folder, plain_yaml
from sandbox.isolation.artefacts.artefact import Kind
from sandbox.isolation.artefacts.requirement_lines import python_version, requirements
from sandbox.isolation.artefacts.signature import Signature
from sandbox.isolation.outcome import Level

FLAVORS = {"sklearn": {"pickled_model": "m.pkl"}}
OURS = {"python_function": {"loader_module": "sandbox.tracking.scorer", "data": "data"}}


def model_folder(folder, mlmodel=FLAVORS, **files):
    folder.mkdir()
    text = mlmodel if isinstance(mlmodel, str) else yaml.safe_dump({"flavors": mlmodel})
    (folder / "MLmodel").write_text(text)
    (folder / "m.pkl").write_bytes(b"a model")
    for name, content in files.items():
        (folder / name.replace("_dot_", ".")).write_text(content)
    return folder


def bomb(key, levels):
    """Each line stands for nine times the line before."""
    first = "a0: &a0 [x, x, x, x, x, x, x, x, x]"
    lines = (f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, levels))
    return "\n".join([first, *lines, f"{key}: *a{levels - 1}", ""])


FILES = {
    "MLmodel": ("flavors", lambda folder: Artefact.from_mlflow(folder, environment="installed")),
    "python_env.yaml": ("dependencies", requirements),
    "conda.yaml": ("dependencies", python_version),
}


@pytest.mark.parametrize("name", FILES)
def test_a_few_lines_cannot_stand_for_gigabytes(tmp_path, name):
    key, read = FILES[name]
    small = bomb(key, 4)
    assert len(json.dumps(yaml.safe_load(small))) > 100 * len(small), "aliases multiply"
    folder = model_folder(tmp_path / "model")
    (folder / name).write_text(bomb(key, 12))
    with pytest.raises(BadInput, match=rf"{name} cannot be read as .* \(it holds an alias\)"):
        read(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a {b: c}\nd: {<<: {b: c}}", "a merge key"),
        ("a: !!python/name:os.system x", "the tag"),
        ("? [a]\n: b", "a key that is no text"),
        ("[" * 60, "more than 10000 entries or 20 levels"),
        ("a: [" + "b," * 20_000 + "]", "more than 10000 entries or 20 levels"),
        ("a: b\n---\nc: d", "more than one document"),
        ("- a", "no mapping"),
        ("# " + "x" * (1 << 20), "larger than 1 MiB"),
        ("a: \x00", "cannot be read"),
        ("a: *b", "alias"),
    ],
)  # fmt: skip
def test_what_no_description_needs_is_refused(tmp_path, name, text, words):
    folder = model_folder(tmp_path / "model")
    (folder / name).write_text(text)
    with pytest.raises(BadInput, match=words):
        FILES[name][1](folder)


def test_text_is_taken_for_nothing_else(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 3.10\nb: 1:1:1\nc: yes\nd: null\ne: ''\nf: [2020-01-01]")
    read = plain_yaml.read(tmp_path / "a.yaml")
    assert read == {"a": "3.10", "b": "1:1:1", "c": "yes", "d": None, "e": "", "f": ["2020-01-01"]}


@pytest.mark.parametrize(
    ("mlmodel", "words"),
    [
        ({"sklearn": {"pickled_model": ["m.pkl"]}}, "'pickled_model' in .* is no text of at most"),
        ({"sklearn": {"pickled_model": "m" * 300}}, "'pickled_model' in .* is no text of at most"),
        ({"sklearn": {"pickled_model": "m.pkl", "code": {}}}, "'code' in .* is no text"),
        ({"xgboost": {"data": "m.pkl", "model_class": [1]}}, "'model_class' in .* is no text"),
        ({"python_function": {"loader_module": {"a": 1}}}, "'loader_module' in .* is no text"),
        ({"sklearn": ["m.pkl"]}, "its flavors are no mappings"),
        ("flavors: {sklearn: {pickled_model: m.pkl}}\nsignature: [1]", "signature in .* mapping"),
        ("flavors: {sklearn: {pickled_model: m.pkl}}\nsignature: {inputs: [1]}", "signature in"),
    ],
)
def test_an_entry_of_another_form_is_refused(tmp_path, mlmodel, words):
    folder = model_folder(tmp_path / "model", mlmodel)
    with pytest.raises(BadInput, match=words):
        Artefact.from_mlflow(folder, environment="installed")


@pytest.mark.parametrize(
    "inputs",
    [
        '[{"type": "tensor", "tensor-spec": {"shape": [-1, Infinity]}}]',
        '[{"type": "double", "name": "' + "x" * 2_000 + '"}]',
        "[" * 100_000,
    ],
)
def test_a_signature_of_no_use_is_bad_input(inputs):
    with pytest.raises(BadInput, match="signature in the MLmodel file cannot be read"):
        Signature.read({"inputs": inputs})


def test_a_signature_of_many_columns_is_read_in_good_time():
    columns = [{"type": "double", "name": f"x{i}"} for i in range(30_000)]
    began = time.process_time()
    Signature.read({"inputs": json.dumps(columns)})
    assert time.process_time() - began < 5, "comparing each name with each takes half a minute"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("numpy\n" * 2_001, "more than 2000 lines"),
        ("#" * (1 << 20) + "\n", "larger than 1 MiB"),
        ("numpy" + " " * 1_001, "one of more than 1000 characters"),
        ("numpy; " + "(" * 900, "more than a package and its"),
        ("numpy; python_version ~= 'x'", "more than a package and its"),
        ("numpy===${HOME}", "more than a package and its"),
        ("numpy===1\\\n--pre", "more than a package and its"),
        ("-c " + "x" * 300, "only files that are in its folder"),
    ],
)  # fmt: skip
def test_requirements_that_ask_too_much_are_refused(tmp_path, lines, words):
    folder = model_folder(tmp_path / "model", requirements_dot_txt=lines)
    with pytest.raises(BadInput, match=words):
        requirements(folder)


def test_constraints_that_name_each_other_are_read_once(tmp_path):
    folder = model_folder(
        tmp_path / "model",
        requirements_dot_txt="numpy\n-c one.txt\n-c one.txt",
        one_dot_txt="scipy<2\n-c two.txt",
        two_dot_txt="-c one.txt\n-c two.txt\npandas<9",
    )
    assert requirements(folder) == (("numpy",), ("scipy<2", "pandas<9"))


@pytest.mark.parametrize("said", ["dependencies: numpy", "dependencies: [{pip: [numpy]}]"])
def test_dependencies_that_are_no_lines_are_refused(tmp_path, said):
    folder = model_folder(tmp_path / "model", python_env_dot_yaml=said)
    with pytest.raises(BadInput, match=r"python_env\.yaml are no list of packages"):
        requirements(folder)


@pytest.mark.parametrize("said", ["python: [3]", "python: " + "3" * 2_000])
def test_a_python_that_is_no_version_is_refused(tmp_path, said):
    folder = model_folder(tmp_path / "model", python_env_dot_yaml=said)
    with pytest.raises(BadInput, match="is no version"):
        environments.wanted(folder)


@pytest.mark.parametrize("kind", ["mlflow", "other", ["pickle"], None])
def test_a_folder_that_says_we_logged_it_is_held_to_what_we_log(tmp_path, kind):
    folder = model_folder(tmp_path / "model", OURS)
    (folder / "data").mkdir()
    (folder / "data" / "model.blob").write_bytes(b"no JSON")
    (folder / "data" / "scoring.json").write_text(json.dumps({"kind": kind}))
    with pytest.raises(BadInput, match=r"The model in .* cannot be read"):
        Artefact.from_mlflow(folder)
    (folder / "data" / "scoring.json").write_text("[" * 100_000)
    with pytest.raises(BadInput, match=r"The model in .* cannot be read"):
        Artefact.from_mlflow(folder)
    with pytest.raises(BadInput, match="is a folder; give it to"):
        Artefact(Kind.MLFLOW, b"no JSON")


def rewritten(file):
    file.write_bytes(b"A MODEL")


def replaced(file):
    other = file.with_name("other")
    other.write_bytes(b"A MODEL")
    other.replace(file)


@pytest.mark.parametrize("change", [rewritten, replaced])
def test_a_file_of_the_same_size_and_time_is_another_all_the_same(tmp_path, change):
    folder = model_folder(tmp_path / "model")
    artefact = Artefact.from_mlflow(folder)
    before = (folder / "m.pkl").stat()
    time.sleep(0.02)  # the kernel's clock ticks
    change(folder / "m.pkl")
    os.utime(folder / "m.pkl", ns=(before.st_atime_ns, before.st_mtime_ns))
    after = (folder / "m.pkl").stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(BadInput, match="was changed or removed"):
        _ = artefact.surroundings


def test_a_folder_of_too_much_or_of_other_things_is_refused(tmp_path, monkeypatch):
    folder = model_folder(tmp_path / "model")
    os.mkfifo(folder / "pipe")
    with pytest.raises(BadInput, match=r"holds what is no file, .*pipe"):
        Artefact.from_mlflow(folder)
    (folder / "pipe").unlink()
    monkeypatch.setattr(mlflow_folder, "_FILES", 1)
    with pytest.raises(BadInput, match="holds more than 1 files or 8 GiB; give the folder of one"):
        Artefact.from_mlflow(folder)
    monkeypatch.undo()
    with (folder / "large").open("wb") as file:
        file.truncate(mlflow_folder._BYTES)
    with pytest.raises(BadInput, match="holds more than 10000 files or 8 GiB"):
        Artefact.from_mlflow(folder)


@pytest.mark.parametrize(("level", "told"), [("namespace", False), ("process", True)])
def test_a_model_is_told_where_its_folder_lies_only_where_it_sees_it(
    tmp_path, monkeypatch, level, told
):
    import hostile_models as hm
    import pandas as pd

    folder = model_folder(tmp_path / "model")
    (folder / "m.pkl").write_bytes(Artefact.of(hm.Scorer()).payload)
    artefact = Artefact.from_mlflow(folder)
    sent = []
    sealed = separate.memory.sealed_bytes

    def note(data):
        sent.append(bytes(data))
        return sealed(data)

    monkeypatch.setattr(separate.memory, "sealed_bytes", note)
    with worker(level) as place:
        outcome = place.score(artefact, pd.DataFrame({"a": [0.2]}), ("pd",))
    assert outcome.status == "ok", outcome.reason
    (payload,) = (data for data in sent if b'"flavor"' in data)
    assert (str(folder).encode() in payload) is told
    assert str(folder).encode() not in artefact.sent(Level.VM)
