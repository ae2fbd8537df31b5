"""A study that was not tracked, sent to the store later: nothing lost, nothing doubled.

Each cell is logged whole or not at all and known by its digest, so an upload that breaks off is
simply done again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.errors import BadInput
from sandbox.tracking.connection import first_line, without_password
from sandbox.tracking.publishing import Published, publish
from sandbox.tracking.store import open_store, says_the_same
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.cell import CellResult


@dataclass(frozen=True)
class Uploaded:
    """What came of an upload."""

    #: the store's address, without a password
    place: str
    #: cells that were sent, and cells that were there already
    sent: int
    there: int
    reports: int


def upload(
    workspace: Workspace,
    study: str,
    cells: "Iterable[CellResult]",
    reports: Sequence[Published] = (),
) -> Uploaded:
    """Log the cells of a study that the store has not, and attach its reports.

    BadInput when the store cannot be used, and when it goes away in the middle: what was sent
    is there, and the same call sends the rest.
    """
    store = open_store(workspace)
    place = without_password(store.uri)
    runs: dict[str, str] = {}
    sent = 0
    try:
        there = store.runs_of(study)
        for result in cells:
            same = there.get(result.cell.digest, [])
            known = len(same) == 1 and says_the_same(same[0], result)
            sent += not any(says_the_same(run, result) for run in same)
            runs[result.cell.digest] = str(same[0].info.run_id) if known else store.log(result)
        for report in reports:
            publish(store, runs, report)
    except BadInput:
        raise
    except Exception as error:  # of whatever store MLflow reaches
        raise BadInput(
            f"The tracking store at {place} went away after {len(runs)} cells "
            f"({first_line(error)}); what was sent is kept: the same command sends the rest."
        ) from error
    return Uploaded(place, sent, len(runs) - sent, len(reports))
