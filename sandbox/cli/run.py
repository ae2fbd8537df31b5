"""`risk-sandbox run`: the main job."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.cli import options, report_options, verdict
from sandbox.cli.program import Word
from sandbox.cli.study_options import StudyOptions, counted, study_options

if TYPE_CHECKING:
    from sandbox.main_job import MainJob


@click.command(
    "run", cls=Word, short_help="Limit and fraud models on simulated customers, the whole job."
)
@study_options(
    options.scenario,
    20_000,
    3,
    "markets to try each model on",
    options.refits,
    *report_options.EDITION,
)
def command(
    asked: StudyOptions,
    refits: int,
    formats: tuple[str, ...],
    language: str,
    policy: Path | None,
    report_date: str | None,
) -> None:
    """Do the main job: limit models and fraud models on simulated customers of a market.

    Each model learns from what a bank would have seen, inside a sandbox, and is judged on
    other customers whose true outcome under every limit is known. The models' figures,
    decisions and SHAP explanations go to MLflow, and a validation report on the best of each
    is written. A run that was interrupted goes on where it was when it is typed again.

    The same options with an evaluation seed and a report date give the same reports, byte for
    byte.

    \b
    Example:
      risk-sandbox run
      risk-sandbox run --scenario travel --customers 5000 --seeds 1 --store trial/
      risk-sandbox run --refits 3
      risk-sandbox run --evaluation-seed 1 --report-date 2026-12-01 --format all --language zh
    """
    if asked.is_known:
        options.say_at_once(_trying(asked.scenario, len(asked.seeds), asked.customers))
    from sandbox.main_job import run_main_job
    from sandbox.report.edition import Edition

    # a mistake in a small file is told before anything is tried
    edition = Edition.from_files(formats, language, policy, date=report_date)
    report_options.say_policy(edition)
    job = run_main_job(
        scenario=asked.scenario,
        customers=asked.customers,
        months=asked.months,
        seeds=asked.seeds,
        workspace=asked.workspace,
        jobs=asked.jobs,
        level=asked.isolation,
        evaluation_seed=asked.evaluation_seed,
        refits=refits,
        edition=edition,
        progress=sys.stderr.isatty(),
    )
    _show(job, asked)


def _trying(scenario: str, markets: int, customers: int) -> str:
    """What is about to happen.

    >>> _trying("car_purchase", 1, 5_000)
    'Trying 2 limit and 2 fraud models on 1 car purchase market of 5,000 customers ...'
    """
    market = f"{scenario.replace('_', ' ')} market"
    return (
        f"Trying 2 limit and 2 fraud models on {counted(markets, market)} of "
        f"{counted(customers, 'customer')} ..."
    )


def _show(job: "MainJob", asked: StudyOptions) -> None:
    """Setting, tables and conclusions, reports and what to type next; failures end it."""
    from sandbox.cli.tables import print_next, print_paragraph

    print_paragraph(asked.setting(seeds=False))
    click.echo()
    for results in job.studies:
        verdict.show(results)
    print_next(
        job.reports,
        [
            (f"ui{verdict.in_store(asked.store)}", "compare the models in MLflow"),
            ("validate --help", "the same with your own portfolio"),
        ],
    )
    verdict.refuse_failures(job.studies)
