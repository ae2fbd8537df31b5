"""Where results live, and how files are put there: whole or not at all."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sandbox.errors import BadInput

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not a Unix: models run there at level `process` only, one study at a time
    fcntl = None


@dataclass(frozen=True)
class Workspace:
    """A folder of results: the MLflow store, the studies' cells and the reports.

    >>> Workspace(Path("results")).reports.as_posix()
    'results/reports'
    """

    #: the folder, a path or text; made when something is first written
    root: Path = Path("results")

    def __post_init__(self) -> None:
        root: Any = self.root
        if not isinstance(root, str | os.PathLike):
            raise BadInput(f"root is {root!r}; give a folder, as a path or as text.")
        object.__setattr__(self, "root", Path(root))

    @property
    def database(self) -> Path:
        """MLflow's SQLite file."""
        return self.root / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """MLflow's artifacts, beside the database."""
        return self.root / "artifacts"

    @property
    def studies(self) -> Path:
        """One folder a study, one folder a cell inside it."""
        return self.root / "studies"

    @property
    def reports(self) -> Path:
        """Validation reports."""
        return self.root / "reports"

    def made(self) -> "Workspace":
        """Create the folder and return self; BadInput when it cannot be written to."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise BadInput(
                f"{self.root} is a file, not a folder; choose another place with --store."
            ) from error
        except PermissionError as error:
            raise BadInput(
                f"{self.root} cannot be created (no permission); "
                "choose a folder you may write to with --store."
            ) from error
        return self


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target` that becomes `target` when the block ends well.

    The file is flushed to disk before the rename, so a reader finds the old file, the new
    one or none, never a half; on any exception, a full disk included, nothing is left.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with written_whole(Path(folder) / "a.txt") as path:
    ...         _ = path.write_text("whole")
    ...     (Path(folder) / "a.txt").read_text()
    'whole'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Hold `folder` for one process; BadInput when another one has it.

    The lock goes with the process, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BadInput(
                    f"Another process is at work in {folder}; wait for it, or give this study "
                    "another name or another store."
                ) from error
        yield


def slug(name: str) -> str:
    """A name as part of a path: lower case, hyphens for all but letters, digits and _.

    >>> slug("Limits, spring")
    'limits-spring'
    """
    return re.sub(r"\W+", "-", name.lower()).strip("-")
