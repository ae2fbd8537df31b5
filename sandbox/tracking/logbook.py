"""What the store is told of a study while it runs: cells at work, then each cell's result.

A store that is away does not stop a study: it is said once, nothing more is tried, and the
cells in the study's folder can be sent later (`uploading`).
"""

import contextlib
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sandbox.errors import BadInput
from sandbox.tracking.connection import database_uri, first_line, tracking_uri, without_password
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.cell import Cell, CellResult
    from sandbox.tracking.publishing import Published
    from sandbox.tracking.store import Store


class Logbook:
    """One study's runs, from its first cell to its last; a context manager.

    Errors of the workspace's own database are raised. A cell that must not be logged (`guard`)
    is refused when the study has ended, so that it costs no other cell.
    """

    def __init__(self, workspace: Workspace, study: str):
        self.workspace, self.study = workspace, study
        #: run ids by digest of the cell
        self.runs: dict[str, str] = {}
        #: why cells are not in the store; empty when all are
        self.untracked = ""
        #: seconds that were spent on the store
        self.seconds = 0.0
        self._begun: dict[str, str] = {}
        self._there: dict[str, list[Any]] = {}
        self._refused: BadInput | None = None
        self._store: Store | None = None

    def __enter__(self) -> Self:
        from sandbox.tracking.store import open_store

        own = tracking_uri(self.workspace) == database_uri(self.workspace)
        with self._timed():
            try:
                self._store = open_store(self.workspace)
            except BadInput as error:
                if own:
                    raise
                self._lose(error.__cause__ or error)
        self._there = self._asked(lambda store: store.runs_of(self.study)) or {}
        return self

    def begin(self, cell: "Cell") -> None:
        """Show a cell as being at work."""
        run_id = self._asked(lambda store: store.begin(cell))
        if run_id is not None:
            self._begun[cell.digest] = run_id

    def write(self, result: "CellResult") -> None:
        """Log a finished cell; one that is there already is only looked up."""
        digest = result.cell.digest
        begun = self._begun.get(digest)
        if begun is None and (known := self._known(result)):
            self.runs[digest] = known
            return
        try:
            run_id = self._asked(lambda store: store.log(result, begun=begun))
        except BadInput as error:
            self._refused = self._refused or error
            run_id = None
            if begun is not None:
                self._asked(lambda store: store.discard(begun))
        self._begun.pop(digest, None)
        if run_id is not None:
            self.runs[digest] = run_id

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(Exception):  # what is left is marked when the store is opened
            self._asked(self._interrupt)
        if kind is None and self._refused is not None:
            raise self._refused

    def _interrupt(self, store: "Store") -> None:
        for run_id in self._begun.values():
            store.interrupt(run_id)

    def _known(self, result: "CellResult") -> str | None:
        """The only run of a cell, where it says the same."""
        from sandbox.tracking.store import says_the_same

        same = self._there.get(result.cell.digest, [])
        known = len(same) == 1 and says_the_same(same[0], result)
        return str(same[0].info.run_id) if known else None

    def _asked(self, question: "Callable[[Store], Any]") -> Any:
        """The store's answer; None when it is away."""
        if self._store is None:
            return None
        with self._timed():
            try:
                return question(self._store)
            except BadInput:
                raise
            except Exception as error:  # of whatever store MLflow reaches
                if self._store.is_own:
                    raise
                self._lose(error)
                return None

    def _lose(self, error: BaseException) -> None:
        self._store = None
        self.untracked = _reason(self.workspace, error)
        _say(
            f"{self.untracked}; the study goes on and its cells are kept in "
            f"{self.workspace.studies}: send them later with {_command(self.workspace, self.study)}"
        )

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - began


def published_or_said(
    workspace: Workspace, study: str, runs: Mapping[str, str], published: "Published"
) -> None:
    """Publish a report; a store that is away is told of in one sentence and not waited for."""
    from sandbox.tracking.publishing import publish
    from sandbox.tracking.store import open_store

    try:
        publish(open_store(workspace), runs, published)
    except Exception as error:  # of whatever store MLflow reaches
        if tracking_uri(workspace) == database_uri(workspace):
            raise
        _say(
            f"{_reason(workspace, error.__cause__ or error)}; the report is at "
            f"{published.report}: send it later with {_command(workspace, study)}"
        )


def _reason(workspace: Workspace, error: BaseException) -> str:
    place = without_password(tracking_uri(workspace))
    return f"The tracking store at {place} cannot be used ({first_line(error)})"


def _say(sentence: str) -> None:
    print(f"{sentence}.", file=sys.stderr)


def _command(workspace: Workspace, study: str) -> str:
    """What sends a study later, as it is typed."""
    usual = workspace.root == Workspace().root
    place = "" if usual else f" --store {shlex.quote(str(workspace.root))}"
    return f"`risk-sandbox upload {shlex.quote(study)}{place}`"
