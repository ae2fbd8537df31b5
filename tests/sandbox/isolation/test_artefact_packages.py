"""A model's own packages come as wheels from the configured index, and nothing of them runs."""

import base64
import hashlib
import io
import os
import pickle
import site
import subprocess
import sys
import tarfile
import threading
import types
import zipfile
from importlib.metadata import version

import pandas as pd
import pytest
import uv
import yaml

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Status, worker
from sandbox.isolation.artefacts import environments, index_settings
from sandbox.isolation.artefacts.environments import Wanted
from sandbox.isolation.artefacts.requirement_lines import python_version, requirements

FEATURES = pd.DataFrame({"a": [0.2, 0.9]})
MODEL = """
class Scorecard:
    def predict(self, features):
        return features["a"].to_numpy() / 2
"""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}.0"


def wheel(folder, marker):
    """A package that no index has; its `.pth` file acts in any Python that runs `site`."""
    about = "vendor_scorecard-1.2.dist-info"
    files = {
        "vendor_scorecard.py": MODEL,
        "vendor_hook.pth": f"import pathlib; pathlib.Path({str(marker)!r}).touch()\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: vendor-scorecard\nVersion: 1.2\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    for name, text in files.items():
        seen = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record.append(f"{name},sha256={seen.decode()},{len(text.encode())}")
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,", ""])
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "vendor_scorecard-1.2-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def source_distribution(folder, marker):
    """A package whose build acts; it needs nothing to be built."""
    files = {
        "pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'hook'\n"
        "backend-path = ['.']\n[project]\nname = 'vendor-hook'\nversion = '1.0'\n",
        "hook.py": f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n",
        "PKG-INFO": "Metadata-Version: 2.1\nName: vendor-hook\nVersion: 1.0\n",
    }
    folder.mkdir(exist_ok=True)
    with tarfile.open(folder / "vendor_hook-1.0.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"vendor_hook-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))


def saved(folder, *lines, python=HERE):
    """A folder as `mlflow.sklearn.save_model` writes it, around a class that is not here."""
    module = types.ModuleType("vendor_scorecard")
    exec(MODEL, module.__dict__)
    sys.modules[module.__name__] = module
    try:
        blob = pickle.dumps(module.__dict__["Scorecard"]())
    finally:
        del sys.modules[module.__name__]
    folder.mkdir()
    flavors = {"sklearn": {"pickled_model": "model.pkl", "serialization_format": "pickle"}}
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": flavors}))
    (folder / "model.pkl").write_bytes(blob)
    environment = {"python": python, "dependencies": ["-r requirements.txt"]}
    (folder / "python_env.yaml").write_text(yaml.safe_dump(environment))
    (folder / "requirements.txt").write_text("\n".join(lines))
    return folder


def scored(artefact):
    with worker("namespace") as place:
        return place.score(artefact, FEATURES, ("pd",))


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """A folder of packages beside the index, and environments of its own."""
    downloads = subprocess.run([uv.find_uv_bin(), "cache", "dir"], capture_output=True, text=True)
    monkeypatch.setenv("UV_CACHE_DIR", downloads.stdout.strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "offered"))
    return tmp_path / "offered"


def test_a_model_runs_with_packages_that_only_it_has(tmp_path, offered):
    marker = tmp_path / "marker"
    wheel(offered, marker)
    folder = saved(tmp_path / "model", "vendor-scorecard==1.2")
    refused = scored(Artefact.from_mlflow(folder, environment="installed"))
    assert refused.status is Status.REFUSED
    assert "vendor_scorecard" in refused.reason

    artefact = Artefact.from_mlflow(folder)
    (packages,) = artefact.packages
    outcome = scored(artefact)
    assert outcome.status is Status.OK, outcome.reason
    assert outcome.value[:, 0].tolist() == [0.1, 0.45]
    assert not marker.exists(), "neither installing nor starting Python ran the package's hook"
    with worker("none") as place, pytest.raises(BadInput, match="choose level process"):
        place.score(artefact, FEATURES, ("pd",))
    before = [*sys.path]
    site.addsitedir(str(packages))
    sys.path[:] = before
    assert marker.exists(), "in a Python that runs `site` the hook would have run"
    again = Artefact.from_mlflow(folder)
    assert again.packages == artefact.packages
    assert [p.name for p in (tmp_path / "cache/risk-sandbox/environments").iterdir() if p.is_dir()]


def test_a_build_never_runs(tmp_path, offered):
    marker = tmp_path / "marker"
    source_distribution(offered, marker)
    command = [uv.find_uv_bin(), "pip", "install", "--no-index", "--no-deps", "--no-cache"]
    command += ["--python", sys.executable, "--target", str(tmp_path / "bare"), "vendor-hook"]
    subprocess.run(command, env=index_settings.environment(), capture_output=True, check=False)
    assert marker.exists(), "installed in the ordinary way its build runs"
    marker.unlink()

    folder = saved(tmp_path / "model", "vendor-hook==1.0")
    with pytest.raises(BadInput, match=r"cannot be installed as wheels .*vendor-hook"):
        Artefact.from_mlflow(folder)
    assert not marker.exists()
    left = (tmp_path / "cache/risk-sandbox/environments").iterdir()
    assert [p.name for p in left] == ["lock"]


@pytest.mark.parametrize(
    "line",
    [
        "-e .",
        "./vendor",
        "/opt/vendor.whl",
        "vendor.whl",
        "vendor @ file:///tmp/vendor.whl",
        "vendor @ git+ssh://somewhere/vendor",
        "git+ssh://somewhere/vendor",
        "--index-url=somewhere",
        "--extra-index-url somewhere",
        "--find-links .",
        "--no-binary :all:",
        "-r ../other.txt",
        "-c /etc/passwd",
        "vendor==1 --hash=sha256:00",
    ],
)
def test_a_line_that_says_where_a_package_comes_from_is_refused(tmp_path, line):
    folder = saved(tmp_path / "model", "numpy", line)
    with pytest.raises(BadInput, match=r"more than a package and its versions|only files that"):
        requirements(folder)
    with pytest.raises(BadInput, match=r"more than a package and its versions|only files that"):
        Artefact.from_mlflow(folder)


def test_packages_constraints_and_comments_are_read(tmp_path):
    lines = ["numpy==2.0  # arrays", "", "# none", "pandas[excel]>=2; python_version>'3'"]
    folder = saved(tmp_path / "model", *lines, "-c constraints.txt")
    (folder / "constraints.txt").write_text("scipy<2\n")
    wanted = ("numpy==2.0", 'pandas[excel]>=2; python_version > "3"')
    assert requirements(folder) == (wanted, ("scipy<2",))
    assert python_version(folder) == HERE


def test_another_python_is_said_before_anything_is_installed(tmp_path):
    folder = saved(tmp_path / "model", "numpy", python="3.8.1")
    with pytest.raises(BadInput, match=r"saved with Python 3\.8\.1 and this is .* Python 3\.8,"):
        Artefact.from_mlflow(folder)
    assert Artefact.from_mlflow(folder, environment="installed").packages is None


def test_the_installed_packages_serve_exactly_when_they_satisfy_every_requirement(tmp_path):
    fits = f"numpy=={version('numpy')}"
    folder = saved(tmp_path / "model", fits, "pywin32==1; sys_platform == 'win32'")
    assert Artefact.from_mlflow(folder).packages is None
    assert Wanted((fits,)).installed_here()
    assert Wanted((fits, "numpy<1", "not-there")).unsatisfied() == ["numpy<1", "not-there"]
    with pytest.raises(BadInput, match="environment='mine'; choose"):
        Artefact.from_mlflow(folder, environment="mine")


def test_an_environment_is_whole_or_not_there_and_made_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = []

    def install(wanted, making):
        made.append(wanted)
        (making / "packages").mkdir()
        if "bad" in wanted.requirements:
            raise BadInput("no such package")

    monkeypatch.setattr(environments, "_install", install)
    asked = [threading.Thread(target=environments.built, args=(Wanted(("a",)),)) for _ in range(4)]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert len(made) == 1
    with pytest.raises(BadInput, match="no such package"):
        environments.built(Wanted(("bad",)))
    home = tmp_path / "risk-sandbox/environments"
    assert sorted(p.name for p in home.iterdir()) == sorted([Wanted(("a",)).digest, "lock"])


def test_the_environments_used_least_lately_are_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(environments, "_install", lambda _, making: (making / "packages").mkdir())
    monkeypatch.setattr(environments, "KEPT", 3)
    first = [environments.built(Wanted((name,))) for name in "abcd"]
    assert all(place.exists() for place in first), "all were used today"
    for age, place in enumerate(first, start=2):
        os.utime(place.parent, (0, 1_000_000 - age))
    environments.built(Wanted(("e",)))
    assert [place.exists() for place in first] == [True, True, False, False]
    with pytest.raises(BadInput, match="are gone; make the artefact again"):
        environments.touch(first[-1])


def test_uv_asks_what_pip_is_configured_for(monkeypatch):
    said = {
        "index-url": "the mirror",
        "extra-index-url": "more://x file:///not/there",
        "trusted-host": "a b",
        "cert": "/ca.pem",
        "default-timeout": "7.5",
        "no-index": "true",
    }
    monkeypatch.setattr(index_settings, "_pip_options", lambda: said)
    settings = index_settings.environment({"UV_INSECURE_HOST": "mine"})
    assert settings["UV_DEFAULT_INDEX"] == "the mirror"
    assert settings["UV_INDEX"] == "more://x", "a folder that is gone is passed over, as by pip"
    assert settings["UV_INSECURE_HOST"] == "mine"
    assert settings["UV_HTTP_TIMEOUT"] == "7"
    assert settings["UV_NO_INDEX"] == "1"
    assert settings["SSL_CERT_FILE"] == "/ca.pem"
