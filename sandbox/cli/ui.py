"""`risk-sandbox ui`: MLflow's pages for the results."""

import signal
import sys
from pathlib import Path

import click

from sandbox.cli import options
from sandbox.cli.program import Word


@click.command("ui", cls=Word, short_help="MLflow on the results, on this machine only.")
@click.option(
    "--port",
    type=int,
    metavar="N",
    default=5000,
    show_default=True,
    help="Port on this machine's own address.",
)
@click.option("--study", help="The study to open; without it, the latest.")
@options.store
def command(port: int, study: str | None, store: Path) -> None:
    """Open MLflow on the results and keep it running until Ctrl-C.

    The pages are served to this machine only (127.0.0.1). Select the runs of a study and press
    Compare: figures of different models stand in the same row, explanations side by side.

    \b
    Example:
      risk-sandbox ui --port 5001
    """
    from sandbox.tracking import serve
    from sandbox.workspace import Workspace

    # A terminated command ends like an interrupted one, or MLflow's server would outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with serve(
            Workspace(store), port, study=study, note=lambda text: click.echo(text, err=True)
        ) as server:
            click.echo(f"{server.url}\nCtrl-C ends it.")
            server.wait()
    except KeyboardInterrupt:
        # the ordinary way to end this command, so no error
        click.echo("Ended.", err=True)
