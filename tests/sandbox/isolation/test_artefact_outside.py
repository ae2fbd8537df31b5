"""What is done outside with a stranger's files, and from the caller's folder, runs none of them.

Each attack is first let loose on the ordinary way, where it must succeed.
"""

import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
import yaml
from mlflow import MlflowClient

from sandbox.errors import BadInput
from sandbox.isolation import Artefact
from sandbox.isolation.artefacts import environments, index_settings, mlflow_folder
from sandbox.isolation.artefacts.environments import Wanted
from sandbox.tracking import server
from sandbox.workspace import Workspace

FLAVORS = {"sklearn": {"pickled_model": "m.pkl"}}


def model_folder(folder):
    folder.mkdir(parents=True)
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": FLAVORS}))
    (folder / "m.pkl").write_bytes(b"a model")
    return folder


# Modules in the caller's folder


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """Lay a module of a given name into the folder that this process works in."""
    folder, marker = tmp_path / "caller", tmp_path / "marker"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def laid(name):
        (folder / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
        subprocess.run([sys.executable, "-m", name], capture_output=True, check=False)
        assert marker.exists(), "`python -m` runs the module of the folder that it is called in"
        marker.unlink()
        return marker

    return laid


@pytest.fixture
def fresh():
    index_settings._pip_options.cache_clear()
    yield
    index_settings._pip_options.cache_clear()


@pytest.mark.parametrize("path", [None, "", "."])
def test_pip_is_asked_and_not_a_module_of_its_name(trap, fresh, monkeypatch, path):
    marker = trap("pip")
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", f"{path}:{os.getcwd()}")
    Path("settings").write_text("[global]\nindex-url = the mirror\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", "settings")
    assert index_settings.environment()["UV_DEFAULT_INDEX"] == "the mirror"
    assert not marker.exists()


def test_mlflows_server_is_started_and_not_a_module_of_its_name(trap, tmp_path, monkeypatch):
    marker = trap("mlflow")
    started = {}

    def note(command, **how):
        started.update(how, command=command)

    monkeypatch.setattr(server.subprocess, "Popen", note)
    workspace = Workspace(tmp_path / "store").made()
    server._start(workspace, "sqlite:///here.db", "127.0.0.1", 5000, tmp_path / "log")
    monkeypatch.undo()
    command = [*started["command"][:3], "--version"]
    subprocess.run(command, cwd=started["cwd"], env=started["env"], check=True)
    assert not marker.exists()
    assert started["cwd"] == "/", "the server's own server puts its folder first"
    assert f"sqlite:///{tmp_path}/caller/here.db" in started["command"]


def test_parallel_processes_are_joblibs_own(trap, tmp_path):
    marker = trap("joblib")
    script = tmp_path / "script.py"
    script.write_text(
        "from sandbox.experiment.parallel import in_parallel\n"
        "kind = dict(jobs=2, when_killed=str, progress=False, what='')\n"
        "print(sorted(in_parallel(abs, [-1, -2, -3], **kind)))\n"
    )
    said = subprocess.run([sys.executable, "-P", str(script)], capture_output=True, text=True)
    assert said.stdout == "[1, 2, 3]\n", said.stderr
    assert not marker.exists()


def test_python_settings_of_the_caller_do_not_reach_an_installation(tmp_path, monkeypatch):
    seen = {}

    def note(command, **how):
        seen.update(how)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(index_settings, "_pip_options", dict)
    monkeypatch.setattr(environments.subprocess, "run", note)
    for name in ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME"):
        monkeypatch.setenv(name, ".")
    environments._install(Wanted(("a",)), tmp_path)
    assert [name for name in seen["env"] if name.startswith("PYTHON")] == ["PYTHONSAFEPATH"]
    assert seen["cwd"] == tmp_path


def test_an_extra_index_comes_first_and_not_the_highest_version_anywhere(monkeypatch):
    said = {"index-url": "public"}
    monkeypatch.setattr(index_settings, "_pip_options", lambda: said)
    assert "UV_INDEX_STRATEGY" not in index_settings.environment({})
    said["extra-index-url"] = "bank://own"
    assert index_settings.environment({})["UV_INDEX_STRATEGY"] == "unsafe-first-match"
    own = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    assert index_settings.environment(own)["UV_INDEX_STRATEGY"] == "unsafe-best-match"


# Links in a store of this machine


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store whose one run has a model, registered too, that is linked to the run's labels."""
    root = tmp_path_factory.mktemp("store")
    client = MlflowClient(f"sqlite:///{root}/mlflow.db", f"sqlite:///{root}/mlflow.db")
    number = client.create_experiment("vendor", artifact_location=(root / "runs").as_uri())
    run = client.create_run(number)
    folder = model_folder(root / "runs" / run.info.run_id / "artifacts" / "model")
    (folder / "more").mkdir()
    (folder.parent / "labels").write_text("labels of the test period")
    (folder / "more" / "data").symlink_to(folder.parent / "labels")
    client.create_registered_model("pd")
    client.create_model_version("pd", folder.as_uri(), run.info.run_id)
    client.set_registered_model_alias("pd", "champion", "1")
    return root, folder, f"runs:/{run.info.run_id}/model"


def test_a_link_in_a_store_of_this_machine_is_not_followed(store, tmp_path, monkeypatch):
    root, folder, of_run = store
    copy = mlflow.artifacts.download_artifacts(folder.as_uri(), dst_path=str(tmp_path))
    assert Path(copy, "more/data").read_text() == "labels of the test period"

    uri = f"sqlite:///{root}/mlflow.db"
    names = [folder.as_uri(), of_run, "models:/pd/1", "models:/pd@champion", "models:/pd/latest"]
    before = mlflow.get_tracking_uri()
    for asked in (uri, None):
        if asked is None:
            mlflow.set_tracking_uri(uri)
        try:
            for name in names:
                with pytest.raises(BadInput, match=r"holds a link, .*/more/data; give"):
                    Artefact.from_mlflow(name, tracking_uri=asked)
        finally:
            mlflow.set_tracking_uri(before)
    (tmp_path / "linked").symlink_to(folder)
    with pytest.raises(BadInput, match="linked is a link"):
        Artefact.from_mlflow((tmp_path / "linked").as_uri())


def test_a_folder_of_plain_files_in_a_store_is_copied_whole(tmp_path):
    folder = model_folder(tmp_path / "model")
    (folder / "more").mkdir(mode=0o700)
    (folder / "more" / "data").write_text("x")
    artefact = Artefact.from_mlflow(folder.as_uri())
    copy, _ = artefact.folder
    assert copy != folder
    assert mlflow_folder.digest(copy) == mlflow_folder.digest(folder)
    with pytest.raises(BadInput, match="does not say which model; give models:/NAME/VERSION"):
        Artefact.from_mlflow("models:/pd/1/below")
