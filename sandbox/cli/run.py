"""`risk-sandbox run`: the main job."""

import sys
from pathlib import Path

import click

from sandbox.cli import options, verdict
from sandbox.cli.program import Word


@click.command(
    "run", cls=Word, short_help="Limit and fraud models on simulated customers, the whole job."
)
@options.scenario
@click.option(
    "--customers",
    type=options.Whole(1),
    default=20_000,
    show_default=True,
    help="Customers of each simulated market.",
)
@click.option(
    "--months",
    type=options.Whole(1),
    default=24,
    show_default=True,
    help="Months the bank has watched.",
)
@click.option(
    "--seeds",
    type=options.Seeds(),
    default=3,
    show_default=True,
    help="How many markets to try each model on, or a list of their seeds.",
)
@click.option(
    "--seed",
    type=options.Whole(0),
    default=7,
    show_default=True,
    help="First seed, where --seeds is a number.",
)
@click.option(
    "--evaluation-seed",
    type=options.Whole(0),
    help="Seed of the customers that models are judged on; without it a secret one is drawn.",
)
@options.store
@options.jobs
@options.isolation
def command(
    scenario: str,
    customers: int,
    months: int,
    seeds: int | tuple[int, ...],
    seed: int,
    evaluation_seed: int | None,
    store: Path,
    jobs: int,
    isolation: str,
) -> None:
    """Do the main job: limit models and fraud models on simulated customers of a market.

    Each model learns from what a bank would have seen, inside a sandbox, and is judged on
    other customers whose true outcome under every limit is known. The models' figures,
    decisions and SHAP explanations go to MLflow, and a validation report is written. A run
    that was interrupted goes on where it was when it is typed again.

    \b
    Example:
      risk-sandbox run
      risk-sandbox run --scenario travel --customers 5000 --seeds 1 --store trial/
    """
    chosen = options.seeds_from(seeds, seed)
    if scenario in options.SCENARIOS:  # another is refused before anything is tried
        options.say_at_once(
            f"Trying 2 limit and 2 fraud models on {len(chosen)} {scenario.replace('_', ' ')} "
            f"market{'s' * (len(chosen) != 1)} of {customers:,} "
            f"customer{'s' * (customers != 1)} ..."
        )
    from sandbox.cli.tables import print_next, print_paragraph
    from sandbox.main_job import run_main_job
    from sandbox.workspace import Workspace

    job = run_main_job(
        scenario=scenario,
        customers=customers,
        months=months,
        seeds=chosen,
        workspace=Workspace(store),
        jobs=jobs,
        level=isolation,
        evaluation_seed=evaluation_seed,
        progress=sys.stderr.isatty(),
    )
    print_paragraph(
        f"{customers:,} customers × {months} months to learn from, as many others to judge on; "
        f"every model at isolation level {isolation}."
    )
    click.echo()
    for results in job.studies:
        verdict.show(results)
    print_next(
        job.reports,
        [
            (f"ui{verdict.in_store(store)}", "compare the models in MLflow"),
            ("validate --help", "the same with your own portfolio"),
        ],
    )
    verdict.refuse_failures(job.studies)
