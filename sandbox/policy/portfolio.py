"""What the whole book may hold: budgets of the bank, and concentrations that the law bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sandbox.errors import BadInput
from sandbox.policy.budgets import Budget, Floats
from sandbox.policy.caps import LegalCaps


@dataclass(frozen=True)
class Portfolio:
    """Budgets for a batch of decisions; None where there is none. RMB, the bank's part of loans.

    Limits count in full, as if they were drawn: a book that keeps the law only while customers
    leave their lines unused does not keep it.
    """

    #: limits that can be granted
    exposure: float | None = None
    #: capital that can be held for them
    capital: float | None = None
    #: limits with each partner by name, house bound
    partner_most: Mapping[str, float] = field(default_factory=dict)
    #: limits committed to partners, at least
    partner_least: Mapping[str, float] = field(default_factory=dict)
    #: limits in each region by name
    region_most: Mapping[str, float] = field(default_factory=dict)
    #: tier 1 capital, net; needed for the bound on one partner
    tier1: float | None = None
    #: the book before these decisions: all loans, those jointly funded, and those by partner
    loans: float | None = None
    joint_loans: float = 0.0
    partner_loans: Mapping[str, float] = field(default_factory=dict)

    def budgets(
        self,
        limits: Floats,
        capital: Floats,
        legal: LegalCaps | None,
        bank_share: float,
        partner: ArrayLike | None = None,
        region: ArrayLike | None = None,
    ) -> list[Budget]:
        """For `allocate`: `limits` are the K options, 0 first; `capital` is n × K."""
        held = limits * bank_share
        found = []
        if self.exposure is not None:
            found.append(Budget("exposure budget", held, self.exposure))
        if self.capital is not None:
            found.append(Budget("capital budget", capital, self.capital))
        if legal is not None:
            found += self._joint(held, legal)
        found += self._partners(held, legal, partner)
        if self.region_most:
            codes, names = _codes("region", self.region_most, region)
            most = np.array([self.region_most.get(name, np.inf) for name in names])
            found.append(Budget("region", held, most, codes, names=names))
        return found

    def _joint(self, held: Floats, legal: LegalCaps) -> list[Budget]:
        row = legal.row("joint_share")
        if row is None or self.loans is None:
            return []
        # New joint loans raise both sides of: joint <= share of all.
        room = (row.value * self.loans - self.joint_loans) / (1 - row.value)
        if room < 0:
            raise BadInput(
                f"Joint loans on the books ({self.joint_loans:,.10g}) and {row.words()} of "
                f"{self.loans:,.10g} in all exclude each other; no decision can mend that."
            )
        return [Budget(row.words(), held, room)]

    def _partners(
        self, held: Floats, legal: LegalCaps | None, partner: ArrayLike | None
    ) -> list[Budget]:
        row = None if legal is None else legal.row("one_partner")
        wanted = {**self.partner_most, **self.partner_least, **self.partner_loans}
        bounded = row is not None and self.tier1 is not None
        if not wanted and not (bounded and partner is not None):
            return []
        codes, names = _codes("partner", wanted, partner)
        found = []
        if row is not None and self.tier1 is not None:
            booked = np.array([self.partner_loans.get(name, 0.0) for name in names])
            room = row.value * self.tier1 - booked
            if (room < 0).any():
                worst = int(np.argmin(room))
                raise BadInput(
                    f"Loans on the books with partner {names[worst]} ({booked[worst]:,.10g}) and "
                    f"{row.words()} of {self.tier1:,.10g} exclude each other; no decision can "
                    "mend that."
                )
            found.append(Budget(row.words(), held, room, codes, names=names))
        if self.partner_most or self.partner_least:
            most = np.array([self.partner_most.get(name, np.inf) for name in names])
            least = np.array([self.partner_least.get(name, 0.0) for name in names])
            found.append(Budget("partner", held, most, codes, least, names))
        return found


def _codes(
    what: str, wanted: Mapping[str, float], given: ArrayLike | None
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[str]]:
    """Group of each customer, and the names of groups; customers without a name are in none."""
    if given is None:
        raise BadInput(f"There are bounds by {what}; give decide(..., {what}=a name each).")
    codes, names = pd.factorize(np.asarray(given, dtype=object))
    known = [str(name) for name in names]
    for name in wanted:
        if name not in known:
            known.append(name)  # a floor for a partner without applicants cannot be met
    return codes.astype(np.intp), known
