"""Which cells a study's report is about: kept beside the study, for a store that is told later."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import BadInput
from sandbox.experiment.ranking import CHOSEN_BY, ranking
from sandbox.isolation.outcome import Status
from sandbox.workspace import slug, written_whole

if TYPE_CHECKING:
    from sandbox.cell import CellResult
    from sandbox.experiment.results import Contender, StudyResults
    from sandbox.tracking.publishing import Published


def published(results: "StudyResults", best: "Contender", report: Path) -> "Published":
    """What a report says of models, written down as `report.<role>.json` in the study's folder."""
    from sandbox.tracking.publishing import Published

    cells = _compared(best)
    path = _record(results, best.cells[0].cell.role)
    # one elsewhere is found by its whole path, which the folder of reports does not change
    inside = report.parent.resolve() == results.workspace.reports.resolve()
    place = report.name if inside else str(report.resolve())
    record = {"report": place, "cells": [result.cell.digest for result in cells]}
    with written_whole(path) as partial:
        partial.write_text(json.dumps(record, indent=1))
    return Published(report, cells)


def reports_of(results: "StudyResults") -> "tuple[Published, ...]":
    """The reports that were written on a study and are still there."""
    from sandbox.tracking.publishing import Published

    known = {result.cell.digest: result for result in results.cells}
    found = []
    for role in results.roles():
        if not (path := _record(results, role)).exists():
            continue
        record = json.loads(path.read_text())
        report = results.workspace.reports / record["report"]
        cells = tuple(known[digest] for digest in record["cells"] if digest in known)
        if report.exists() and len(cells) == len(record["cells"]):
            found.append(Published(report, cells))
    return tuple(found)


def _compared(best: "Contender") -> "tuple[CellResult, ...]":
    """The first cell of each model that got through, from the best to the worst."""
    every = [c for c in (*best.cells, *best.rivals) if c.status is Status.OK]
    try:
        order = ranking(every, *CHOSEN_BY[best.cells[0].cell.role])
    except BadInput:  # no cell has the figure that the best is chosen by
        order = []
    order = [best.name, *(name for name in order if name != best.name)]
    return tuple(next(c for c in every if c.cell.model == name) for name in order)


def _record(results: "StudyResults", role: str) -> Path:
    return results.workspace.studies / slug(results.study) / f"report.{slug(role)}.json"
