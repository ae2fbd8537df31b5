"""`risk-sandbox screen`: the last days of a market, or a file, through rules, lists and a model."""

import shlex
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sandbox.cli import options
from sandbox.cli.program import Word
from sandbox.errors import BadInput

if TYPE_CHECKING:
    from data_generators import World
    from sandbox.experiment.screening_run import Chosen, Screened, Setting

#: alerts and declines that the table shows, the latest
SHOWN = 20
#: where an option comes from that a person has set
_SAID = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
EXPLAINED = (
    "Saves: what a review is expected to save against the better of passing and declining, RMB; "
    "alerts go to the applications that save most. Reason: what decided first."
)


@click.command(
    "screen", cls=Word, short_help="Applications to pass, review, decline: alerts and budget."
)
@click.argument("study", metavar="[STUDY]", required=False)
@click.option("--model", metavar="NAME", help="A fraud model of the study; its best if not given.")
@options.scenario
@options.customers(15_000)
@options.months
@options.seed(101, "The market's seed.")
@click.option(
    "--days", type=options.Whole(1), default=7, show_default=True, help="Last days to screen."
)
@click.option(
    "--alerts", type=options.Whole(1), help="Alerts a day at most; 2% of applications if not given."
)
@click.option(
    "--applications",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV or JSON of applications, in place of a simulated market; needs a STUDY. Their "
    "event_time is in days since 2024-01-01, UTC.",
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Rules as YAML or JDM; the default rules if not given.",
)
@click.option(
    "--lists",
    metavar="URL",
    help="Lists for --applications, such as sqlite:///lists.db; entries count from their own day.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that every verdict is added to.",
)
@click.option("--case", type=int, metavar="ID", help="Write the case of this application.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the case; case-ID.html if not given.",
)
@options.store
@options.isolation
def command(
    study: str | None,
    model: str | None,
    scenario: str,
    customers: int,
    months: int,
    seed: int,
    days: int,
    alerts: int | None,
    applications: Path | None,
    rules: Path | None,
    lists: str | None,
    log: Path | None,
    case: int | None,
    out: Path | None,
    store: Path,
    isolation: str,
) -> None:
    """Screen applications one by one: lists, rules and a model in its sandbox, within a budget.

    Without a STUDY, boosted trees are learned first from what the market's bank knew before the
    days that are screened. Lists are promoted each morning from what was confirmed by then.

    \b
    Example:
      risk-sandbox screen --alerts 2
      risk-sandbox screen --alerts 2 --case 4711
      risk-sandbox screen "all markets: fraud models" --applications today.csv
    """
    options.say_at_once("Screening ...")
    _refuse_halves(study, model, applications, lists, case, out)
    from sandbox.experiment.screening_run import Setting
    from sandbox.rules import default_rules, read

    setting = Setting(
        default_rules() if rules is None else read(rules), alerts, log=log, level=isolation
    )
    chosen = None
    if study is not None:
        is_said = click.get_current_context().get_parameter_source("scenario") in _SAID
        chosen, scenario = _of_study(store, study, model, scenario, is_said)
    if applications is not None:
        assert chosen is not None
        screened = _file(applications, lists, chosen, setting)
    else:
        from data_generators import World, scenarios

        world = World(scenarios.by_name(scenario), customers, months, seed=seed)
        screened, chosen = _market(world, chosen, setting, days, case is not None)
    _show(screened, chosen)
    if case is not None:
        path = screened.case(case).html(out or Path(f"case-{case}.html"))
        click.echo(f"Case: {path}")
    _propose(screened, is_shown=case is not None, has_study=study is not None)


def _refuse_halves(
    study: str | None,
    model: str | None,
    applications: Path | None,
    lists: str | None,
    case: int | None,
    out: Path | None,
) -> None:
    """UsageError for an option that says nothing without another one."""
    if applications is not None and study is None:
        raise click.UsageError("--applications needs a STUDY, whose model screens them.")
    if model is not None and study is None:
        raise click.UsageError("--model is one of a STUDY; name the study.")
    if lists is not None and applications is None:
        raise click.UsageError("--lists are for --applications; a market's lists are promoted.")
    if out is not None and case is None:
        raise click.UsageError("--out is the file of a case; say which by --case.")


def _market(
    world: "World", chosen: "Chosen | None", setting: "Setting", days: int, money: bool
) -> "tuple[Screened, Chosen]":
    """The last days of a market, with the model given or one that is learned before them."""
    from sandbox.experiment.screening_run import learned, screen_world
    from sandbox.screening import ScreeningCosts

    last = float(world.observed().applications["event_time"].max())
    if days >= last:
        raise BadInput(f"The market has {last:.0f} days; --days {days} leaves none before.")
    if chosen is None:
        chosen = learned(world, last - days, setting.level)
    # labels, and so scores, know of the share of fraud that this market ever confirms
    setting = replace(setting, costs=ScreeningCosts(found=world.scenario.fraud.found or 1.0))
    screened = screen_world(world, chosen, setting, days=days, money=money, shown=_progress)
    return screened, chosen


def _of_study(
    store: Path, study: str, model: str | None, scenario: str, is_said: bool
) -> "tuple[Chosen, str]":
    """A model of the study, and the market that it was learned on."""
    from sandbox.experiment.results import StudyResults
    from sandbox.experiment.screening_run import market_of, model_of
    from sandbox.workspace import Workspace

    results = StudyResults.load(Workspace(store), study)
    market = market_of(results, scenario if is_said else None, scenario)
    return model_of(results, model, market), market


def _file(path: Path, lists: str | None, chosen: "Chosen", setting: "Setting") -> "Screened":
    from sandbox.experiment.screening_run import screen_file
    from sandbox.lists import ListStore
    from sandbox.screening.applications_file import read_applications

    given = read_applications(path)
    for sentence in given.refused:
        click.echo(sentence, err=True)
    if lists is None:
        return screen_file(given, chosen, setting)
    with ListStore(lists) as store:
        return screen_file(given, chosen, setting, store)


def _progress(told: Iterable[Any], count: int) -> Iterable[Any]:
    if not sys.stderr.isatty():
        return told
    from tqdm import tqdm

    shown: Iterable[Any] = tqdm(told, "applications", count, leave=False)
    return shown


def _show(screened: "Screened", chosen: "Chosen") -> None:
    from sandbox.cli.tables import print_paragraph, print_table
    from sandbox.screening.operations import budget_use, verdict_table

    assert screened.setting.capacity is not None
    table = verdict_table(screened.verdicts)
    stopped = [v for v in screened.verdicts if v.decision != "pass"]
    print_paragraph(
        f"{len(table):,} applications screened by {chosen.name} at isolation level "
        f"{screened.setting.level}, {len(screened.setting.rules.rules)} rules and the lists; "
        f"{screened.setting.capacity} alert{'s' * (screened.setting.capacity != 1)} a day at most."
    )
    click.echo()
    lines = [_line(verdict) for verdict in stopped[-SHOWN:]]
    title = "Alerts and declines" + f", the last {SHOWN}" * (len(stopped) > SHOWN)
    print_table(["application", "decision", "reason", "day", "score", "saves"], lines, title, 3)
    names = ["day", "applications", "asked", "alerts", "use", "held", "turned_away", "declined"]
    days = budget_use(table, screened.setting.capacity)
    days["use"] = days["use"].map("{:.0%}".format)
    heads = [name.replace("_", " ") for name in names]
    print_table(heads, days[names].to_numpy().tolist(), "Budget of alerts", len(names) - 1)
    print_paragraph(EXPLAINED)


def _propose(screened: "Screened", *, is_shown: bool, has_study: bool) -> None:
    """What to type next: the case behind an alert, and where models and lists come from."""
    from sandbox.cli.tables import print_next

    # --case takes numbers; a file may have other ids
    alerts = [v.application_id for v in screened.verdicts if v.decision == "review"]
    numbers = [i for i in alerts if str(i).isdigit()]
    steps = []
    if numbers and not is_shown:
        steps.append((f"screen{_typed()} --case {numbers[-1]}", "the evidence behind an alert"))
    if has_study:
        steps.append(("lists --help", "enter what analysts confirm"))
    else:
        steps.append(("fraud", "compare fraud models; `screen` takes the study that they leave"))
    print_next((), steps)


def _typed() -> str:
    """What was typed to screen these applications; not to a log, which has them now."""
    context = click.get_current_context()
    words = []
    for option in context.command.params:
        name = option.name or ""
        if name == "log" or context.get_parameter_source(name) not in _SAID:
            continue
        value = shlex.quote(str(context.params[name]))
        words.append(f" {value}" if isinstance(option, click.Argument) else f" --{name} {value}")
    return "".join(words)


def _line(verdict: Any) -> list[str]:
    score = "–" if verdict.score is None else f"{verdict.score:.3f}"
    saves = "must" if verdict.rank == float("inf") else "–"
    if abs(verdict.rank) < float("inf"):
        saves = f"{verdict.rank:,.0f}"
    code = verdict.reasons[0].code.replace("_", " ")
    return [
        str(verdict.application_id),
        verdict.decision,
        code,
        f"{verdict.time:.1f}",
        score,
        saves,
    ]
