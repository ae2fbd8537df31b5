"""Champion and challenger from two runs, of one study or of two, on the same data."""

from dataclasses import replace

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.experiment.results import Contender
from sandbox.isolation.outcome import Status
from sandbox.workspace import Workspace


def against(workspace: Workspace, champion: CellResult, challenger: CellResult) -> Contender:
    """The champion with the challenger as its only rival.

    Raises BadInput, one sentence, for the same run twice, another role, a run that did not end
    well, and runs that judged other cases: those are not comparable one by one.
    """
    one, other = champion.cell, challenger.cell
    if one.digest == other.digest:
        raise BadInput(f"Champion and challenger are the same run, {one.run_name}; give two.")
    if one.role != other.role:
        raise BadInput(
            f"{one.run_name} is judged as {one.role} and {other.run_name} as {other.role}; give "
            "two models of one role."
        )
    for result in (champion, challenger):
        if result.status is not Status.OK:
            raise BadInput(
                f"{result.cell.run_name} did not end well ({result.status}: {result.reason}); give "
                "a run that did."
            )
    if not _same_cases(champion, challenger):
        raise BadInput(
            f"{one.run_name} and {other.run_name} were judged on other data; give two runs on the "
            "same table (or world), split and seed."
        )
    name = other.model if other.model != one.model else f"{other.model} (challenger)"
    rival = replace(
        challenger,
        cell=replace(other, study=one.study, scenario=one.scenario, model=name, seed=one.seed),
    )
    return Contender(workspace, (champion,), (rival,))


def _same_cases(one: CellResult, other: CellResult) -> bool:
    """Whether the outcomes are the same, case by case; where none were kept, the tables."""
    first, second = one.tables.get("scored"), other.tables.get("scored")
    if first is not None and second is not None and "target" in first and "target" in second:
        return bool(first["target"].equals(second["target"]))
    digests = [
        {d.digest for d in result.datasets if d.context == "evaluation"} for result in (one, other)
    ]
    return bool(digests[0] and digests[0] == digests[1])
