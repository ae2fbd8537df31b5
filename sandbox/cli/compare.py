"""`risk-sandbox compare`: a study's models beside each other, and which differences are noise."""

import difflib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.cli import options
from sandbox.cli.program import Word

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.tracking.comparison import Comparison

FORMATS = ("table", "csv", "json")


@click.command(
    "compare", cls=Word, short_help="The models of a study, and which differences are noise."
)
@click.argument("study", required=False)
@click.option("--role", metavar="ROLE", help="Only models of this role: limit, fraud or pd.")
@click.option("--scenario", metavar="NAME", help="Only this scenario or portfolio.")
@click.option(
    "--metric",
    "metrics",
    metavar="NAME",
    multiple=True,
    help="Only this metric, by the name that MLflow shows; may be given several times.",
)
@click.option(
    "--against", metavar="MODEL", help="Show differences to this model; without it, to the best."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="Tables to read, or figures for another program.",
)
@options.store
def command(
    study: str | None,
    role: str | None,
    scenario: str | None,
    metrics: tuple[str, ...],
    against: str | None,
    form: str,
    store: Path,
) -> None:
    """Compare the models of a study; without STUDY, of the latest.

    The figures are those of MLflow's pages, under the same names. Means are over the seeds that
    all models have; differences are seed by seed, with 95% t-intervals, and a word says whether
    each is better, worse, or may be noise. The words hold for all differences of a table
    together, so fewer metrics, a model named with --against, and more seeds decide more.

    \b
    Example:
      risk-sandbox compare
      risk-sandbox compare "travel: limit models" --against "rule matrix"
      risk-sandbox compare --metric perf/auc --metric calib/brier --format csv > figures.csv
    """
    from sandbox.cli import compare_output
    from sandbox.tracking import reading
    from sandbox.tracking.address import place_of
    from sandbox.tracking.usable import unfinished, usable, warnings
    from sandbox.workspace import Workspace

    workspace = Workspace(store)
    there = reading.studies(workspace)
    if not there and study is None:
        raise _nothing(place_of(workspace))
    name = study or there[0]
    runs = reading.runs(workspace, name)
    if runs.empty:
        raise _nothing(f"the study {name!r}")
    runs = _only(runs, "role", role)
    runs = _only(runs, "scenario", scenario)
    good = usable(runs)
    for metric in metrics:
        _known("metric", metric, _metrics(good))
    if against is not None:
        _known("model", against, runs["model"])
    found, left_out = _comparisons(good, metrics, against)
    bad, said = unfinished(runs), (*warnings(runs), *left_out)
    if form == "table":
        compare_output.show(name, found, bad, said, [other for other in there if other != name])
        return
    for sentence in said:
        click.echo(sentence, err=True)
    write = compare_output.as_csv if form == "csv" else compare_output.as_json
    sys.stdout.write(write(name, found, bad, said))


def _comparisons(
    good: "pd.DataFrame", metrics: Sequence[str], against: str | None
) -> "tuple[list[Comparison], list[str]]":
    """One a role and scenario, then one over all scenarios of a role that has several.

    Also why there is none for a role and scenario, a sentence each.
    """
    from sandbox.errors import BadInput
    from sandbox.tracking.comparison import compare

    found, why = [], []
    for role in dict.fromkeys(good["role"]):
        places = list(dict.fromkeys(good[good["role"] == role]["scenario"]))
        for some in [[place] for place in places] + ([places] if len(places) > 1 else []):
            try:
                found.append(compare(good, role, some, metrics, against))
            except BadInput as error:
                why.append(str(error))
    return found, why


def _only(runs: "pd.DataFrame", column: str, wanted: str | None) -> "pd.DataFrame":
    """The runs with this value in a column; all for None."""
    if wanted is None:
        return runs
    _known(column, wanted, runs[column])
    return runs[runs[column] == wanted]


def _metrics(runs: "pd.DataFrame") -> list[str]:
    """Metrics that any of the runs has."""
    return [name for name in map(str, runs.columns) if "/" in name and runs[name].notna().any()]


def _known(kind: str, wanted: str, there: Iterable[str]) -> None:
    """BadInput, with the nearest names, for one that the study does not have."""
    from sandbox.errors import BadInput

    names = list(dict.fromkeys(there))
    if wanted in names:
        return
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    # `auc` alone is what a person types for perf/auc
    near = list(dict.fromkeys([*(n for n in names if n.endswith(f"/{wanted}")), *near]))[:3]
    if near:
        raise BadInput(f"The study has no {kind} {wanted!r}; did you mean {' or '.join(near)}?")
    raise BadInput(f"The study has no {kind} {wanted!r}; it has {', '.join(names) or 'none'}.")


def _nothing(place: str) -> Exception:
    from sandbox.errors import BadInput

    return BadInput(f"There are no runs in {place} yet; run a study first: risk-sandbox run.")
