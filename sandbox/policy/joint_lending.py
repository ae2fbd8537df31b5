"""Joint lending: who funds a loan, who earns on it, and who bears its loss."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]


class JointTerms(Protocol):
    """The terms of joint lending, as a world's scenario states them."""

    @property
    def bank_share(self) -> float: ...  # noqa: D102

    @property
    def guarantee(self) -> float: ...  # noqa: D102

    @property
    def service_fee(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class JointLending:
    """A loan funded together with a partner; the default is a bank on its own.

    >>> JointLending(bank_share=0.7, guarantee=0.3).partner_loss_share
    0.51
    """

    #: share of each loan that the bank funds; 1 is no joint lending
    bank_share: float = 1.0
    #: share of the bank's loss that the partner compensates (代偿), while it stands
    guarantee: float = 0.0
    #: share of the bank's interest that goes to the partner for its service
    service_fee: float = 0.0
    #: share of losses, by amount, that come while the partner stands; the rest is compensated by
    #: nobody, since a partner's collapse and its customers' defaults come together (assumed 1)
    partner_stands: float = 1.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value <= 1:
                raise BadInput(f"{name} is {value:g}; it is a share from 0 to 1.")
        if self.bank_share == 0:
            raise BadInput("bank_share is 0; a bank that funds nothing decides no limits.")

    @classmethod
    def from_terms(cls, terms: JointTerms, partner_stands: float = 1.0) -> "JointLending":
        """The terms of a scenario: its `joint` section."""
        return cls(terms.bank_share, terms.guarantee, terms.service_fee, partner_stands)

    @property
    def partner_share(self) -> float:
        """Share of each loan that the partner funds."""
        return 1.0 - self.bank_share

    @property
    def compensated(self) -> float:
        """Share of the bank's loss that the partner makes good, its collapse counted."""
        return self.guarantee * self.partner_stands

    @property
    def partner_loss_share(self) -> float:
        """Share of a loan's whole loss that the partner bears: its own part and what it pays."""
        return round(self.partner_share + self.bank_share * self.compensated, 12)

    def split(self, interest: Floats, loss: Floats) -> dict[str, Floats]:
        """Whole interest and loss (RMB, after recoveries) by who gets and who bears them.

        Keys: `bank_interest` (after the service fee), `partner_interest` (with it),
        `compensation`, `bank_loss` (after compensation), `partner_loss` (with it). Interest and
        loss each add up to the whole.

        >>> parts = JointLending(0.7, 0.3, 0.1).split(np.array([100.0]), np.array([50.0]))
        >>> {name: float(values[0].round(2)) for name, values in parts.items()}
        ... # doctest: +NORMALIZE_WHITESPACE
        {'bank_interest': 63.0, 'partner_interest': 37.0, 'compensation': 10.5,
         'bank_loss': 24.5, 'partner_loss': 25.5}
        """
        kept = self.bank_share * (1.0 - self.service_fee)
        compensation = loss * (self.bank_share * self.compensated)
        bank_loss = loss * self.bank_share - compensation
        return {
            "bank_interest": interest * kept,
            "partner_interest": interest * (1.0 - kept),
            "compensation": compensation,
            "bank_loss": bank_loss,
            "partner_loss": loss - bank_loss,
        }
