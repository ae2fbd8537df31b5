"""The committee's page of a finished study: two of its models on the same customers.

What the study left is enough: decisions are in its cells, the customers follow from the seeds it
keeps, so both policies are replayed and the truth is asked for the regret of each.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators import World, scenarios
from data_generators.potential import PotentialOutcomes
from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.experiment.committee_expected import expected_by
from sandbox.experiment.judged_again import (
    JudgedOn,
    evaluation_seed_of,
    evaluation_world,
    judged_on,
    truth_of,
)
from sandbox.experiment.market_policy import loan_terms
from sandbox.experiment.overrides import overridden, read_overrides
from sandbox.experiment.ranking import CHOSEN_BY, ranking
from sandbox.experiment.results import StudyResults
from sandbox.experiment.study import folder_of
from sandbox.isolation import Status
from sandbox.policy import LimitPolicy
from sandbox.policy.committee import Book, CommitteePage, regret_of
from sandbox.policy.yardsticks import undrawn_capital_cost

Name = TypeVar("Name", str, int)

#: what a study's incumbent is called, where it has one
INCUMBENT = "rule matrix"


@dataclass(frozen=True)
class Pair:
    """The two cells that a page is about: one market, one seed."""

    old: CellResult
    new: CellResult


def committee_page(
    results: StudyResults,
    old: str | None = None,
    new: str | None = None,
    *,
    scenario: str | None = None,
    seed: int | None = None,
    overrides: pd.DataFrame | Path | str | None = None,
    evaluation_seed: int | None = None,
    policy: LimitPolicy | None = None,
) -> CommitteePage:
    """The page on replacing the model `old` by `new`, where both decided for the same customers.

    By default the best of the other models replaces the rule matrix (the worst, where there is
    none), on the study's first market and the first seed that both got through.
    `overrides` is a table, or a CSV, of decisions by hand against the new model (see
    `read_overrides`); they are replayed too. `evaluation_seed` is needed where the study was
    given one, `policy` where it had another house's `LimitPolicy` than the usual one.

    Models that review lines after they were opened are left out: what a page compares are limits
    that are set once. BadInput names the models, markets and seeds there are, and says why
    customers cannot be had again.
    """
    pair = chosen(results, old, new, scenario, seed)
    secret = evaluation_seed_of(folder_of(results.workspace, results.study), evaluation_seed)
    judged = judged_on(pair.new, secret)
    truth = truth_of(judged, results.workspace, (pair.old, pair.new))

    made = expected_by(pair.new, judged, policy or LimitPolicy())
    market = judged.world.scenario
    page = CommitteePage(
        _replayed(pair.old, judged, truth),
        _replayed(pair.new, judged, truth),
        title=f"Limits in {market.name.replace('_', ' ')}",
        basis=_basis(judged, pair),
        features=judged.features,
        exposures=exposures(results, pair.new, judged, secret),
        exposures_are=(
            f"Lines are {pair.new.cell.model}'s where the study tried it, and the incumbent's "
            "elsewhere."
        ),
        expected=None if isinstance(made, str) else made[0],
        base=None if isinstance(made, str) else made[1],
        no_what_if=made if isinstance(made, str) else "",
        undrawn_cost=undrawn_capital_cost(market.economics),
    )
    if overrides is None:
        return page
    table = overrides if isinstance(overrides, pd.DataFrame) else read_overrides(overrides)
    hand = overridden(pair.new.tables["decisions"], judged.honest, table)
    done = _book("as done", hand.decisions, judged, truth)
    return replace(page, final=done, override_reason=hand.reason, override_by=hand.who)


def chosen(
    results: StudyResults,
    old: str | None = None,
    new: str | None = None,
    scenario: str | None = None,
    seed: int | None = None,
) -> Pair:
    """The two cells of a page; see `committee_page`."""
    place = _known("market", scenario, results.scenarios("limit")) or results.scenarios("limit")[0]
    here = [c for c in results.cells if (c.cell.role, c.cell.scenario) == ("limit", place)]
    cells = [c for c in here if c.status is Status.OK and "review.of" not in c.params]
    names = tuple(dict.fromkeys(c.cell.model for c in cells))
    if len(names) < 2:
        raise BadInput(
            f"A page compares two models, and on {place} {len(names)} got through in the study "
            f"{results.study!r}{': ' if names else ''}{', '.join(names)}; run it with another."
        )
    _known("model", old, names)
    _known("model", new, names)
    first, second = _defaults(ranking(cells, *CHOSEN_BY["limit"]), old, new)
    of = {name: {c.cell.seed: c for c in cells if c.cell.model == name} for name in (first, second)}
    seeds = tuple(sorted(of[first].keys() & of[second].keys()))
    if not seeds:
        raise BadInput(f"No seed of {place} has both {first} and {second}; choose other models.")
    number = seeds[0] if seed is None else seed
    _known("seed", number, seeds)
    return Pair(of[first][number], of[second][number])


def exposures(
    results: StudyResults, new: CellResult, judged: JudgedOn, secret: int
) -> pd.DataFrame:
    """Each customer's open lines over all markets: `customer_id`, `scenario`, `limit`, `balance`.

    The same seed makes the same persons in every market. Where the study tried the new model,
    they have what it decided; elsewhere what the incumbent did. `counts` says whether the market's
    loans are under the cap on unsecured consumer loans.
    """
    ours = {
        c.cell.scenario: c
        for c in results.cells
        if (c.cell.model, c.cell.seed, c.status) == (new.cell.model, new.cell.seed, Status.OK)
    }
    tables = []
    for name in scenarios.catalogue():
        cell = ours.get(name)
        same_size = cell is not None and cell.params["world.customers"] == str(
            judged.world.customers
        )
        if name == judged.world.scenario.name:
            lines = _lines(judged.replayed(new.tables["decisions"]), judged.honest)
        elif cell is not None and same_size:
            there = judged_on(cell, secret)
            lines = _lines(there.replayed(cell.tables["decisions"]), there.honest)
        else:
            lines = _incumbents(name, judged.world, new.cell.seed, secret)
        terms = loan_terms(scenarios.by_name(name))
        counted = not terms.secured and terms.purpose == "consumer"
        tables.append(lines.assign(scenario=name, counts=counted))
    return pd.concat(tables, ignore_index=True)


def _incumbents(name: str, like: World, seed: int, secret: int) -> pd.DataFrame:
    world = evaluation_world(name, like.customers, like.months, seed, secret)
    happened = world.replay(world.logged_decisions(), progress=False).customers
    return _lines(happened, np.arange(len(happened)))


def _lines(happened: pd.DataFrame, customers: NDArray[np.intp]) -> pd.DataFrame:
    table = happened[["limit", "balance"]].assign(customer_id=customers)
    return table[happened["taken"].to_numpy(dtype=bool)]


def _defaults(order: list[str], old: str | None, new: str | None) -> tuple[str, str]:
    """Both names, from the models' order, the best first."""
    if old is None:
        rest = [name for name in order if name != new]
        old = INCUMBENT if INCUMBENT in rest else rest[-1]
    if new is None:
        new = next(name for name in order if name != old)
    if old == new:
        raise BadInput(f"Old and new are both {old}; name two of {', '.join(order)}.")
    return old, new


def _known(what: str, asked: Name | None, there: tuple[Name, ...]) -> Name | None:
    if asked is not None and asked not in there:
        names = ", ".join(map(str, there))
        raise BadInput(f"The study has no {what} {asked!r} to make a page of; it has {names}.")
    return asked


def _book(name: str, decisions: pd.DataFrame, judged: JudgedOn, truth: PotentialOutcomes) -> Book:
    limit = decisions["limit"].to_numpy(dtype=float)
    regret = regret_of(limit, truth, judged.honest)
    return Book(name, decisions, judged.replayed(decisions), regret)


def _replayed(result: CellResult, judged: JudgedOn, truth: PotentialOutcomes) -> Book:
    """A cell's decisions with what came of them; BadInput when that is not what it found."""
    book = _book(result.cell.model, result.tables["decisions"], judged, truth)
    then, now = result.metrics["value/profit_per_customer"], book.profit.mean()
    if not np.isclose(now, then, rtol=1e-9, atol=1e-9):
        raise BadInput(
            f"{result.cell.run_name} earned {then:,.2f} RMB a customer when the study ran and "
            f"{now:,.2f} replayed now, so this program is another; run the study again."
        )
    return book


def _basis(judged: JudgedOn, pair: Pair) -> str:
    market = judged.world.scenario.name.replace("_", " ")
    return (
        f"Simulated market {market}, seed {pair.new.cell.seed}: both policies replayed over "
        f"{judged.world.months} months on customers whom neither model has seen; figures marked "
        "true are expectations known to the simulation alone."
    )
