"""Folders of packages for models that need others than are installed here.

Each set of requirements is installed once, by uv, into a folder of the user's cache that is
named by what is in it. Only wheels, only from the configured index: nothing of the model and
nothing of its packages runs while they are installed. The folder is made beside its place and
renamed, so it is whole or not there; a lock lets one process at a time make one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import BadInput
from sandbox.isolation import interpreter
from sandbox.isolation.artefacts import index_settings, requirement_lines

#: what our own code imports inside, whatever the model needs
OURS = ("cloudpickle", "numpy", "pandas", "pyarrow")
#: environments that are kept, the latest used; a set with MLflow takes 0.8 GB
KEPT = 20
#: seconds an environment is kept after its last use however many there are
_FRESH = 86_400.0
#: seconds that an installation may take
_PATIENCE = 1_800.0
#: settings of a user's that would let builds back in or choose another Python or other packages
_NOT_OURS = ("UV_NO_BINARY", "UV_NO_BINARY_PACKAGE", "UV_OVERRIDE", "UV_SYSTEM_PYTHON")


@dataclass(frozen=True)
class Wanted:
    """A set of packages for this interpreter, by name and version."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Names the environment: what is asked for, and for which Python on which machine."""
        asked = [*sorted(self.requirements), "", *sorted(self.constraints), *OURS]
        here = [sys.implementation.cache_tag or "", sys.platform, platform.machine()]
        return hashlib.sha256("\n".join([*asked, *here]).encode()).hexdigest()[:32]

    def installed_here(self) -> bool:
        """Whether the packages of this process satisfy each requirement."""
        return not self.unsatisfied()

    def unsatisfied(self) -> list[str]:
        """The requirements that the packages of this process do not satisfy.

        >>> Wanted(("packaging>=1", "packaging<1")).unsatisfied()
        ['packaging<1']
        """
        from importlib.metadata import PackageNotFoundError, version

        from packaging.requirements import Requirement

        missing = []
        for line in self.requirements:
            requirement = Requirement(line)
            if requirement.marker is not None and not requirement.marker.evaluate():
                continue
            try:
                found = version(requirement.name)
            except PackageNotFoundError:
                missing.append(line)
                continue
            if not requirement.specifier.contains(found, prereleases=True):
                missing.append(line)
        return missing


def wanted(folder: Path) -> Wanted:
    """What an MLflow model folder asks for; BadInput when it cannot be had by this Python."""
    saved = requirement_lines.python_version(folder)
    here = platform.python_version()
    if saved and saved.split(".")[:2] != here.split(".")[:2]:
        raise BadInput(
            f"The model was saved with Python {saved} and this is {here}; run risk-sandbox with "
            f"Python {'.'.join(saved.split('.')[:2])}, or try environment='installed'."
        )
    return Wanted(*requirement_lines.requirements(folder))


def built(packages: Wanted) -> Path:
    """The folder of these packages, installed now if it is not there yet.

    BadInput, with uv's own reason, when they cannot be installed as wheels.
    """
    home = _home()
    place = home / packages.digest
    with _only_one(home):
        if not place.is_dir():
            making = Path(tempfile.mkdtemp(prefix="making-", dir=home))
            try:
                _install(packages, making)
                making.chmod(0o755)  # at level `namespace` another user reads it
                making.rename(place)
            finally:
                shutil.rmtree(making, ignore_errors=True)
        touch(place / "packages")
        _tidy(home, place)
    return place / "packages"


def touch(packages: Path) -> None:
    """Note that an environment is used; BadInput when it has been removed."""
    try:
        os.utime(packages.parent)
    except OSError as error:
        raise BadInput(
            f"The model's packages in {packages} are gone; make the artefact again."
        ) from error


def _install(packages: Wanted, making: Path) -> None:
    import uv

    (making / "requirements.txt").write_text("\n".join([*packages.requirements, *OURS, ""]))
    (making / "constraints.txt").write_text("\n".join([*packages.constraints, ""]))
    settings = index_settings.environment()
    command = [uv.find_uv_bin(), "pip", "install", "--only-binary", ":all:", "--no-progress"]
    command += ["--python", str(interpreter.current().executable), "--target", "packages"]
    command += ["--compile-bytecode", "-r", "requirements.txt", "-c", "constraints.txt"]
    command += ["--no-index"] if settings.get("UV_NO_INDEX") else []
    for name in [*settings]:
        # uv runs Python to compile what it installed, which a start would else do each time (2.7 s
        # instead of 1.0): with a PYTHONPATH that is empty or relative a package could take part
        if name in _NOT_OURS or name.startswith("PYTHON"):
            del settings[name]
    settings["PYTHONSAFEPATH"] = "1"
    try:
        done = subprocess.run(
            command,
            cwd=making,
            env=settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput(
            f"The model's packages were not installed within {_PATIENCE:g} s; try again."
        ) from error
    if done.returncode:
        said = " ".join(done.stderr.split())[-400:]
        raise BadInput(
            f"The model's packages cannot be installed as wheels from the configured index "
            f"({said}); ask its maker for versions that are there, or try "
            "environment='installed'."
        )


def _home() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    home = Path(base) / "risk-sandbox" / "environments"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {home} for models' packages cannot be made ({error.strerror}); set "
            "XDG_CACHE_HOME to a folder that can be written to."
        ) from error
    return home


def _tidy(home: Path, used: Path) -> None:
    """Remove what an interrupted installation left and all but the latest used environments."""
    for left in home.glob("making-*"):
        shutil.rmtree(left, ignore_errors=True)
    others = [p for p in home.iterdir() if p.is_dir() and p != used]
    others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[KEPT - 1 :]:
        if time.time() - old.stat().st_mtime > _FRESH:
            shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    import fcntl  # not on Windows, which has no level that would need this

    with (home / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
