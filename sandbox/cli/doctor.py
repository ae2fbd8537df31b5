"""`risk-sandbox doctor`: can this machine isolate a model?"""

from typing import TYPE_CHECKING

import click

from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.isolation import Probe


@click.command("doctor", cls=Word, short_help="What can isolate a model on this machine.")
@click.pass_context
def command(context: click.Context) -> None:
    """Try every isolation mechanism on this machine and say what works.

    Nothing is read off a version number: each mechanism is started, which takes under a
    second. Where one is missing, the last column says what to install or whom to ask. The exit
    status is 0 when the default level, namespace, works, and 1 when it does not.

    \b
    Example:
      risk-sandbox doctor
    """
    from sandbox.cli.tables import print_table
    from sandbox.isolation import probe

    found = probe()
    shown_by = {p.remedy: p.name for p in reversed(found)}  # a remedy once, in its first row
    rows = [
        [p.name, "yes" if p.works else "no", p.detail, _to_do(p, shown_by[p.remedy])] for p in found
    ]
    print_table(["mechanism", "works", "what was seen", "what to do"], rows)
    default = next(p for p in found if p.name == "level namespace")
    if default.works:
        click.echo("Models can be isolated here (level namespace).")
        return
    click.echo(f"Level namespace does not work here: {default.detail}.", err=True)
    context.exit(1)


def _to_do(probe: "Probe", shown_by: str) -> str:
    if not probe.remedy:
        return "–"
    return probe.remedy if probe.name == shown_by else f"see {shown_by}"
