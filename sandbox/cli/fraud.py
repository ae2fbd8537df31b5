"""`risk-sandbox fraud`: every fraud model on every market, what it finds and what it saves."""

import sys
from typing import TYPE_CHECKING

import click

from sandbox.cli import options, verdict
from sandbox.cli.program import Word
from sandbox.cli.study_options import StudyOptions, any_market, study_options

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.experiment.fraud_job import FraudJob

#: columns of the tables -> heading and number format
FIGURES = {
    "recall": ("recall at 2%", "{:.0%}"),
    "recall_1pct": ("at 1%", "{:.0%}"),
    "recall_5pct": ("at 5%", "{:.0%}"),
    "auprc": ("AUPRC", "{:.3f}"),
    "top_100": ("top 100", "{:.0%}"),
    "false_positives": ("false alarms", "{:.1f}"),
    "money_stopped": ("money stopped", "{:.0%}"),
    "delay": ("days to find", "{:.0f}"),
    "saved": ("saved, RMB", "{:+.1f}"),
    "captured": ("of the oracle", "{:.0%}"),
    "seconds": ("seconds", "{:.0f}"),
}
#: figures that give way on a terminal of fewer columns than this; the files have them
WIDE, GIVES_WAY = 96, {"recall_1pct", "recall_5pct", "seconds"}
EXPLAINED = (
    "Recall at 2%: share of true fraud that scores above 98% of the honest. Top 100: fraud among "
    "the 100 highest scores. The others are of alerts on the highest scores of each day, 2% of "
    "applications and one a day at the least, read by analysts who stop 65% of the fraud and 3% "
    "of the honest that they are shown. False alarms: honest applicants for each fraud, inf where "
    "a world's alerts held none. Money stopped: of what frauds would have left with. Days to find: "
    "from application, by alert (each counted as found) or by the bank's own confirmation. Saved: "
    "losses avoided less reviews (30 RMB each) and the profit of honest applicants stopped, RMB an "
    "application; the oracle alerts the costliest frauds, and no more a day. Seconds: a model on a "
    "market, sandbox included."
)
#: how many models there are, said before they are imported
MODELS = 7


@click.command(
    "fraud", cls=Word, short_help="All fraud models on all markets: recall, alerts and money."
)
@study_options(any_market, 15_000, 5, "worlds of each market")
def command(asked: StudyOptions) -> None:
    """Compare all fraud models on all markets by the true fraud they find and what it saves.

    Seven models, from rules by hand to a stack of rules, lists and boosted trees, learn in a
    sandbox from the bank's late and partial confirmations and score other customers, as known
    when they apply. Every run goes to MLflow, the tables to files. What was interrupted goes on
    where it was when it is typed again.

    \b
    Example:
      risk-sandbox fraud
      risk-sandbox fraud --scenario travel --seeds 2 --customers 5000 --store trial/
    """
    if asked.is_known:
        options.say_at_once(asked.trying(f"{MODELS} fraud models"))
    from sandbox.experiment.fraud_job import run_fraud_job

    job = run_fraud_job(
        markets=asked.markets,
        customers=asked.customers,
        months=asked.months,
        seeds=asked.seeds,
        workspace=asked.workspace,
        jobs=asked.jobs,
        level=asked.isolation,
        evaluation_seed=asked.evaluation_seed,
        progress=sys.stderr.isatty(),
    )
    _show(job, asked)


def _show(job: "FraudJob", asked: StudyOptions) -> None:
    from sandbox.cli.tables import print_paragraph

    print_paragraph(asked.setting(seeds=True))
    click.echo()
    if len(job.markets):
        for name, rows in job.markets.groupby("scenario", sort=False):
            _print(rows, f"Fraud models on {str(name).replace('_', ' ')}")
        if job.markets["scenario"].nunique() > 1:
            _print(job.overall, "Fraud models on all markets, each with the same weight")
        _print_typologies(job.typologies)
        if len(job.recall_steps):
            _print_steps(job)
            click.echo()
        print_paragraph(EXPLAINED)
        click.echo()
        print_paragraph(_best(job.overall))
        click.echo()
    for path in job.files:
        click.echo(f"Table: {path}")
    verdict.end(job.results, "fraud", asked.store)


def _print(rows: "pd.DataFrame", title: str) -> None:
    from sandbox.cli.tables import console, print_models

    is_narrow = console().width < WIDE
    shown = {c: said for c, said in FIGURES.items() if not (is_narrow and c in GIVES_WAY)}
    print_models(rows, shown, title)


def _print_typologies(table: "pd.DataFrame") -> None:
    from sandbox.cli.tables import console, figure, print_table

    models = [str(name) for name in table.columns if name not in {"typology", "applications"}]
    counts = [] if console().width < WIDE else ["applications"]
    lines = [
        [
            str(row["typology"]).replace("_", " "),
            *(f"{row[count]:,}" for count in counts),
            *(figure(row[model], "{:.0%}") for model in models),
        ]
        for _, row in table.iterrows()
    ]
    headings = ["kind", *("cases" for _ in counts), *models]
    title = "Recall at 2% by kind of fraud, all worlds together"
    print_table(headings, lines, title, figures=len(headings) - 1)


def _best(overall: "pd.DataFrame") -> str:
    """Who finds most of the true fraud."""
    best = overall.iloc[0]
    sure = _between(best["recall_low"], best["recall_high"], "{:.1%}")
    return f"Finds most: {best['model']}, {best['recall']:.1%} of true fraud at 2%{sure}."


def _print_steps(job: "FraudJob") -> None:
    """Each step of the ladder, in recall and in money, with its interval."""
    from sandbox.cli.tables import print_paragraph, print_table

    both = job.recall_steps.merge(job.saved_steps, on=["model", "against"], suffixes=("", "_saved"))
    lines = [
        [
            f"{row['model']} over {row['against']}",
            *_step(100 * row["difference"], 100 * row["low"], 100 * row["high"], "{:+.1f}"),
            *_step(row["difference_saved"], row["low_saved"], row["high_saved"], "{:+.2f}"),
        ]
        for _, row in both.iterrows()
    ]
    headings = ["step", "recall, points", "95%", "saved, RMB", "95%"]
    print_table(headings, lines, "What each step adds, paired world by world", figures=4)
    unsure = [
        f"{row['model']} over {row['against']}"
        for _, row in both.iterrows()
        if not row["low"] * row["high"] > 0
    ]
    if both["low"].notna().any():
        noise = f" In recall these may be noise: {', '.join(unsure)}." if unsure else ""
        print_paragraph(f"95%: t over seeds, of the mean over a seed's markets.{noise}")


def _step(value: float, low: float, high: float, form: str) -> tuple[str, str]:
    """A difference, and its interval where there is one.

    >>> _step(2.0, 1.0, 3.0, "{:+.0f}"), _step(2.0, float("nan"), float("nan"), "{:+.0f}")
    (('+2', '+1 to +3'), ('+2', '–'))
    """
    between = f"{form.format(low)} to {form.format(high)}" if low == low else "–"
    return form.format(value), between


def _between(low: float, high: float, form: str) -> str:
    """An interval in brackets, nothing where there is none.

    >>> _between(0.2, 0.4, "{:.1%}"), _between(float("nan"), float("nan"), "{:.1%}")
    (' (20.0% to 40.0%)', '')
    """
    return f" ({form.format(low)} to {form.format(high)})" if low == low else ""
