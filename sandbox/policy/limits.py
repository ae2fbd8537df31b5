"""A limit for every applicant: PD band times income, under caps, rounded down to a grid."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LimitPolicy:
    """Turns pd (and a model's own limit, where it gives one) into decisions.

    Every limit is treated as a line, also for those who ask for an instalment loan: what falls
    due under the DTI cap is the minimum payment, 10% of the limit. It is the plain rule of a
    bank that grants lines; it knows neither tenor nor price, from which an instalment would
    follow. `HouseCaps.dti_cap` has the same committed debt and the same cap, and takes the
    instalment of a loan in place of the minimum payment; for lines the two are the same number.

    >>> policy = LimitPolicy()
    >>> features = pd.DataFrame(
    ...     {"declared_income": [8000.0, 8000.0], "rent_monthly": [2000.0, 2000.0],
    ...      "bureau_lenders": [0.0, 0.0]}
    ... )
    >>> policy.decide(features, pd=np.array([0.02, 0.4]))["reason"].tolist()
    ['income multiple', 'pd above cut-off']
    """

    #: upper edges of the PD bands; above the last one an application is declined
    pd_bands: tuple[float, ...] = (0.01, 0.03, 0.06, 0.12)
    #: limit over declared monthly income, a band each
    income_multiples: tuple[float, ...] = (4.0, 2.0, 1.0, 0.4)
    #: rent, other debt service and minimum payment over declared income, at most; the minimum
    #: payment for loans as well
    dti_cap: float = 0.60
    #: other lenders' debt service, share of income a lender (assumed where not observed)
    other_debt_share: float = 0.09
    #: minimum payment, share of balance
    minimum_due: float = 0.10
    #: consumer loans without collateral, RMB (商业银行互联网贷款管理暂行办法, Art. 6)
    regulatory_cap: float = 200_000.0
    #: limits that can be granted, RMB
    grid: tuple[float, ...] = (0, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5)
    #: yearly rate, share; None charges what the market charges, customer by customer
    price: float | None = None

    def __post_init__(self) -> None:
        if self.price is not None and not 0 <= self.price <= 1:
            raise BadInput(f"price is {self.price:g}; it is a yearly share from 0 to 1.")
        if len(self.pd_bands) != len(self.income_multiples):
            raise BadInput(
                f"There are {len(self.pd_bands)} pd_bands and {len(self.income_multiples)} "
                "income_multiples; give one multiple for each band."
            )

    def decide(
        self, features: pd.DataFrame, *, pd: Floats, limit: Floats | None = None
    ) -> pd.DataFrame:
        """One decision a row of `features` (observed columns, n rows).

        Columns: `approve`, `limit` (RMB, on the grid), `price` (yearly share), `pd`, and
        `reason`: what bound the limit ("income multiple", "model", "dti cap", "regulatory cap")
        or why it was declined ("pd above cut-off", "dti cap", "below smallest limit"). Without
        a price of the policy's own, `price` is NaN: the market's.
        """
        income = features["declared_income"].to_numpy(dtype=float)
        if limit is None:
            band = np.searchsorted(self.pd_bands, pd, side="left")
            wanted = np.array([*self.income_multiples, 0.0])[band] * income
            source = "income multiple"
        else:
            wanted, source = limit, "model"
        caps = np.vstack([wanted, self._dti_limit(features), np.full(len(pd), self.regulatory_cap)])
        binding = np.argmin(caps, axis=0)
        grid = np.asarray(self.grid)
        granted = grid[np.searchsorted(grid, caps.min(axis=0), side="right") - 1]
        reason = np.array([source, "dti cap", "regulatory cap"], dtype=object)[binding]
        reason[(granted == 0) & (binding != 1)] = "below smallest limit"
        reason[(granted == 0) & (wanted <= 0)] = "pd above cut-off"
        return _table(
            {
                "approve": granted > 0,
                "limit": granted,
                "price": np.full(len(pd), np.nan if self.price is None else self.price),
                "pd": pd,
                "reason": reason,
            }
        )

    def _dti_limit(self, features: pd.DataFrame) -> Floats:
        """The largest limit whose minimum payment still fits under the DTI cap, RMB.

        That of `HouseCaps.largest` where `minimum_due` falls due in a month, as for lines.
        """
        income = features["declared_income"].to_numpy(dtype=float)
        lenders = features["bureau_lenders"].fillna(1.0).to_numpy(dtype=float)
        committed = features["rent_monthly"].to_numpy(dtype=float)
        committed = committed + self.other_debt_share * lenders * income
        room: Floats = np.maximum(self.dti_cap * income - committed, 0.0) / self.minimum_due
        return room

    def params(self) -> dict[str, str]:
        """Short values for tracking."""
        fields = asdict(self)
        return {
            "policy.pd_cutoff": f"{self.pd_bands[-1]:g}",
            "policy.dti_cap": f"{fields['dti_cap']:g}",
            "policy.price": "the market's" if self.price is None else f"{self.price:g}",
        }


def _table(columns: dict[str, NDArray[np.generic]]) -> pd.DataFrame:
    """A table; apart because `pd` names a probability of default in this module's methods."""
    return pd.DataFrame(columns)
