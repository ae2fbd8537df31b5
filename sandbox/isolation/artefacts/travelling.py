"""Classes that travel with their object, because they are not installed where the model is."""

import functools
import os
import site
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from sandbox.isolation import interpreter

#: cloudpickle's list of such modules is one for the whole process
_LOCK = threading.RLock()


@contextmanager
def taken_along() -> Iterator[None]:
    """Within the block cloudpickle writes out the classes of modules that are not installed.

    Only installed packages exist inside the sandbox, so a class of a script or of a project
    folder has to travel in the pickle, as a notebook's classes always do.
    """
    import cloudpickle

    with _LOCK:
        already = cloudpickle.list_registry_pickle_by_value()
        added = [m for m in list(sys.modules.values()) if _own(m) and m.__name__ not in already]
        for module in added:
            cloudpickle.register_pickle_by_value(module)
        try:
            yield
        finally:
            for module in added:
                cloudpickle.unregister_pickle_by_value(module)


def _own(module: ModuleType) -> bool:
    """Whether a loaded module is the caller's own code."""
    source = getattr(module, "__file__", None)
    name = getattr(module, "__name__", "__main__")
    if not isinstance(source, str) or sys.modules.get(name) is not module or name == "__main__":
        return False
    return not source.startswith(_installed())


@functools.cache
def _installed() -> tuple[str, ...]:
    """Folders whose modules are not the caller's own, as written and as resolved."""
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    folders += [*map(str, interpreter.current().packages), *site.getsitepackages()]
    folders += [str(interpreter.SANDBOX), str(interpreter.SANDBOX.parent / "data_generators")]
    return tuple(f"{path}{os.sep}" for f in folders for path in (f, os.path.realpath(f)))
