"""`risk-sandbox ui`: MLflow's pages for the results."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from sandbox.cli import options
from sandbox.cli.program import Word

#: other studies that are named
_NAMED = 8


@click.command("ui", cls=Word, short_help="MLflow on the results, on this machine only.")
@click.option(
    "--port",
    type=int,
    metavar="N",
    default=5000,
    show_default=True,
    help="Port on this machine's own address.",
)
@click.option("--study", metavar="NAME", help="The study to open; without it, the latest.")
@click.option("--open", "is_opened", is_flag=True, help="Open the page in a browser.")
@options.store
def command(port: int, study: str | None, is_opened: bool, store: Path) -> None:
    """Open MLflow on the results and keep it running until Ctrl-C.

    The pages are served to this machine only (127.0.0.1). Select the runs of a study and press
    Compare: figures of different models stand in the same row, explanations side by side.

    Where MLFLOW_TRACKING_URI names a tracking server, the study's address there is printed and
    nothing is started.

    \b
    Example:
      risk-sandbox ui --port 5001
      risk-sandbox ui --study "online rental: credit limits" --open
    """
    from sandbox.tracking import serve
    from sandbox.tracking.connection import is_remote, tracking_uri
    from sandbox.tracking.reading import address_of, studies
    from sandbox.workspace import Workspace

    workspace = Workspace(store)
    if is_remote(tracking_uri(workspace)):
        _tell(address_of(workspace, study), study, studies(workspace), is_opened)
        return

    # A terminated command ends like an interrupted one, or MLflow's server would outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with serve(
            workspace, port, study=study, note=lambda text: click.echo(text, err=True)
        ) as server:
            _tell(server.url, study, studies(workspace), is_opened)
            click.echo("Ctrl-C ends it.")
            server.wait()
    except KeyboardInterrupt:
        # the ordinary way to end this command, so no error
        click.echo("Ended.", err=True)


def _tell(address: str, study: str | None, there: Sequence[str], is_opened: bool) -> None:
    """The address, what to click there, and which other studies can be opened."""
    from sandbox.cli.tables import print_paragraph

    click.echo(address)
    print_paragraph(
        "Tick the runs to compare, then press Compare; the second symbol above the table draws "
        "bars of every metric."
    )
    shown = study or there[0]
    others = [repr(name) for name in there if name != shown]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        print_paragraph(
            f"The study is {shown!r}; --study opens another: {', '.join(others[:_NAMED])}{more}."
        )
    if is_opened:
        import webbrowser

        if not webbrowser.open(address):
            click.echo("No browser could be opened; open the address yourself.", err=True)
