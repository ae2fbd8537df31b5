"""`risk-sandbox report`: the validation report of a study or of one run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.cli import options
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.experiment.results import Contender
    from sandbox.workspace import Workspace


@click.command(
    "report",
    cls=Word,
    place="--out",
    short_help="The validation report of a study or a run, as HTML.",
)
@click.argument("what", metavar="RUN_ID|STUDY")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    help="The file to write.",
)
@options.store
def command(what: str, out: Path, store: Path) -> None:
    """Write the validation report of a study, or of one MLflow run, as one HTML file.

    The file needs no network and no other file. For a run, the other models of its study stand
    beside it as challengers. The file is written whole or not at all; an older one is replaced.

    \b
    Example:
      risk-sandbox report "online rental: limits" --out limits.html
    """
    from sandbox.workspace import Workspace

    contender = _contender(Workspace(store), what)
    contender.report(out)
    click.echo(f"{out}: {contender.name} on {contender.cells[0].cell.scenario.replace('_', ' ')}.")


def _contender(workspace: "Workspace", what: str) -> "Contender":
    """The best model of a study, or the model of a run, with its rivals."""
    from sandbox.experiment import StudyResults
    from sandbox.tracking import find_run

    if not (len(what) == 32 and set(what) <= set("0123456789abcdef")):
        return StudyResults.load(workspace, what).best
    run = find_run(workspace, what)
    results = StudyResults.load(workspace, run["study"])
    return results.contender(run["role"], run["model"])
