"""`risk-sandbox run`: the main job."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.cli import options, verdict
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.main_job import MainJob


@click.command(
    "run", cls=Word, short_help="Limit and fraud models on simulated customers, the whole job."
)
@options.scenario
@options.customers(20_000)
@options.months
@options.seeds(3, "markets to try each model on")
@options.evaluation_seed
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
        options.say_at_once(_trying(scenario, len(chosen), customers))
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
    _show(
        job,
        f"{customers:,} customers × {months} months to learn from, as many others to judge on; "
        f"every model at isolation level {isolation}.",
        store,
    )


def _trying(scenario: str, markets: int, customers: int) -> str:
    """What is about to happen.

    >>> _trying("car_purchase", 1, 5_000)
    'Trying 2 limit and 2 fraud models on 1 car purchase market of 5,000 customers ...'
    """
    return (
        f"Trying 2 limit and 2 fraud models on {markets} {scenario.replace('_', ' ')} "
        f"market{'s' * (markets != 1)} of {customers:,} customer{'s' * (customers != 1)} ..."
    )


def _show(job: "MainJob", setting: str, store: Path) -> None:
    """Setting, tables and conclusions, reports and what to type next; failures end it."""
    from sandbox.cli.tables import print_next, print_paragraph

    print_paragraph(setting)
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
