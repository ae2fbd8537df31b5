"""Where the models of a study stand: the champion, its challengers, and figures over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from scipy.stats import t as student

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.judge import INFORMATION
from sandbox.validation.result import ValidationResult, Verdict

#: the table that only a world gives: recall by the true kind of fraud
TYPOLOGIES = "recall_by_typology"

#: worst first; what could not be evaluated hides a pass of another seed
_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.NOT_EVALUATED, Verdict.PASS)


@dataclass(frozen=True)
class Spread:
    """A mean over seeds with its 95% interval, if there is one."""

    mean: float
    low: float
    high: float
    seeds: int

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return isfinite(self.low) and isfinite(self.high)


def over_seeds(values: Sequence[float]) -> Spread:
    """Mean and Student interval over seeds; no interval from a single one.

    >>> over_seeds([1.0, 2.0, 3.0]).mean
    2.0
    """
    n = len(values)
    mean = float(np.mean(values)) if n else float("nan")
    if n < 2:
        return Spread(mean, float("nan"), float("nan"), n)
    half = float(student.ppf(0.975, n - 1)) * float(np.std(values, ddof=1)) / sqrt(n)
    return Spread(mean, mean - half, mean + half, n)


@dataclass(frozen=True)
class Judged:
    """One test of a model over its seeds."""

    #: the first seed's result with the worst verdict
    worst: ValidationResult
    #: seed -> verdict, in the order run
    verdicts: Mapping[int, Verdict]

    @property
    def information(self) -> bool:
        """Whether no threshold judges the figure (it is shown, and is not green)."""
        return is_information(self.worst)

    @property
    def seed(self) -> int:
        """The first seed with the worst verdict."""
        return next(s for s, v in self.verdicts.items() if v is self.worst.verdict)

    @property
    def where(self) -> str:
        """The seeds that gave the worst verdict, when not all did."""
        hit = [str(s) for s, v in self.verdicts.items() if v is self.worst.verdict]
        if len(self.verdicts) == 1 or len(hit) == len(self.verdicts):
            return ""
        seeds = f"seed{'s' if len(hit) > 1 else ''} {', '.join(hit)}"
        return f"in {len(hit)} of {len(self.verdicts)} runs, {seeds}"


def is_information(result: ValidationResult) -> bool:
    """Whether the result carries a figure that no threshold judges."""
    return result.verdict is Verdict.NOT_EVALUATED and result.reason.startswith(INFORMATION)


@dataclass(frozen=True)
class Contender:
    """A model on one world or portfolio, over its seeds."""

    name: str
    cells: tuple[CellResult, ...]

    @property
    def finished(self) -> tuple[CellResult, ...]:
        """The cells that ran to the end."""
        return tuple(c for c in self.cells if c.status is Status.OK)

    @property
    def failed(self) -> tuple[CellResult, ...]:
        """The others."""
        return tuple(c for c in self.cells if c.status is not Status.OK)

    @property
    def reference(self) -> CellResult:
        """The first finished cell, else the first: tables and figures are drawn from it."""
        return (self.finished or self.cells)[0]

    @property
    def unfinished(self) -> str:
        """Why there is nothing to show of it; empty when a run finished."""
        return "" if self.finished else f"the model did not finish ({self.cells[0].status})"

    def spread(self, metric: str) -> Spread:
        """The metric over seeds; of a single seed, the interval of the test that gave it."""
        values = [c.metrics[metric] for c in self.finished if metric in c.metrics]
        spread = over_seeds([v for v in values if isfinite(v)])
        if spread.seeds == 1:
            for result in self.reference.results:
                entry = CATALOGUE.get(result.id)
                if entry and entry.metric == metric and result.interval:
                    return Spread(spread.mean, *result.interval, 1)
        return spread

    def judged(self) -> tuple[Judged, ...]:
        """Every test over seeds, in the order of the first finished cell."""
        found: dict[str, list[tuple[int, ValidationResult]]] = {}
        for cell in self.finished:
            for result in cell.results:
                found.setdefault(result.id, []).append((cell.cell.seed, result))
        return tuple(
            Judged(
                min((r for _, r in runs), key=lambda r: _ORDER.index(r.verdict)),
                {seed: r.verdict for seed, r in runs},
            )
            for runs in found.values()
        )


@dataclass(frozen=True)
class Standing:
    """The champion, its challengers on the same ground, and the rest of the study."""

    champion: Contender
    challengers: tuple[Contender, ...]
    #: the champion's model on other worlds, and models of other roles
    elsewhere: tuple[Contender, ...]

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """The champion, then its challengers."""
        return (self.champion, *self.challengers)

    @property
    def role(self) -> str:
        """What the champion is judged as."""
        return self.champion.cells[0].cell.role

    @property
    def no_truth(self) -> str:
        """Why nothing is shown against the truth; empty when there is something."""
        if any(r.family == "truth" for c in self.champion.finished for r in c.results):
            return ""
        if self.champion.unfinished:
            return self.champion.unfinished
        if self.world_made:
            return "the trial itself is judged on true outcomes, in the sections above"
        return "a portfolio has no known truth"

    @property
    def world_made(self) -> bool:
        """Whether the data comes from a world that was made: params, results or tables tell."""
        return any(
            "world.customers" in c.params
            or TYPOLOGIES in c.tables
            or any(r.family == "truth" for r in c.results)
            for c in self.champion.cells
        )

    def paired(self, metric: str, challenger: Contender) -> Spread:
        """Champion less challenger on the same seeds."""
        theirs = {c.cell.seed: c.metrics for c in challenger.finished}
        return over_seeds(
            [
                c.metrics[metric] - theirs[c.cell.seed][metric]
                for c in self.champion.finished
                if metric in c.metrics and metric in theirs.get(c.cell.seed, {})
            ]
        )


def standing(results: Sequence[CellResult]) -> Standing:
    """Sort the cells of one study; the first is the champion's.

    BadInput for no cells or cells of several studies.
    """
    if not results:
        raise BadInput("There are no results to report on; run the study first.")
    studies = sorted({r.cell.study for r in results})
    if len(studies) > 1:
        named = ", ".join(studies)
        raise BadInput(f"The results are of {len(studies)} studies ({named}); give one.")
    groups: dict[tuple[str, str, str], list[CellResult]] = {}
    for result in results:
        cell = result.cell
        groups.setdefault((cell.role, cell.scenario, cell.model), []).append(result)
    contenders = {key: Contender(key[2], tuple(cells)) for key, cells in groups.items()}
    (role, scenario, _), champion = next(iter(contenders.items()))
    rest = {k: c for k, c in contenders.items() if c is not champion}
    same = {k: c for k, c in rest.items() if k[:2] == (role, scenario)}
    return Standing(
        champion, tuple(same.values()), tuple(c for k, c in rest.items() if k not in same)
    )
