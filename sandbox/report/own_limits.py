"""Defaults under the limits that a model gave, beside the PDs by which it gave them."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from sandbox.report.standing import Contender
from sandbox.report.wording import percent, probability

#: a p-value below which the excess is a finding
CLEAR = 0.001
_NEEDED = {"customers", "approval_rate", "mean_pd", "default_rate"}


@dataclass(frozen=True)
class OwnLimits:
    """Approved applicants of all finished runs."""

    approved: int
    defaults: int
    #: mean of the PDs by which they were approved
    mean_pd: float

    @property
    def rate(self) -> float:
        """Their default rate under the model's own limits."""
        return self.defaults / self.approved

    @property
    def p_value(self) -> float:
        """Chance of as many defaults or more if the mean PD were right (binomial).

        On the safe side: PDs that differ between applicants make the true spread smaller.
        """
        return float(binom.sf(self.defaults - 1, self.approved, self.mean_pd))

    @property
    def above(self) -> bool:
        """Whether defaults exceed the PDs by more than chance explains."""
        return self.rate > self.mean_pd and self.p_value < CLEAR

    @property
    def words(self) -> str:
        """Both rates, the count behind them, and the p-value."""
        return (
            f"default rate {percent(self.rate)} ({self.defaults:,} of {self.approved:,} approved) "
            f"under the model's own limits, mean PD {percent(self.mean_pd)}; "
            f"binomial p-value {probability(self.p_value)}"
        )


def own_limits(champion: Contender) -> OwnLimits | None:
    """Counted over the segments of all finished runs; None where no decisions were recorded."""
    approved = defaults = 0
    expected = 0.0
    for cell in champion.finished:
        table = cell.tables.get("decisions_by_segment")
        if table is None or not set(table.columns) >= _NEEDED:
            continue
        some = table[table["approval_rate"] > 0]
        n = np.rint(some["customers"] * some["approval_rate"])
        approved += int(n.sum())
        defaults += int(np.rint(n * some["default_rate"]).sum())
        expected += float((n * some["mean_pd"]).sum())
    return OwnLimits(approved, defaults, expected / approved) if approved else None
