"""The limit that earns most for every applicant, within caps, the law and the portfolio."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.policy.allocation import Allocation, allocate
from sandbox.policy.applicants import check_applicants, tenor_of
from sandbox.policy.budgets import Budget
from sandbox.policy.caps import HouseCaps, LegalCaps, LoanTerms
from sandbox.policy.economics import Behaviour, ExpectedProfit
from sandbox.policy.limit_scores import behaviour_of
from sandbox.policy.portfolio import Portfolio
from sandbox.policy.reasons import reasons
from sandbox.policy.regulation import InForce, Regulation

Floats = NDArray[np.float64]

#: what bounds a pd at the limit, as a reason says it
_CUTOFF = "pd above cut-off"


@dataclass(frozen=True)
class ProfitPolicy:
    """Turns expectations by limit into decisions.

    The law is on by default, as of the day given; `bare` is without any cap, to see what caps
    are worth.

    >>> scores = pd.DataFrame({"pd": [0.01], "pd_at_2000": [0.01], "pd_at_10000": [0.02],
    ...                        "utilisation_at_2000": [0.6], "utilisation_at_10000": [0.5]})
    >>> applicant = pd.DataFrame({"declared_income": [2_000.0], "rent_monthly": [0.0],
    ...                           "bureau_lenders": [0.0]})
    >>> ProfitPolicy().decide(applicant, scores)[["limit", "reason"]].values.tolist()
    [[2000.0, 'income multiple']]
    >>> ProfitPolicy.bare().decide(applicant, scores)["limit"].tolist()
    [10000.0]
    """

    profit: ExpectedProfit = field(default_factory=ExpectedProfit)
    #: None: no rules of the house
    house: HouseCaps | None = field(default_factory=HouseCaps)
    #: None: no law, for comparison only; decisions that are issued need one
    law: InForce | None = field(default_factory=lambda: Regulation.load().as_of("2026-01-01"))
    terms: LoanTerms = field(default_factory=LoanTerms)
    #: None: customer by customer, no portfolio step
    portfolio: Portfolio | None = None
    #: yearly rate that is charged; None: the economics' own. The all-in cap can lower it
    price: float | None = None
    #: threads
    workers: int = 1

    def __post_init__(self) -> None:
        if self.price is not None and not 0 <= self.price <= 1:
            raise BadInput(f"price is {self.price:g}; it is a yearly share from 0 to 1.")
        self._legal()  # refuses terms that the law forbids as such

    @classmethod
    def bare(cls, profit: ExpectedProfit | None = None) -> "ProfitPolicy":
        """Expected profit alone: no caps of house or law."""
        return cls(profit or ExpectedProfit(), house=None, law=None)

    def decide(
        self,
        features: pd.DataFrame,
        scores: pd.DataFrame,
        *,
        partner: ArrayLike | None = None,
        region: ArrayLike | None = None,
        price: ArrayLike | None = None,
    ) -> pd.DataFrame:
        """One decision a row of `features` (observed columns, n rows).

        `scores` are columns by limit (see `behaviour_of`); `partner` and `region` are a name
        each, where the portfolio has bounds on them; `price` is the yearly rate asked of each, None
        for the policy's own. Columns: `approve`, `limit` (RMB), `price`
        (yearly share), `expected_profit` (RMB), `pd` (at the limit; of the declined, the model's
        own `pd`, or that at the smallest limit), `reason` (what bound, tightest first; "expected
        profit" or "no limit pays" where nothing did) and `caps`: every cap and budget that stood
        against the limit which profit alone would choose, joined by "; ".
        """
        return self.explained(features, scores, partner=partner, region=region, price=price)[0]

    def explained(
        self,
        features: pd.DataFrame,
        scores: pd.DataFrame,
        *,
        partner: ArrayLike | None = None,
        region: ArrayLike | None = None,
        price: ArrayLike | None = None,
    ) -> tuple[pd.DataFrame, Allocation]:
        """The decisions, and the portfolio step behind them with its shadow prices."""
        needed = ("declared_income", "rent_monthly", "bureau_lenders")
        check_applicants(features, len(scores), needed if self.house is not None else ())
        tenor = tenor_of(features)
        behaviour = behaviour_of(scores)
        asked = self._rates(price, len(tenor))
        charged, rate_cap, closed = self._charged(asked, tenor)
        grid = np.concatenate([[0.0], behaviour.limits])
        value = np.zeros((len(tenor), len(grid)))
        value[:, 1:] = self.profit.of(behaviour, charged, tenor, workers=self.workers)
        room, wanted = self._room(features, tenor, charged, behaviour, grid), value.argmax(axis=1)
        if rate_cap is not None and closed.any():
            room[rate_cap] = np.where(closed, 0, len(grid) - 1)
        allowed = self._allowed(room, behaviour, len(grid))
        found = allocate(
            value, self._budgets(behaviour, grid, tenor, partner, region), allowed,
            workers=self.workers,
        )  # fmt: skip
        against = {name: wanted > most for name, most in room.items()}
        if rate_cap is not None and not closed.all():
            lowered = (charged < asked - 1e-12) & (found.choice > 0)
            against[rate_cap] = against.get(rate_cap, np.zeros(len(tenor), bool)) | lowered
        budgets = list(dict.fromkeys(found.budgets["budget"]))
        against |= {name: found.moved_by[:, i] for i, name in enumerate(budgets)}
        reason, caps = reasons(found.choice, room, against, budgets)
        rows, chosen = np.arange(len(tenor)), found.choice
        risk = np.column_stack([_reference(scores, behaviour), behaviour.pd])[rows, chosen]
        table = pd.DataFrame(
            {
                "approve": chosen > 0,
                "limit": grid[chosen],
                "price": charged,
                "expected_profit": value[rows, chosen],
                "pd": risk,
                "reason": reason,
                "caps": caps,
            }
        )
        return table, found

    def params(self) -> dict[str, str]:
        """Short values for tracking."""
        house = self.house
        return {
            "policy.price": f"{self._asked():g}",
            "policy.pd_cutoff": "none" if house is None else f"{house.pd_cutoff}",
            "policy.dti_cap": "none" if house is None else f"{house.dti_cap}",
            "policy.income_multiple": "none" if house is None else f"{house.income_multiple}",
            "policy.law": "none" if self.law is None else f"{self.law.table}, {self.law.day}",
        }

    def _asked(self) -> float:
        return self.profit.economics.apr if self.price is None else self.price

    def _legal(self) -> LegalCaps | None:
        return None if self.law is None else LegalCaps(self.law, self.terms, self.profit.joint)

    def _rates(self, price: ArrayLike | None, n: int) -> Floats:
        """Yearly rates asked, n; BadInput unless there is one each, from 0 to 1."""
        asked = np.asarray(self._asked() if price is None else price, dtype=float)
        if asked.ndim == 0:
            asked = np.full(n, float(asked))
        if asked.shape != (n,) or not ((asked >= 0) & (asked <= 1)).all():
            raise BadInput(
                f"There are {asked.size} prices for {n} applicants; give one each, a yearly share "
                "from 0 to 1."
            )
        return asked

    def _charged(
        self, asked: Floats, tenor: Floats
    ) -> tuple[Floats, str | None, NDArray[np.bool_]]:
        """Rate charged, the cap on it, and where no rate keeps that cap."""
        legal = self._legal()
        dearest = None if legal is None else legal.dearest(tenor)
        if dearest is None:
            return asked, None, np.zeros(len(tenor), dtype=bool)
        name, most = dearest
        closed = most < 0
        return np.where(closed, asked, np.minimum(most, asked)), name, closed

    def _room(
        self,
        features: pd.DataFrame,
        tenor: Floats,
        price: Floats,
        behaviour: Behaviour,
        grid: Floats,
    ) -> dict[str, NDArray[np.intp]]:
        """Position on the grid of the largest limit that each cap leaves, n each."""
        largest: dict[str, Floats] = {}
        room: dict[str, NDArray[np.intp]] = {}
        if self.house is not None:
            if self.house.pd_cutoff is not None:
                fits = behaviour.pd <= self.house.pd_cutoff
                last = len(grid) - 1 - fits[:, ::-1].argmax(axis=1)
                room[_CUTOFF] = np.where(fits.any(axis=1), last, 0)
            due = self.terms.monthly_due(price, tenor, self.house.minimum_due)
            largest |= self.house.largest(features, due)
        legal = self._legal()
        if legal is not None:
            largest |= legal.largest(tenor)
        for name, most in largest.items():
            room[name] = np.searchsorted(grid, most, side="right") - 1
        return room

    def _allowed(
        self, room: dict[str, NDArray[np.intp]], behaviour: Behaviour, options: int
    ) -> NDArray[np.bool_] | None:
        if not room:
            return None
        tightest = np.minimum.reduce(list(room.values()))
        allowed: NDArray[np.bool_] = np.arange(options) <= tightest[:, None]
        if self.house is not None and self.house.pd_cutoff is not None:
            allowed[:, 1:] &= behaviour.pd <= self.house.pd_cutoff
        return allowed

    def _budgets(
        self,
        behaviour: Behaviour,
        grid: Floats,
        tenor: Floats,
        partner: ArrayLike | None,
        region: ArrayLike | None,
    ) -> list[Budget]:
        if self.portfolio is None:
            return []
        capital = np.zeros((len(tenor), len(grid)))
        if self.portfolio.capital is not None:
            capital[:, 1:] = self.profit.capital(behaviour, tenor)
        share = self.profit.joint.bank_share
        return self.portfolio.budgets(grid, capital, self._legal(), share, partner, region)


def _reference(scores: pd.DataFrame, behaviour: Behaviour) -> Floats:
    """The pd that a declined customer is shown with, n."""
    if "pd" in scores:
        return scores["pd"].to_numpy(dtype=float)
    return behaviour.pd[:, 0]
