"""A model goes in as bytes of a known kind; making them opens nothing."""

import json
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import hostile_models as hm
import pytest

from sandbox.errors import BadInput
from sandbox.isolation import Artefact
from sandbox.isolation.artefacts.artefact import Kind
from sandbox.isolation.work import Failure, load


def test_a_built_in_model_is_its_class_and_its_parameters_as_json():
    from sandbox.models.boosted_pd import BoostedPD

    artefact = Artefact.built_in(BoostedPD(trees=7))
    assert artefact.kind is Kind.BUILT_IN
    assert json.loads(artefact.payload)["class"] == "sandbox.models.boosted_pd:BoostedPD"
    assert load(artefact.kind, artefact.payload).trees == 7


def test_a_parameter_that_is_no_json_is_named():
    from sandbox.models.boosted_pd import BoostedPD

    with pytest.raises(BadInput, match=r"trees=\{1\}"):
        Artefact.built_in(BoostedPD(trees={1}))


def test_a_class_from_elsewhere_is_no_built_in_model():
    with pytest.raises(BadInput, match="not a built-in model"):
        Artefact.built_in(hm.Scorer())


@pytest.mark.parametrize("name", ["os:system", "sandbox.models_evil:X", "sandbox.cell:Cell"])
def test_a_built_in_record_cannot_name_other_packages(name):
    record = json.dumps({"class": name, "params": {}}).encode()
    with pytest.raises(Failure, match=r"not in sandbox\.models"):
        load(Kind.BUILT_IN, record)


def test_a_class_that_is_not_installed_travels_with_its_object():
    opening = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read()).value)"
    command = [sys.executable, "-I", "-c", opening]
    by_name = pickle.dumps(hm.Constant(0.5))
    assert subprocess.run(command, input=by_name, capture_output=True).returncode != 0
    whole = Artefact.of(hm.Constant(0.5)).payload
    said = subprocess.run(command, input=whole, capture_output=True, check=True)
    assert said.stdout == b"0.5\n"


class SlowlyPickled:
    """While it is pickled another thread has time to finish."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __getstate__(self):
        time.sleep(self.seconds)
        return {"model": hm.Constant(0.5)}


def test_threads_may_make_artefacts_at_once():
    models = [SlowlyPickled(seconds) for seconds in (0.1, 0.3)]
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(Artefact.of, models))
    assert len({artefact.digest for artefact in made}) == 1


def test_the_same_model_has_the_same_digest_and_another_has_not():
    assert Artefact.from_blob(b"a").digest == Artefact.from_blob(b"a").digest
    assert Artefact.from_blob(b"a").digest != Artefact.from_blob(b"b").digest
    assert Artefact(Kind.JOBLIB, b"a").digest != Artefact.from_blob(b"a").digest


def test_a_file_is_read_as_bytes_and_its_suffix_says_the_kind(tmp_path):
    for name, kind in (("m.pkl", Kind.PICKLE), ("m.JOBLIB", Kind.JOBLIB)):
        (tmp_path / name).write_bytes(b"anything at all")
        assert Artefact.from_file(tmp_path / name) == Artefact(kind, b"anything at all")


@pytest.mark.parametrize(
    ("name", "words"),
    [("gone.pkl", "cannot be read"), ("model.h5", "suffix '.h5'"), ("empty.pkl", "empty")],
)
def test_a_file_that_cannot_be_a_model_is_named(tmp_path, name, words):
    (tmp_path / "empty.pkl").touch()
    with pytest.raises(BadInput, match=words):
        Artefact.from_file(tmp_path / name)


def test_an_object_that_cannot_be_pickled_is_bad_input():
    with pytest.raises(BadInput, match="cannot be pickled"):
        Artefact.of(hm.Constant(threading.Lock()))
