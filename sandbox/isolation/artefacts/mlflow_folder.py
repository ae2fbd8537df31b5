"""An MLflow model folder as seen from outside: described, never opened.

MLflow's own `load_model` runs the model: its pickle, its `code_paths`. Of the folder's files
only MLmodel is parsed here, as plain YAML. What it says is text to choose from, and nothing in
it is trusted.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sandbox.errors import BadInput
from sandbox.isolation.artefacts import plain_yaml

if TYPE_CHECKING:
    from sandbox.isolation.artefacts.plain_yaml import Value

MLMODEL = "MLmodel"
#: flavors that are opened by themselves, in this order of preference. The generic one
#: (`python_function`) gives labels where these give probabilities
NATIVE = ("sklearn", "lightgbm", "xgboost", "onnx")
_GENERIC = "python_function"
#: loader of the models that this project logs; their folder holds a blob and its description
OURS = "sandbox.tracking.scorer"
_URI = re.compile(r"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)
#: files and folders in a model folder, and bytes of all; each is read once, for the digest
_FILES, _BYTES = 10_000, 8 << 30
#: characters of a name or a path in MLmodel
_LONGEST = 200
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


@dataclass(frozen=True)
class Folder:
    """What an MLflow model folder says of itself."""

    path: Path
    #: "sklearn", "lightgbm", "xgboost", "onnx" or "python_function"
    flavor: str
    #: what the flavor says, as far as it is needed inside: plain text
    settings: dict[str, str]
    #: the input and output columns as the MLmodel file has them; None when it says nothing
    signature: dict[str, Value] | None
    #: the loader of the generic flavor, a module's name; empty when there is none
    loader: str


def digest(path: Path) -> str:
    """Hex SHA-256 over the names and contents of a folder's files."""
    seen = hashlib.sha256()
    for file in files(path):
        name = file.relative_to(path).as_posix()
        seen.update(f"{len(name)} {name} {file.stat().st_size} ".encode())
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                seen.update(block)
    return seen.hexdigest()


def stamp(path: Path) -> str:
    """Changes when a file of the folder does; cheap, taken before each use."""
    # sizes and times of change can be set at will; the kernel's own time and number cannot
    about = [
        (str(file), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)
        for file, seen in _walked(path)
    ]
    return hashlib.sha256(repr(about).encode()).hexdigest()


def found(place: Path | str, tracking_uri: str | None = None) -> Path:
    """The folder itself, or a copy of the one that MLflow has at a URI such as `models:/pd/3`.

    BadInput when there is no such model.
    """
    if isinstance(place, str) and _URI.match(place):
        from sandbox.tracking import model_copy

        path = model_copy.copied(place, tracking_uri)
    else:
        path = Path(place).expanduser().absolute()
    if not (path / MLMODEL).is_file():
        what = "holds no MLmodel file" if path.is_dir() else "is not there"
        raise BadInput(
            f"The MLflow model folder {path} {what}; give the folder that MLmodel lies in."
        )
    return path


def described(path: Path) -> Folder:
    """Read MLmodel; BadInput when there is nothing in it that can be put into the sandbox."""
    files(path)
    said = plain_yaml.read(path / MLMODEL, "an MLmodel file")
    flavors = _mappings(path, said.get("flavors"))
    signature = said.get("signature")
    if signature is not None and not isinstance(signature, dict):
        raise BadInput(
            f"The signature in {path / MLMODEL} is no mapping; save the model again with "
            "mlflow.models.infer_signature."
        )
    generic = flavors.get(_GENERIC, {})
    flavor = next((name for name in NATIVE if name in flavors), _GENERIC)
    if flavor not in flavors:
        names = ", ".join((*NATIVE, _GENERIC))
        raise BadInput(
            f"The model in {path} has the flavors {', '.join(flavors)[:_LONGEST]}; one of {names} "
            "is needed."
        )
    settings = _settings(path, flavor, flavors[flavor])
    if flavor == _GENERIC and any(
        a.get("serialization_format") == "skops" for a in flavors.values()
    ):
        raise BadInput(
            f"The model in {path} is a skops file that only its own loader can open, with its own "
            "list of trusted types; give the .skops file itself."
        )
    return Folder(path, flavor, settings, signature, _text(path, generic, "loader_module"))


def _mappings(path: Path, flavors: Value) -> dict[str, dict[str, Value]]:
    found = flavors if isinstance(flavors, dict) else {}
    mappings = {name: about for name, about in found.items() if isinstance(about, dict)}
    if not found or len(mappings) < len(found):
        raise BadInput(
            f"{path / MLMODEL} cannot be read as an MLmodel file (its flavors are no mappings); "
            "save the model again."
        )
    return mappings


def _text(path: Path, about: dict[str, Value], name: str) -> str:
    """What a flavor says, empty where it says nothing; BadInput when that is no short text."""
    value = about.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST):
        raise BadInput(
            f"The entry {name!r} in {path / MLMODEL} is no text of at most {_LONGEST} characters; "
            "save the model again."
        )
    return value or ""


def _settings(path: Path, flavor: str, about: dict[str, Value]) -> dict[str, str]:
    """Which file to open and how, from what the flavor says."""
    if flavor == _GENERIC:
        return {}
    data = _text(path, about, "pickled_model") or _text(path, about, "data")
    if not data or not _below(path, data) or not (path / data).is_file():
        raise BadInput(
            f"The flavor {flavor} in {path / MLMODEL} names the file {data!r}, which is not in "
            "the model folder."
        )
    code = _text(path, about, "code")
    if code and not _below(path, code):
        raise BadInput(f"The code folder {code!r} in {path / MLMODEL} is not in the model folder.")
    kind = _text(path, about, "model_class")
    if kind and not _CLASS.fullmatch(kind):
        raise BadInput(f"The class {kind!r} in {path / MLMODEL} is no class's name.")
    form = _text(path, about, "serialization_format") or "pickle"
    return {"data": data, "code": code, "class": kind, "format": form}


def _below(path: Path, name: str) -> bool:
    relative = PurePosixPath(name)
    return not relative.is_absolute() and ".." not in relative.parts and path.is_dir()


def files(path: Path) -> list[Path]:
    """All files of a folder, in a fixed order; BadInput unless they are plain and not too many."""
    return [file for file, _ in _walked(path)]


def _walked(path: Path) -> list[tuple[Path, os.stat_result]]:
    found: list[tuple[Path, os.stat_result]] = []
    folders, entries, size = [path], 0, 0
    try:
        while folders:
            for entry in os.scandir(folders.pop()):
                seen = entry.stat(follow_symlinks=False)
                entries, size = entries + 1, size + seen.st_size
                if entries > _FILES or size > _BYTES:
                    raise BadInput(
                        f"The model folder {path} holds more than {_FILES} files or "
                        f"{_BYTES >> 30} GiB; give the folder of one model."
                    )
                if stat.S_ISDIR(seen.st_mode):
                    folders.append(Path(entry.path))
                elif stat.S_ISREG(seen.st_mode):
                    found.append((Path(entry.path), seen))
                else:
                    what = "a link" if entry.is_symlink() else "what is no file"
                    raise BadInput(
                        f"The model folder holds {what}, {entry.path}; give a folder of plain "
                        "files."
                    )
    except OSError as error:
        raise BadInput(
            f"The model folder {path} cannot be read ({error.strerror}); check its permissions."
        ) from error
    return sorted(found, key=lambda one: one[0])
