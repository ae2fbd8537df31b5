"""`risk-sandbox committee`: what a credit committee decides on, of a finished study."""

from pathlib import Path

import click

from sandbox.cli import options
from sandbox.cli.program import Word


@click.command(
    "committee", cls=Word, place="--out", short_help="One page for the credit committee, as HTML."
)
@click.argument("study", metavar="STUDY")
@click.option("--old", metavar="MODEL", help="The model in force; if not given, the rule matrix.")
@click.option("--new", metavar="MODEL", help="The model proposed; if not given, the best other.")
@click.option("--scenario", metavar="NAME", help="A market of the study; its first if not given.")
@click.option("--seed", type=options.Whole(0), help="A seed of the study; its first if not given.")
@click.option(
    "--overrides",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of decisions by hand: customer_id, limit, reason, who.",
)
@click.option(
    "--evaluation-seed",
    type=options.Whole(0),
    help="The study's evaluation seed, where it was given one.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("committee.html"),
    show_default=True,
    help="The file to write.",
)
@options.store
def command(
    study: str,
    old: str | None,
    new: str | None,
    scenario: str | None,
    seed: int | None,
    overrides: Path | None,
    evaluation_seed: int | None,
    out: Path,
    store: Path,
) -> None:
    """Write what a credit committee decides on, for one model in the place of another.

    Swap set, cut-off ladder, approval waterfall, what-if, strategy tree, overrides, use of lines
    and exposures on one page, from what a study of limit models left in the store. Both models'
    decisions are replayed on the customers that they were judged on. One HTML file, which needs
    no network.

    \b
    Example:
      risk-sandbox committee "all markets: limit models" --new "causal pair" --scenario travel
    """
    options.say_at_once("Replaying the decisions of both models ...")
    from datetime import date

    from sandbox.experiment import StudyResults
    from sandbox.workspace import Workspace

    results = StudyResults.load(Workspace(store), study)
    page = results.committee_page(
        old, new, scenario=scenario, seed=seed, overrides=overrides,
        evaluation_seed=evaluation_seed,
    )  # fmt: skip
    page.dated(date.today().isoformat()).html(out)
    click.echo(f"{out}: {page.old.name} → {page.new.name}. {page.verdict}")
