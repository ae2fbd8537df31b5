"""What a command says of a study that has run, and what it makes of models that failed."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.experiment import StudyResults


def show(results: "StudyResults") -> None:
    """The table of each role, why models failed, and who leads."""
    from sandbox.cli.tables import print_paragraph, print_results

    print_results(results.table())
    for role in results.roles():
        print_paragraph(results.conclusion(role))
        click.echo()


def end(results: "StudyResults", role: str, store: Path) -> None:
    """What to type next after a comparison of one role, then the models that failed."""
    from sandbox.cli.tables import print_next

    place = in_store(store)
    steps = [(f"ui{place}", "compare the models in MLflow")]
    # of several markets a report would have to name one
    if results.cells and len(results.scenarios(role)) == 1:
        steps.append((f'report "{results.study}"{place}', "report on the best of them"))
    print_next((), steps)
    refuse_failures((results,))


def refuse_failures(studies: Sequence["StudyResults"]) -> None:
    """SandboxError when a model did not get through, after all that did was shown."""
    failed = [c for results in studies for c in results.failed]
    if failed:
        tried = sum(len(results.cells) for results in studies)
        raise SandboxError(
            f"{len(failed)} of {tried} models' runs failed, first {failed[0].cell.run_name}: "
            f"{failed[0].reason}"
        )


def in_store(store: Path) -> str:
    """The option that finds these results again; nothing where it is the default."""
    return "" if store == Path("results") else f" --store {shlex.quote(str(store))}"
