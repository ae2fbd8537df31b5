"""The program: its words, and one place where every error becomes a sentence."""

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

import click

from sandbox.cli import failures


@dataclass
class Asked:
    """What holds for the whole call, whichever word it was said after."""

    debug: bool = False
    #: what chooses the folder that files go to
    place: str = "--store"


def _switch_debug_on(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Asked).debug = True


class Word(click.Command):
    """A command that takes --debug as the program does; `place` chooses where its files go."""

    def __init__(self, *arguments: Any, place: str = "--store", **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.place = place
        self.params.append(_debug())

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        asked = ctx.ensure_object(Asked)
        asked.place = self.place
        if not asked.debug:
            # it logs the traceback of every database error that it raises as well
            logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
        return super().invoke(ctx)


class Program(click.Group):
    """Commands loaded by name, and errors told in one sentence on stderr."""

    #: each is the module sandbox.cli.<word> and its `command`
    words = (
        "run",
        "limits",
        "fraud",
        "lists",
        "screen",
        "generate",
        "schema",
        "fidelity",
        "validate",
        "report",
        "committee",
        "compare",
        "ui",
        "upload",
        "doctor",
        "fetch",
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.params.append(_debug())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The words, in the order in which they are learned."""
        return list(self.words)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a word."""
        if cmd_name not in self.words:
            return None
        command: click.Command = import_module(f"sandbox.cli.{cmd_name}").command
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = "risk-sandbox",
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run, and end the process: 0, or a sentence on stderr and 1, 2 or 130."""
        asked = Asked()
        try:
            status = super().main(args, prog_name, complete_var, False, obj=asked, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help())
            sys.exit(0)
        except BrokenPipeError:
            # the reader went away, as in `risk-sandbox doctor | head -3`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(failures.FAULT)
        except (Exception, KeyboardInterrupt) as error:
            if asked.debug:
                import traceback

                traceback.print_exc()
            failure = failures.of(error, asked.place)
            click.echo(failure.sentence, err=True)
            sys.exit(failure.status)
        sys.exit(status if isinstance(status, int) else 0)


def _debug() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_switch_debug_on,
        help="Show the traceback of an error as well.",
    )


def _print_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"risk-sandbox {version('risk-sandbox')}")
        context.exit()


@click.group(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and end.",
)
def main() -> None:
    """Try credit-limit and fraud models before customers meet them.

    Every model runs in a sandbox of its own: no network, no labels, no clock to spare. It is
    judged on simulated customers whose true outcome under every decision is known, or on a
    bank's own table; results go to MLflow and into a report for the validators.

    \b
    Start here:
      risk-sandbox doctor                       can this machine isolate a model?
      risk-sandbox run                          the whole thing, about three minutes
      risk-sandbox ui                           compare the models in MLflow
      risk-sandbox validate --help              the same with your own portfolio
    """
