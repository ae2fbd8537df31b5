"""Stress, limits and the rest of the truth for a limit model: from a judge's world to arrays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.experiment.monitored import ATTRIBUTES
from sandbox.experiment.standing_caps import standing_caps
from sandbox.experiment.stressed_worlds import lived_through, owed_at
from sandbox.experiment.trial import Floats, Scores
from sandbox.models.limit_grid import LIMITS, column
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.limit_caps import validate_limit_caps
from sandbox.validation.limit_response import validate_limit_response
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.reverse_stress import validate_reverse_stress, validate_reverse_truth
from sandbox.validation.sensitivity import validate_sensitivity
from sandbox.validation.stress import validate_stress
from sandbox.validation.stressed_book import Book
from sandbox.validation.truth_fairness import validate_need_truth
from sandbox.validation.truth_given import validate_off_policy_truth
from sandbox.validation.truth_response import validate_response_truth
from sandbox.validation.truth_stress import validate_stressed_truth

if TYPE_CHECKING:
    from sandbox.experiment.limit_judge import LimitJudge

#: customers who live through every scenario and limit, the first of the evaluation world
LIVED = 2_048

Found = tuple[ValidationResult, ...]


@dataclass(frozen=True)
class Decided:
    """Decisions on a judge's rows and what became of them, on which the tests below are done."""

    judge: "LimitJudge"
    scores: Scores
    #: outcomes under the incumbent, NaN where there is no account
    target: Floats
    decisions: pd.DataFrame
    happened: pd.DataFrame
    #: estimates of the decisions' value from the log, if it says anything
    estimates: pd.DataFrame | None = None

    def results(self, policy: Policy) -> Found:
        """Every test of stress, limits, groups and of the truth about them."""
        book, true, why = self.books(policy)
        opened = self.happened["taken"].to_numpy(dtype=bool)
        return (
            *validate_stress(self.granted_pd[opened], book, policy, reason=why),
            *validate_sensitivity(book, policy, reason=why),
            *validate_reverse_stress(book, policy, reason=why),
            *self._limits(policy),
            *validate_fairness(
                self.target, self.scores.risk(), self.decisions["approve"].to_numpy(dtype=float),
                self._groups(), policy,
            ),
            *validate_reverse_truth(*self._known(book, true), policy, reason=why),
            *self._lived(book, policy, why),
            *self._response(policy),
            *self._need(policy),
            *validate_off_policy_truth(self.estimates, len(self.decisions), policy),
        )  # fmt: skip

    @property
    def limit(self) -> Floats:
        """Limits granted, RMB."""
        return self.decisions["limit"].to_numpy(dtype=float)

    @property
    def granted_pd(self) -> Floats:
        """PDs that the decisions were made by, at the limits granted."""
        found: Floats = np.clip(self.decisions["pd"].to_numpy(dtype=float), 0.0, 1.0)
        return found

    def books(self, policy: Policy) -> tuple[Book | None, Book | None, str]:
        """The accounts opened, by the model's PDs and by the true ones; or why there are none.

        Money is that of the replay, in proportion to the limit: exposure and loss of those who
        defaulted, margin of those who did not. Only PDs differ, so that only they are compared.
        The true book has the accounts of known potential outcomes, the first `judge.known` rows.
        """
        opened = self.happened["taken"].to_numpy(dtype=bool)
        lost = opened & self.happened["default"].to_numpy(dtype=bool)
        events = int(lost.sum())
        if min(events, int(opened.sum()) - events) < policy.minimum_events:
            why = f"{events} of {int(opened.sum())} accounts defaulted; at least "
            return None, None, f"{why}{policy.minimum_events} of either kind needed"
        profit, ead = (self.happened[c].to_numpy(dtype=float) for c in ("profit", "ead"))
        fine = opened & ~lost
        owed = ead[lost].sum() / self.limit[lost].sum()
        lgd = float(np.clip(-profit[lost].sum() / max(ead[lost].sum(), 1e-9), 0.0, 1.0))
        margin = profit[fine].sum() / self.limit[fine].sum()

        def book(rows: np.ndarray[tuple[int], np.dtype[np.intp]], pd_: Floats) -> Book:
            who = self.judge.monitored
            return Book(
                pd=pd_,
                ead=owed * self.limit[rows],
                lgd=np.full(len(rows), lgd),
                margin=margin * self.limit[rows],
                partner=None if who is None else who["partner"].to_numpy()[rows],
            )

        of = np.flatnonzero(opened)
        known = of[of < self.judge.known]
        return book(of, self.granted_pd[of]), book(known, self._true_pd()[known]), ""

    def _true_pd(self) -> Floats:
        """True PDs at the limits granted, of the first `judge.known` rows."""
        potential, rows = self.judge.potential, self.judge.honest[: self.judge.known]
        everyone = np.zeros(len(potential.pd))
        everyone[rows] = self.limit[: self.judge.known]
        return np.clip(potential.at(potential.pd, everyone)[rows], 0.0, 1.0)

    def _known(self, book: Book | None, true: Book | None) -> tuple[Book | None, Book | None]:
        """The model's book cut to the accounts of the true one."""
        if book is None or true is None:
            return None, None
        # opened accounts are in row order, so the known ones are the first
        cut = slice(true.n)
        return Book(book.pd[cut], book.ead[cut], book.lgd[cut], book.margin[cut]), true

    def _limits(self, policy: Policy) -> Found:
        opened = self.happened["taken"].to_numpy(dtype=bool)
        by_limit, owed_by_limit = self._table("pd"), self._table("ead")
        owed = (self.happened["ead"] + self.happened["balance"]).to_numpy(dtype=float)
        ead = None
        if owed_by_limit is not None:
            ead = _at(LIMITS, owed_by_limit, self.limit)[opened]
        who = self.judge.monitored
        house, law = standing_caps(self.judge, self.decisions, self.scores.evaluation)
        return (
            *validate_limit_response(
                self.limit[opened], self.granted_pd[opened],
                self.happened["default"].to_numpy(dtype=float)[opened], policy,
                ead=ead, observed_ead=owed[opened],
                pd_by_limit=by_limit, ead_by_limit=owed_by_limit,
            ),
            *validate_limit_caps(
                self.limit, policy, house=house, law=law,
                partner=None if who is None else who["partner"],
                region=None if who is None else who["region"],
            ),
        )  # fmt: skip

    def _table(self, said: str) -> Floats | None:
        """n × limits of one kind of prediction; None where the model does not give it."""
        names = [column(said, limit) for limit in LIMITS]
        there = self.scores.evaluation
        return np.column_stack([there[n] for n in names]) if set(names) <= set(there) else None

    def _groups(self) -> pd.DataFrame | None:
        who = self.judge.monitored
        return None if who is None else who[list(ATTRIBUTES)]

    def _lived(self, book: Book | None, policy: Policy, why: str) -> Found:
        """The first customers in worse times, under these decisions."""
        if book is None or self.judge.world.scenario.cards is not None:
            why = why or "a calibrated market has no partners to fall"
            return validate_stressed_truth(None, {}, 1.0, policy, reason=why)
        size = min(LIVED, self.judge.world.customers)
        world = self.judge.world.reseeded(self.judge.world.seed, customers=size)
        everyone = np.zeros(self.judge.world.customers)
        everyone[self.judge.honest] = self.limit
        lived = lived_through(world, everyone[:size], self.judge.price[:size])
        base = lived.pop("base")
        taken = base["taken"].to_numpy(dtype=bool)
        exposure = book.exposure / max(self.limit[self.happened["taken"]].sum(), 1e-9)
        exposure *= float(everyone[:size][taken].sum())
        if exposure <= 0:
            return validate_stressed_truth(None, {}, 1.0, policy, reason="no account was opened")
        stressed = {name: table[taken] for name, table in lived.items()}
        return validate_stressed_truth(base[taken], stressed, exposure, policy)

    def _response(self, policy: Policy) -> Found:
        judge = self.judge
        known = judge.honest[: judge.known]
        grid = [i for i, limit in enumerate(LIMITS) if limit in judge.potential.limits]
        limits = tuple(float(LIMITS[i]) for i in grid)
        said, owed = self._table("pd"), self._table("ead")
        pds = exposures = None
        if len(grid) > 1 and said is not None:
            columns = np.searchsorted(judge.potential.limits, limits)
            pds = said[: judge.known][:, grid], judge.potential.pd[known][:, columns]
        if len(grid) > 1 and owed is not None and judge.world.scenario.cards is None:
            size = min(LIVED, judge.world.customers)
            world = judge.world.reseeded(judge.world.seed, customers=size)
            true, taken = owed_at(world, limits, judge.price[:size])
            rows = np.flatnonzero(judge.honest < size)
            rows = rows[taken[judge.honest[rows]] > 0]
            exposures = owed[rows][:, grid], true[judge.honest[rows]]
        return validate_response_truth(
            limits, policy, pd_=pds, ead=exposures, ead_is_expected=False
        )

    def _need(self, policy: Policy) -> Found:
        """The true need of those whom the oracle would grant a limit."""
        judge = self.judge
        if judge.world.scenario.cards is not None:
            return validate_need_truth(self.limit, None, None, policy)
        known = judge.honest[: judge.known]
        size = len(judge.potential.pd)
        first = judge.world.reseeded(judge.world.seed, customers=size)
        need = first.truth.traits()["need"].to_numpy(dtype=float)[known]
        groups = self._groups()
        return validate_need_truth(
            self.limit[: judge.known],
            need,
            None if groups is None else groups.iloc[: judge.known],
            policy,
            among=judge.potential.oracle()[known] > 0,
        )


def _at(limits: tuple[int, ...], table: Floats, limit: Floats) -> Floats:
    """Entries of `table` (n × limits) at each row's limit, linear between limits."""
    grid = np.asarray(limits, dtype=float)
    upper = np.clip(np.searchsorted(grid, limit), 1, len(grid) - 1)
    weight = np.clip((limit - grid[upper - 1]) / (grid[upper] - grid[upper - 1]), 0.0, 1.0)
    rows = np.arange(len(limit))
    found: Floats = (1 - weight) * table[rows, upper - 1] + weight * table[rows, upper]
    return found
