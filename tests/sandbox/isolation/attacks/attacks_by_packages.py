"""Attacks by packages of a model's own, and by what lies where an environment is built."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from by_hand import SOON
from rig import Attack

from sandbox.errors import IsolationUnavailable
from sandbox.isolation import interpreter
from sandbox.isolation.interpreter import Surroundings

ACTING = """
import sys
try:
    open({trace!r}, "w")
finally:
    sys.exit("{name} of the model ran")
"""
BUILDING = """
from sandbox.errors import BadInput
from sandbox.isolation.artefacts import environments
try:
    environments.built(environments.Wanted(("a-package-of-nobodys==1",)))
except BadInput as error:
    print(error)
"""


def shadows(name):
    """Whether a module that takes another's name runs and leaves a file, or is heard of at all.

    Bare: on any Python's path.
    """

    def run(rig):
        packages = rig.scene.folder / f"packages-{name}"
        packages.mkdir()
        packages.chmod(0o755)
        trace = rig.scene.folder / f"{name}-ran"
        (packages / f"{name}.py").write_text(ACTING.format(trace=str(trace), name=name))
        if rig.bare:
            words = [sys.executable, "-c", f"import {name}"]
            found = {**os.environ, "PYTHONPATH": str(packages)}
            subprocess.run(words, env=found, capture_output=True, check=False)
            return trace.exists()
        said = ""
        around = Surroundings((packages, *interpreter.current().packages))
        try:
            with rig.worker(SOON, around) as place:
                place._place.ready()
        except IsolationUnavailable as error:
            said = str(error)
        if name == "pandas":  # it may run, but only held
            assert f"{name} of the model ran" in said or "Permission" in said, said
            return trace.exists()
        assert not said, said
        return trace.exists()

    return run


def beside_the_caller(rig):
    """Whether `pip.py` in the caller's folder runs; bare: as `python -m pip` there runs it."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "ran")
        Path(folder, "pip.py").write_text(f"open({str(trace)!r}, 'w')\n")
        given = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "UV_NO_INDEX": "1"}
        script = ["-m", "pip", "config", "list"] if rig.bare else ["-P", "-c", BUILDING]
        done = subprocess.run(
            [sys.executable, *script],
            cwd=folder,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert rig.bare or "cannot be installed" in done.stdout, done
        return trace.exists()


def _loading(name, run, supervisor):
    return Attack(name, "loading", "a file outside", run=run, supervisor=supervisor)


PACKAGES = (
    _loading(
        "ctypes.py among a model's own packages", shadows("ctypes"), "the standard library first"
    ),
    _loading(
        "pandas.py among a model's own packages", shadows("pandas"), "held before it is imported"
    ),
    _loading("pip.py in the caller's folder", beside_the_caller, "python -P"),
)
