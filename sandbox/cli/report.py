"""`risk-sandbox report`: the validation report of a study, of one run, or of two."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.cli import options, report_options
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.cell import CellResult
    from sandbox.experiment.results import Contender
    from sandbox.workspace import Workspace


@click.command(
    "report",
    cls=Word,
    place="--out",
    short_help="The validation report: HTML, PDF, DOCX and tables.",
)
@click.argument("what", metavar="RUN_ID|STUDY")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    help="The file to write; its ending says the format.",
)
@click.option(
    "--against",
    metavar="RUN_ID",
    help="Another run on the same data, as the only challenger.",
)
@click.option(
    "--rerun",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="STORE",
    help="Folder with an independent re-run of the same study, compared by digest of scores.",
)
@report_options.written
@options.store
def command(
    what: str,
    out: Path,
    against: str | None,
    rerun: Path | None,
    formats: tuple[str, ...],
    language: str,
    signoff: Path | None,
    policy: Path | None,
    report_date: str | None,
    store: Path,
) -> None:
    """Write the validation report of a study, or of one MLflow run.

    .html, .pdf and .docx hold the whole report, need no network and no other file; .json holds
    every result, .csv the findings, .xlsx every table. For a run, the other models of its study
    stand beside it as challengers, or the one run that --against names. Files are written whole or
    not at all; older ones are replaced.

    \b
    A sign-off file:
      model_id: PD-CARDS
      version: "3.2"
      tier: "1"
      developer: {name: Li Wei, date: 2026-12-01}
      validator: {name: Anna Roth, date: 2026-12-02}
      owners: {default: Risk analytics}

    \b
    Example:
      risk-sandbox report "online rental: limits" --out limits.pdf
      risk-sandbox report "online rental: limits" --out limits.html --format all
    """
    from sandbox.report.edition import Edition
    from sandbox.report.formats import format_of
    from sandbox.workspace import Workspace

    # mistakes in small files and names are told before anything large is read
    if not formats:
        format_of(out)
    report_options.refuse_place(out)
    edition = Edition.from_files(formats, language, policy, signoff, report_date)
    report_options.say_policy(edition)
    workspace = Workspace(store)
    contender = _pair(workspace, what, against) if against else _contender(workspace, what)
    repeated = _repeated(contender, rerun) if rerun else ()
    where = f"{contender.name} on {contender.cells[0].cell.scenario.replace('_', ' ')}"
    for path in contender.reports(out, edition, repeated, told=report_options.say_opinion):
        click.echo(f"{path}: {where}.")


def _contender(workspace: "Workspace", what: str) -> "Contender":
    """The best model of a study, or the model of a run, with its rivals."""
    from sandbox.experiment import StudyResults
    from sandbox.tracking import find_run

    if not _is_run(what):
        return StudyResults.load(workspace, what).best
    run = find_run(workspace, what)
    results = StudyResults.load(workspace, run["study"])
    return results.contender(run["role"], run["model"])


def _pair(workspace: "Workspace", champion: str, challenger: str) -> "Contender":
    from sandbox.experiment.two_runs import against

    return against(workspace, _cell(workspace, champion), _cell(workspace, challenger))


def _cell(workspace: "Workspace", run_id: str) -> "CellResult":
    """The stored result of a run; BadInput when there is none."""
    from sandbox.errors import BadInput
    from sandbox.experiment import StudyResults
    from sandbox.tracking import find_run

    if not _is_run(run_id):
        raise BadInput(
            f"{run_id!r} is no run id; --against compares two runs: give the ids (32 hexadecimal "
            "digits) that MLflow shows."
        )
    run = find_run(workspace, run_id)
    cells = StudyResults.load(workspace, run["study"]).cells
    found = next((c for c in cells if c.cell.digest == run["digest"]), None)
    if found is None:
        raise BadInput(
            f"The run {run_id} is in MLflow, and its result is no longer in {workspace.studies}; "
            "run the study again."
        )
    return found


def _repeated(contender: "Contender", store: Path) -> "tuple[CellResult, ...]":
    """The cells of the re-run; BadInput where it has none of this model's."""
    from sandbox.errors import BadInput
    from sandbox.experiment import StudyResults
    from sandbox.workspace import Workspace

    study = contender.cells[0].cell.study
    wanted = {c.cell.digest for c in contender.cells}
    cells = StudyResults.load(Workspace(store), study).cells
    found = tuple(c for c in cells if c.cell.digest in wanted)
    if not found:
        raise BadInput(
            f"The study in {store} holds no run of {contender.name} with the same configuration; "
            "re-run it with the same data, seeds and version of this program."
        )
    return found


def _is_run(what: str) -> bool:
    return len(what) == 32 and set(what) <= set("0123456789abcdef")
