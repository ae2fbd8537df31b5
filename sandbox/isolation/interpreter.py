"""Which Python runs a worker, and which folders it needs."""

import functools
import os
import site
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

#: numeric libraries read these once, when they are imported
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
#: these choose numeric kernels, so they go along: the same scores inside and outside
_KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_CBWR", "NPY_DISABLE_CPU_FEATURES")

#: the package folder of this project
SANDBOX = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Interpreter:
    """The base interpreter (not a virtual environment's link to it) and its packages."""

    executable: Path
    #: its standard library and shared libraries lie below
    prefix: Path
    #: folders of installed packages
    packages: tuple[Path, ...]


@dataclass(frozen=True)
class Surroundings:
    """What a worker sees beside the interpreter and this project's `sandbox` folder."""

    #: folders of installed packages, in the order of `sys.path`
    packages: tuple[Path, ...]
    #: the model's own folder, seen read-only at `/opt/model` (levels without bubblewrap: where
    #: it lies); None when the model is bytes
    model: Path | None = None

    @classmethod
    def default(cls) -> Self:
        """This process's own packages and no folder of a model."""
        return cls(current().packages)


@functools.cache
def current() -> Interpreter:
    """What this process runs on."""
    executable = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    folders = [*site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    existing = dict.fromkeys(Path(f).resolve() for f in folders if Path(f).is_dir())
    return Interpreter(executable, Path(sys.base_prefix).resolve(), tuple(existing))


def environment(threads: int, home: str) -> dict[str, str]:
    """The whole environment of a worker; nothing of the caller's but the choice of kernels."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": home,
        "TMPDIR": home,
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # mimalloc reserves address space by the GiB
        "NUMBA_CACHE_DIR": home,
        "MPLCONFIGDIR": home,
        "JOBLIB_MULTIPROCESSING": "0",  # else joblib warns that it finds no semaphores
        **{name: str(threads) for name in _THREADS},
        **{name: os.environ[name] for name in _KERNELS if name in os.environ},
    }
