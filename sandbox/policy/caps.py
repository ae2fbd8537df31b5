"""The largest limit that a bank's own rules and the law leave each customer."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.policy.all_in_cost import Fees, Repayment, highest_rate
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.regulation import InForce, Kind, Row

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LoanTerms:
    """What kind of loan is decided on: which laws it is under depends on it."""

    #: personal consumption, or a business
    purpose: Literal["consumer", "business"] = "consumer"
    #: with collateral (a car): no internet loan in the sense of the law
    secured: bool = False
    #: granted online
    online: bool = True
    #: how instalment loans are paid back
    repayment: Repayment = "annuity"
    #: what the borrower pays beside interest
    fees: Fees = field(default_factory=Fees)
    #: months over which the all-in cost of a line is reckoned: interest monthly, then all of it
    line_months: int = 12

    def monthly_due(self, price: Floats, tenor: Floats, minimum: float) -> Floats:
        """Due in a month, share of the limit, n: `minimum` for lines, the instalment for loans.

        The first instalment where they fall; for a loan repaid in one sum, `minimum` as well,
        since its interest alone says nothing of what the borrower can carry.

        >>> LoanTerms().monthly_due(np.array([0.12] * 2), np.array([0.0, 12.0]), 0.1).round(4)
        array([0.1   , 0.0888])
        """
        monthly, months = price / 12, np.maximum(tenor, 1.0)
        if self.repayment == "bullet":
            return np.full(len(tenor), minimum)
        if self.repayment == "equal_principal":
            due = 1 / months + monthly
        else:
            safe = np.maximum(monthly, 1e-12)
            due = safe / -np.expm1(-months * np.log1p(safe))
        return np.where(tenor > 0, due + self.fees.monthly, minimum)

    def under(self, row: Row | None, joint: JointLending) -> bool:
        """Whether a constraint is about such loans."""
        if row is None or (row.kind == "consumer_cap" and self.purpose != "consumer"):
            return False
        internet = self.online and not self.secured
        return {"internet": internet, "joint": internet and joint.bank_share < 1, "all": True}[
            row.scope
        ]


@dataclass(frozen=True)
class HouseCaps:
    """A bank's own rules; None switches one off.

    The DTI cap goes by what really falls due: a line's minimum payment, a loan's instalment (see
    `LoanTerms.monthly_due`). At 10% a month the minimum is near the instalment of a loan over 11
    months at 18% a year: `LimitPolicy`, which knows no tenor and takes the minimum for all,
    grants less than this cap on longer loans, more on shorter ones, and the same on lines.

    >>> HouseCaps(dti_cap=0)
    Traceback (most recent call last):
    sandbox.errors.BadInput: dti_cap is 0; it must be above 0, or None for no such rule.
    """

    #: largest pd at the limit granted (house convention, that of `LimitPolicy`)
    pd_cutoff: float | None = 0.12
    #: rent, other debt service and what falls due (a line's minimum, a loan's instalment) over
    #: declared income, at most
    dti_cap: float | None = 0.60
    #: limit over declared monthly income, at most
    income_multiple: float | None = 4.0
    #: other lenders' debt service, share of income a lender (assumed where not observed) [W]
    other_debt_share: float = 0.09
    #: minimum payment, share of balance [W]
    minimum_due: float = 0.10

    def __post_init__(self) -> None:
        for name in ("pd_cutoff", "dti_cap", "income_multiple"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise BadInput(
                    f"{name} is {value:g}; it must be above 0, or None for no such rule."
                )

    def largest(self, features: pd.DataFrame, monthly_due: Floats) -> dict[str, Floats]:
        """Largest limit by rule, RMB, n each; for rules that need nothing of a model.

        `monthly_due` is what falls due in a month for each RMB of limit, n; with `minimum_due`
        throughout, "dti cap" is that of `LimitPolicy`.

        >>> from sandbox.policy.limits import LimitPolicy
        >>> someone = pd.DataFrame(
        ...     {"declared_income": [8_000.0], "rent_monthly": [2_000.0], "bureau_lenders": [1.0]}
        ... )
        >>> HouseCaps().largest(someone, np.array([0.1]))["dti cap"].tolist()
        [20800.0]
        >>> LimitPolicy().decide(someone, pd=np.array([0.005]))[["limit", "reason"]].values.tolist()
        [[20000.0, 'dti cap']]
        """
        income = features["declared_income"].to_numpy(dtype=float)
        found = {}
        if self.dti_cap is not None:
            lenders = features["bureau_lenders"].fillna(1.0).to_numpy(dtype=float)
            committed = features["rent_monthly"].to_numpy(dtype=float)
            committed = committed + self.other_debt_share * lenders * income
            room = np.maximum(self.dti_cap * income - committed, 0.0)
            found["dti cap"] = room / monthly_due
        if self.income_multiple is not None:
            found["income multiple"] = self.income_multiple * income
        return found


@dataclass(frozen=True)
class LegalCaps:
    """What the law of a day says of loans of some kind; BadInput when they break it as such."""

    law: InForce
    terms: LoanTerms = field(default_factory=LoanTerms)
    joint: JointLending = field(default_factory=JointLending)

    def __post_init__(self) -> None:
        row = self.row("partner_share")
        if row is not None and self.joint.partner_share < row.value - 1e-12:
            raise BadInput(
                f"bank_share is {self.joint.bank_share:g}; of a jointly funded loan the partner "
                f"funds at least {row.value:.0%} ({row.id}): lower it to {1 - row.value:g}."
            )

    def row(self, kind: Kind) -> Row | None:
        """The constraint of a kind, where these loans are under it."""
        row = self.law.get(kind)
        return row if self.terms.under(row, self.joint) else None

    def largest(self, tenor: Floats) -> dict[str, Floats]:
        """Largest limit by constraint, RMB, n each; 0 where no loan may be granted at all."""
        found = {}
        cap, bullet = self.row("consumer_cap"), self.row("bullet_months")
        if cap is not None:
            found[cap.words()] = np.full(len(tenor), cap.value)
        if bullet is not None and self.terms.repayment == "bullet":
            found[bullet.words()] = np.where(tenor <= bullet.value, np.inf, 0.0)
        return found

    def dearest(self, tenor: Floats) -> tuple[str, Floats] | None:
        """Largest nominal rate that keeps the all-in cost, n; negative: fees alone pass it."""
        row = self.row("all_in_cost")
        if row is None:
            return None
        rates = np.empty(len(tenor))
        kinds, which = np.unique(tenor, return_inverse=True)
        for i, months in enumerate(kinds):
            line = months <= 0
            kind: Repayment = "bullet" if line else self.terms.repayment
            term = self.terms.line_months if line else int(months)
            rates[which == i] = highest_rate(row.value, term, kind, self.terms.fees)
        return row.words(), rates
