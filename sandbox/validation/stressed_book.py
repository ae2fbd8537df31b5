"""A portfolio of accounts with their money, and what may become worse for it.

Shocks move every PD by the same step on the log-odds scale, so that no PD leaves [0, 1] and the
order of customers stays. Beside PDs a scenario may move exposure, loss given default and margin.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, probabilities, same_length
from sandbox.validation.policy import Policy

#: capital held, share of exposure: 8% and a conservation buffer of 2.5% (Basel III)
CAPITAL = 0.105


@dataclass(frozen=True, eq=False)
class Book:
    """n accounts as a bank expects them to go, over one horizon.

    An account earns `margin` where it does not default and loses `lgd` × `ead` where it does.
    Raises BadInput for PDs or losses given default outside [0, 1], exposures below 0, values that
    are not finite, and lengths that differ.

    >>> Book(pd=[0.1], ead=[1_000.0], lgd=[0.5], margin=[100.0]).profit().tolist()
    [40.0]
    """

    #: probability of default
    pd: Vector
    #: exposure on default, RMB
    ead: Vector
    #: loss given default, share of exposure
    lgd: Vector
    #: earned on an account that does not default, costs paid, RMB
    margin: Vector
    #: who brought each account, labels; None: not known
    partner: npt.NDArray[np.generic] | None = None
    #: capital held against loss, share of exposure
    capital: float = CAPITAL

    def __post_init__(self) -> None:
        kept = {"pd": probabilities("pd", self.pd), "lgd": probabilities("lgd", self.lgd)}
        kept |= {"ead": finite("ead", self.ead), "margin": finite("margin", self.margin)}
        same_length(**kept)
        if (kept["ead"] < 0).any():
            raise BadInput(f"ead is {kept['ead'].min():g} RMB in some row; give 0 or more.")
        if not 0 < self.capital <= 1:
            raise BadInput(f"capital is {self.capital:g}; give a share of exposure, such as 0.105.")
        if self.partner is not None and len(self.partner) != len(kept["pd"]):
            raise BadInput(
                f"partner has {len(self.partner)} and pd has {len(kept['pd'])} rows; give one "
                "partner an account."
            )
        for name, values in kept.items():
            object.__setattr__(self, name, values)

    @property
    def n(self) -> int:
        """Accounts."""
        return len(self.pd)

    @property
    def exposure(self) -> float:
        """Exposure of all accounts, RMB."""
        return float(self.ead.sum())

    def shortfall(self, policy: Policy) -> str:
        """Why nothing can be said of so few accounts or so little money; empty when it can."""
        if self.n < policy.minimum_rows:
            return f"{self.n} accounts; at least {policy.minimum_rows} needed"
        return "" if self.exposure > 0 else "nothing is exposed"

    def loss(self) -> Vector:
        """Expected loss of each account, RMB."""
        return self.pd * self.lgd * self.ead

    def profit(self) -> Vector:
        """Expected profit of each account, RMB."""
        return (1.0 - self.pd) * self.margin - self.loss()

    def under(self, scenario: "StressScenario") -> "Book":
        """The same accounts in a scenario; a loss given default stays at 1 at the most."""
        hit = np.ones(self.n, dtype=bool)
        if scenario.partner is not None:
            if self.partner is None:
                raise BadInput(f"{scenario.name} hits one partner; give the book its partners.")
            hit = self.partner == scenario.partner
        return Book(
            pd=np.where(hit, shifted(self.pd, scenario.log_odds), self.pd),
            ead=np.where(hit, scenario.ead * self.ead, self.ead),
            lgd=np.where(hit, np.minimum(scenario.lgd * self.lgd, 1.0), self.lgd),
            margin=np.where(hit, scenario.margin * self.margin, self.margin),
            partner=self.partner,
            capital=self.capital,
        )


@dataclass(frozen=True)
class StressScenario:
    """What becomes worse, and by how much; the defaults change nothing."""

    #: as a table says it
    name: str
    #: added to the log-odds of every PD
    log_odds: float = 0.0
    #: factors on loss given default, exposure and margin
    lgd: float = 1.0
    ead: float = 1.0
    margin: float = 1.0
    #: the one partner whose accounts are hit; None: all accounts
    partner: object = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.log_odds):
            raise BadInput(f"{self.name}: log_odds is {self.log_odds}; give a finite step.")
        for name in ("lgd", "ead", "margin"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise BadInput(
                    f"{self.name}: {name} is {getattr(self, name)}; give a factor of 0 or more."
                )


def shifted(pd_: npt.ArrayLike, log_odds: float) -> Vector:
    """n PDs with the log-odds of each moved by a step; 0 and 1 stay.

    >>> shifted([0.0, 0.5, 1.0], float(np.log(3))).round(6).tolist()
    [0.0, 0.75, 1.0]
    """
    p = probabilities("pd", pd_)
    if abs(log_odds) > 500:
        raise BadInput(f"log_odds is {log_odds:g}; give a step between -500 and 500.")
    odds = float(np.exp(log_odds))
    moved: Vector = p * odds / (1.0 - p + p * odds)
    return moved
