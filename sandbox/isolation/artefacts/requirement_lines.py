"""What packages an MLflow model folder asks for, read as text that is not trusted.

A requirements file can do more than name packages: install from any address, run a build, add
an index. Of all that only `name[extras] versions ; marker` is let through; what remains cannot
say where a package comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import BadInput
from sandbox.isolation.artefacts import plain_yaml

if TYPE_CHECKING:
    from sandbox.isolation.artefacts.plain_yaml import Value

#: lines that are read, of all files together, and characters of one
_MOST, _LONGEST = 2_000, 1_000
#: ends of what an installer takes for a file, though it could be a package's name
_FILES = (".whl", ".zip", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".egg", ".txt", ".toml", ".py")
_FILE = re.compile(r"(-r|--requirement|-c|--constraint)[ =]?\s*(\S+)")


_NAME = re.compile(r"[\w.-]{1,100}")


def python_version(folder: Path) -> str:
    """The version of Python that the model was saved with, such as "3.11.7"; empty if unsaid."""
    said = _yaml(folder / "python_env.yaml").get("python")
    if said is None:
        entries = _texts(_yaml(folder / "conda.yaml"), "conda.yaml", others=True)
        pinned = (re.fullmatch(r"python\s*=+\s*([\d.]+)", entry) for entry in entries or ())
        said = next((match[1] for match in pinned if match), "")
    if not isinstance(said, str) or len(said) > _LONGEST:
        raise BadInput(
            "The `python` of the model's python_env.yaml is no version; save the model again."
        )
    return said


def requirements(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The packages asked for and the constraints on others, each one checked line.

    BadInput, quoting the line, when one is more than a package's name and versions.
    """
    listed = _texts(_yaml(folder / "python_env.yaml"), "python_env.yaml")
    if listed is None:
        listed = ["-r requirements.txt"] if (folder / "requirements.txt").is_file() else []
    reading = _Reading(folder)
    for line in listed:
        reading.take(line, "python_env.yaml", constraint=False)
    return tuple(dict.fromkeys(reading.wanted)), tuple(dict.fromkeys(reading.constraints))


@dataclass
class _Reading:
    """The lines of a folder's files, taken one after the other."""

    folder: Path
    wanted: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    #: files that were taken, as packages and as constraints: each once, or they could go round
    taken: set[tuple[str, bool]] = field(default_factory=set)
    lines: int = 0

    def take(self, line: str, where: str, constraint: bool) -> None:
        """Add one line to the lists; a file of the same folder that it names, line by line."""
        self.lines += 1
        if self.lines > _MOST or len(line) > _LONGEST:
            raise BadInput(
                f"The model's {where} makes more than {_MOST} lines, or one of more than "
                f"{_LONGEST} characters; a model's packages take fewer."
            )
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line:
            return
        named = _FILE.fullmatch(line)
        constraining = named is not None and named[1].startswith(("-c", "--c"))
        if named and (constraining or where == "python_env.yaml"):
            self._take_file(named[2], constraint or constraining)
        else:
            (self.constraints if constraint else self.wanted).append(_checked(line, where))

    def _take_file(self, name: str, constraint: bool) -> None:
        file = self.folder / name
        if not _NAME.fullmatch(name) or not file.is_file():
            raise BadInput(
                f"The model asks for the packages in {name!r}; only files that are in its folder "
                "are read."
            )
        if (name, constraint) in self.taken:
            return
        self.taken.add((name, constraint))
        try:
            lines = plain_yaml.bounded(file).decode().splitlines()
        except (OSError, ValueError) as error:
            raise BadInput(f"The model's {name} cannot be read ({error}).") from error
        for line in lines:
            self.take(line, name, constraint)


def _checked(line: str, where: str) -> str:
    """The line in its standard form; BadInput when it could name a place or an option."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(line)
        if requirement.marker is not None:
            requirement.marker.evaluate()
    except (InvalidRequirement, ValueError, RecursionError):
        requirement = None
    named = requirement is not None and not requirement.url
    # an installer replaces ${NAME} by a variable of the environment and joins lines at a \
    if requirement is None or not named or re.search(r"[$\\]", line) or _is_file(requirement.name):
        raise BadInput(
            f"The line {line[:120]!r} of the model's {where} is more than a package and its "
            "versions; a model's packages come by name from the configured index, as wheels."
        )
    return str(requirement)


def _is_file(name: str) -> bool:
    return name.lower().endswith(_FILES)


def _yaml(file: Path) -> dict[str, Value]:
    return plain_yaml.read(file) if file.is_file() else {}


def _texts(said: dict[str, Value], where: str, others: bool = False) -> list[str] | None:
    """The `dependencies`; BadInput when they are no list of texts, or `others` are passed over."""
    listed = said.get("dependencies")
    if listed is None:
        return None
    texts = [line for line in listed if isinstance(line, str)] if isinstance(listed, list) else []
    if not isinstance(listed, list) or (len(texts) < len(listed) and not others):
        raise BadInput(
            f"The dependencies of the model's {where} are no list of packages; save the model "
            "again."
        )
    return texts
