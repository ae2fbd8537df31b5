"""What a model is when it goes into the sandbox: bytes of a known kind, never opened outside."""

import functools
import hashlib
import json
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from sandbox.errors import BadInput
from sandbox.isolation import interpreter

#: the package that a built-in model's class must come from
BUILT_IN_PACKAGE = "sandbox.models"

_SUFFIXES = {
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".cloudpickle": "pickle",
    ".joblib": "joblib",
}


class Kind(StrEnum):
    """How the bytes are opened, inside."""

    #: JSON: a class of `sandbox.models` and its parameters
    BUILT_IN = "built_in"
    #: a pickle or cloudpickle
    PICKLE = "pickle"
    #: what `joblib.dump` wrote
    JOBLIB = "joblib"


@dataclass(frozen=True)
class Artefact:
    """A model as bytes. Making one may pickle; opening one happens only inside a sandbox.

    >>> Artefact.from_blob(b"opaque").kind
    <Kind.PICKLE: 'pickle'>
    """

    kind: Kind
    payload: bytes

    def __post_init__(self) -> None:
        if not self.payload:
            raise BadInput("The model artefact is empty; give one with at least one byte.")

    @property
    def digest(self) -> str:
        """Hex SHA-256 over kind and payload."""
        return hashlib.sha256(f"{self.kind}\0".encode() + self.payload).hexdigest()

    @classmethod
    def built_in(cls, model: Any) -> Self:
        """A model of `sandbox.models`: its class and the JSON of `get_params(deep=False)`.

        Nothing is pickled. Tuples among the parameters arrive as lists.
        """
        kind = type(model)
        if not kind.__module__.startswith(BUILT_IN_PACKAGE + "."):
            raise BadInput(
                f"{kind.__module__}.{kind.__qualname__} is not a built-in model of "
                f"{BUILT_IN_PACKAGE}; use Artefact.of for other objects."
            )
        params = model.get_params(deep=False)
        for name, value in params.items():
            try:
                json.dumps(value, allow_nan=False)
            except (TypeError, ValueError) as error:
                raise BadInput(
                    f"Parameter {name}={value!r} of {kind.__qualname__} cannot be written as "
                    "JSON; use numbers, text, lists or None."
                ) from error
        record = {"class": f"{kind.__module__}:{kind.__qualname__}", "params": params}
        return cls(Kind.BUILT_IN, json.dumps(record, sort_keys=True).encode())

    @classmethod
    def of(cls, model: Any) -> Self:
        """Any picklable object; classes that are not in installed packages go along with it."""
        import cloudpickle

        with _taken_along():
            try:
                return cls(Kind.PICKLE, cloudpickle.dumps(model))
            except Exception as error:
                raise BadInput(
                    f"A {type(model).__qualname__} cannot be pickled ({error}); give an object "
                    "without open files, locks or connections."
                ) from error

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """A vendor's pickle, cloudpickle or joblib file, as bytes; its suffix says which."""
        path = Path(path)
        kind = _SUFFIXES.get(path.suffix.lower())
        if kind is None:
            raise BadInput(
                f"{path} has the suffix {path.suffix!r}; a model file ends in one of "
                f"{', '.join(_SUFFIXES)}."
            )
        try:
            return cls(Kind(kind), path.read_bytes())
        except OSError as error:
            raise BadInput(
                f"The model file {path} cannot be read ({error.strerror}); check the path."
            ) from error

    @classmethod
    def from_blob(cls, blob: bytes) -> Self:
        """A fitted model as `Worker.fit` gave it out."""
        return cls(Kind.PICKLE, bytes(blob))


@contextmanager
def _taken_along() -> Iterator[None]:
    """Within the block cloudpickle writes out the classes of modules that are not installed.

    Only installed packages exist inside the sandbox, so a class of a script or of a project
    folder has to travel in the pickle, as a notebook's classes always do.
    """
    import cloudpickle

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
