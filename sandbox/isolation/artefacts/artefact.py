"""What a model is when it goes into the sandbox: bytes of a known kind, never opened outside.

| Given | Made by | What is read outside |
|---|---|---|
| a model of `sandbox.models` | `Artefact.built_in` | class and parameters |
| an object in memory | `Artefact.of` | it is pickled |
| pickle, cloudpickle, joblib, skops, ONNX file | `Artefact.from_file` | bytes, unopened |
| an MLflow folder or URI | `Artefact.from_mlflow` | MLmodel as plain YAML, requirements as text |
| a Python file with a class | `Artefact.from_python` | its syntax tree, to find the class |
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from sandbox.errors import BadInput
from sandbox.isolation import interpreter, tables
from sandbox.isolation.artefacts import environments, mlflow_folder, plain_yaml, python_file
from sandbox.isolation.artefacts.kinds import BUILT_IN_PACKAGE, Kind
from sandbox.isolation.artefacts.signature import Signature
from sandbox.isolation.artefacts.travelling import taken_along
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.outcome import Level
from sandbox.isolation.shared_features import SharedFeatures

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Artefact", "Kind"]

_SUFFIXES = {
    ".pkl": Kind.PICKLE,
    ".pickle": Kind.PICKLE,
    ".cloudpickle": Kind.PICKLE,
    ".joblib": Kind.JOBLIB,
    ".skops": Kind.SKOPS,
    ".onnx": Kind.ONNX,
}


@dataclass(frozen=True)
class Artefact:
    """A model as bytes. Making one may pickle; opening one happens only inside a sandbox.

    >>> Artefact.from_blob(b"opaque").kind
    <Kind.PICKLE: 'pickle'>
    """

    kind: Kind
    payload: bytes
    #: what the model declares of its input; None when it declares nothing
    signature: Signature | None = None
    #: folders of packages of the model's own; None for those of this process
    packages: tuple[Path, ...] | None = None
    #: the model's own folder and its stamp when it was looked at; None when it is bytes alone
    folder: tuple[Path, str] | None = None

    def __post_init__(self) -> None:
        if not self.payload:
            raise BadInput("The model artefact is empty; give one with at least one byte.")
        if self.kind is Kind.MLFLOW and self.folder is None:
            raise BadInput("An MLflow model is a folder; give it to Artefact.from_mlflow.")

    def sent(self, level: Level) -> bytes:
        """What a model's own place is given to open it by.

        Where the folder is seen at `/opt/model`, where it lies outside is nothing to tell.
        """
        if self.kind is not Kind.MLFLOW or level not in (Level.NAMESPACE, Level.VM):
            return self.payload
        return self._without_folder()

    def _without_folder(self) -> bytes:
        record = json.loads(self.payload)
        return json.dumps({**record, "folder": ""}).encode()

    @property
    def digest(self) -> str:
        """Hex SHA-256 over kind and payload, and over the model's own packages if it has any.

        A folder counts by its contents, wherever it lies.
        """
        payload = self._without_folder() if self.kind is Kind.MLFLOW else self.payload
        own = "".join(path.parent.name for path in self.packages or ())
        return hashlib.sha256(f"{self.kind}\0{own}".encode() + payload).hexdigest()

    @property
    def whole(self) -> bool:
        """Whether the payload is all of the model, so that it can be kept as bytes elsewhere."""
        return self.packages is None and self.folder is None

    @property
    def surroundings(self) -> Surroundings | None:
        """What has to be seen inside beside the default; None when nothing has to.

        BadInput when the model's folder is gone or was changed since the artefact was made.
        """
        if self.packages is None and self.folder is None:
            return None
        place = None
        if self.folder is not None:
            place, stamp = self.folder
            if not place.is_dir() or mlflow_folder.stamp(place) != stamp:
                raise BadInput(
                    f"The model folder {place} was changed or removed after it was looked at; "
                    "make the artefact again."
                )
        for packages in self.packages or ():
            environments.touch(packages)
        return Surroundings(self.packages or interpreter.current().packages, place)

    def check(self, features: pd.DataFrame | SharedFeatures) -> None:
        """BadInput, naming the column, when the table is not what the model declares it reads."""
        if self.signature is None:
            return
        if not isinstance(features, SharedFeatures):
            self.signature.check(features)
            return
        descriptor = features.reader()
        try:
            self.signature.check(tables.read(descriptor))
        finally:
            os.close(descriptor)

    def fitted(self, blob: bytes) -> Self:
        """The blob of this model as `Worker.fit` gave it out; it needs what this one needs."""
        return replace(self, kind=Kind.PICKLE, payload=bytes(blob))

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
        record = {"class": f"{kind.__module__}:{kind.__qualname__}"}
        return cls(
            Kind.BUILT_IN,
            python_file.with_params(record, model.get_params(deep=False), kind.__qualname__),
        )

    @classmethod
    def of(cls, model: Any) -> Self:
        """Any picklable object; classes that are not in installed packages go along with it."""
        import cloudpickle

        with taken_along():
            try:
                return cls(Kind.PICKLE, cloudpickle.dumps(model))
            except Exception as error:
                raise BadInput(
                    f"A {type(model).__qualname__} cannot be pickled ({error}); give an object "
                    "without open files, locks or connections."
                ) from error

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """A model in a file, as bytes, or in an MLflow model folder; the suffix says which."""
        path = Path(path)
        if path.is_dir():
            return cls.from_mlflow(path)
        kind = _SUFFIXES.get(path.suffix.lower())
        if path.suffix == ".py":
            _, classes = python_file.read(path)
            raise BadInput(
                f"{path} is Python with the classes {', '.join(classes) or '(none)'}; say which "
                f"one is the model: Artefact.from_python({str(path)!r}, 'ClassName')."
            )
        if kind is None:
            raise BadInput(
                f"{path} has the suffix {path.suffix!r}; a model file ends in one of "
                f"{', '.join(_SUFFIXES)}, and an MLflow model is a folder that is there."
            )
        try:
            return cls(kind, path.read_bytes())
        except OSError as error:
            raise BadInput(
                f"The model file {path} cannot be read ({error.strerror}); check the path."
            ) from error

    @classmethod
    def from_mlflow(
        cls,
        place: Path | str,
        environment: Literal["auto", "own", "installed"] = "auto",
        tracking_uri: str | None = None,
    ) -> Self:
        """An MLflow model: a folder, or a URI such as `models:/pd/3`, `models:/pd@champion`,
        `runs:/ID/model`.

        `environment` says which packages are there inside: those of this process ("installed"),
        or what the model's own `python_env` asks for, installed once as wheels from the
        configured index without running anything ("own"). By itself ("auto") it is the
        installed ones exactly when they satisfy each of the model's requirements.

        Of a classifier saved by scikit-learn, LightGBM or XGBoost the native flavor is opened,
        because the generic one predicts labels where a probability is needed.
        """
        if environment not in ("auto", "own", "installed"):
            raise BadInput(f"environment={environment!r}; choose 'auto', 'own' or 'installed'.")
        described = mlflow_folder.described(mlflow_folder.found(place, tracking_uri))
        signature = Signature.read(described.signature)
        if described.loader == mlflow_folder.OURS:
            return replace(cls._ours(described.path), signature=signature)
        packages = None
        if environment != "installed":
            wanted = environments.wanted(described.path)
            if environment == "own" or not wanted.installed_here():
                packages = (environments.built(wanted),)
        stamp = mlflow_folder.stamp(described.path)
        record = {
            "folder": str(described.path),
            "contents": mlflow_folder.digest(described.path),
            "flavor": described.flavor,
            **described.settings,
        }
        payload = json.dumps(record, sort_keys=True).encode()
        return cls(Kind.MLFLOW, payload, signature, packages, (described.path, stamp))

    @classmethod
    def _ours(cls, folder: Path) -> Self:
        """A model that this project logged: a blob, and a description that names its kind."""
        try:
            described = json.loads(plain_yaml.bounded(folder / "data/scoring.json"))
            # never a reference to a folder: that kind is refused without one
            return cls(Kind(described["kind"]), (folder / "data/model.blob").read_bytes())
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInput(f"The model in {folder} cannot be read ({error!r}).") from error

    @classmethod
    def from_python(
        cls, path: Path | str, name: str, params: Mapping[str, Any] | None = None
    ) -> Self:
        """A class in a Python file and the parameters that it is made with, as JSON.

        The file is read and parsed, never imported. It runs inside, where only installed
        packages can be imported and not the files beside it.
        """
        path = Path(path)
        source, classes = python_file.read(path)
        if name not in classes:
            raise BadInput(
                f"There is no class {name!r} in {path}; it has {', '.join(classes) or 'none'}."
            )
        record = {"source": source, "file": path.name, "class": name}
        return cls(Kind.PYTHON, python_file.with_params(record, dict(params or {}), name))

    @classmethod
    def from_blob(cls, blob: bytes) -> Self:
        """A fitted model as `Worker.fit` gave it out."""
        return cls(Kind.PICKLE, bytes(blob))
