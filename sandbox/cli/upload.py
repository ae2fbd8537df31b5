"""`risk-sandbox upload`: a study to a tracking server that was away when it ran."""

from pathlib import Path

import click

from sandbox.cli import options
from sandbox.cli.program import Word


@click.command("upload", cls=Word, short_help="Send a study to the tracking server, later.")
@click.argument("study", metavar="STUDY")
@options.store
def command(study: str, store: Path) -> None:
    """Send the cells of a study, and its reports, to where runs are tracked.

    That is the server named by MLFLOW_TRACKING_URI (such as https://mlflow.bank.example), or the
    store's own database without it. A
    cell that is there already is not sent again, so an upload that was interrupted is simply
    typed again.

    \b
    Example:
      risk-sandbox upload "online rental: credit limits"
    """
    from sandbox.experiment import StudyResults
    from sandbox.experiment.reported import reports_of
    from sandbox.experiment.study import folder_of
    from sandbox.tracking.uploading import upload
    from sandbox.workspace import Workspace, held_alone

    results = StudyResults.load(Workspace(store), study)
    with held_alone(folder_of(results.workspace, results.study)):
        done = upload(results.workspace, results.study, results.cells, reports_of(results))
    click.echo(
        f"{_counted(done.sent, 'cell')} sent to {done.place}, {done.there} there already, "
        f"with {_counted(done.reports, 'report')}."
    )


def _counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> _counted(1, "cell"), _counted(12, "cell")
    ('1 cell', '12 cells')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"
