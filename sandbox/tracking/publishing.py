"""A study's report in the store: attached to runs, and the registry's champion and challenger."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.tracking.names import CHALLENGER, CHAMPION

if TYPE_CHECKING:
    from sandbox.cell import CellResult
    from sandbox.tracking.store import Store


@dataclass(frozen=True)
class Published:
    """What a report says of models: one cell each, the best first."""

    report: Path
    #: the best model's cell, then the runner-up's, then the others' that are compared
    cells: "tuple[CellResult, ...]"


def publish(store: "Store", runs: Mapping[str, str], published: Published) -> None:
    """Attach the report to the runs it compares, and point the aliases of their use.

    `champion` is the best model's version and `challenger` the runner-up's; without a runner-up
    nobody is challenger. A model that was not registered (a bank's own scores) is neither. A
    report that is there already is not sent again.
    """
    for cell in published.cells:
        run_id = runs.get(cell.cell.digest)
        if run_id is not None and not store.has_report(run_id, published.report):
            store.attach_report(run_id, published.report)
    ranked = (*published.cells[:2], None, None)
    for result, alias in zip(ranked, (CHAMPION, CHALLENGER), strict=False):
        run_id = runs.get(result.cell.digest) if result is not None else None
        if result is not None and run_id is not None and result.model_blob is not None:
            store.set_alias(run_id, alias)
        elif published.cells:
            store.drop_alias(published.cells[0].cell, alias)
