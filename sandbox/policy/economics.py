"""Expected profit of every limit: what interest earns, less funding, capital, work and loss."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.policy.joint_lending import JointLending

Floats = NDArray[np.float64]

#: customers worked on at a time: a block's tables stay in the processor's cache
_BLOCK = 8_192


class CostTerms(Protocol):
    """Price and cost as a world's scenario states them: its `economics` section."""

    @property
    def apr(self) -> float: ...  # noqa: D102
    @property
    def cof(self) -> float: ...  # noqa: D102
    @property
    def capital_cost(self) -> float: ...  # noqa: D102
    @property
    def undrawn_capital_cost(self) -> float: ...  # noqa: D102
    @property
    def servicing(self) -> float: ...  # noqa: D102
    @property
    def collection(self) -> float: ...  # noqa: D102
    @property
    def lgd(self) -> float: ...  # noqa: D102
    @property
    def recovery_speed(self) -> float: ...  # noqa: D102
    @property
    def discount(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class Economics:
    """What a bank assumes of price and cost; rates are yearly shares, amounts RMB.

    >>> Economics(lgd=1.2)
    Traceback (most recent call last):
    sandbox.errors.BadInput: lgd is 1.2; it must lie from 0 to 1.
    """

    #: yearly rate charged on the balance [W]
    apr: float = 0.18
    #: cost of funds [W]
    cof: float = 0.030
    #: capital held, share of risk-weighted exposure [W]: 10.5%
    capital_ratio: float = 0.105
    #: yearly cost of that capital [W]: 10%
    hurdle: float = 0.10
    #: share of the undrawn line that counts as exposure for capital [W]: 10%
    undrawn_weight: float = 0.10
    #: servicing, RMB a month and open account [W]
    servicing: float = 2.0
    #: collection, RMB a month and late account [W]
    collection: float = 25.0
    #: loss given default, share of exposure, not discounted [W]
    lgd: float = 0.75
    #: share of what will be recovered that comes in each month after default [W]
    recovery_speed: float = 0.10
    #: yearly rate at which profit is discounted [W]
    discount: float = 0.06
    #: share of the undrawn line that is drawn on the way to default [W]; used where a model
    #: gives no exposure at default
    ccf: float = 0.48
    #: horizon of the profit, of pd and of utilisation, months
    months: int = 12
    #: months late at which an account is in default [W]: over 90 days
    default_months_late: int = 4
    #: share of months in which an account that will not default is late (assumed: a roll
    #: M0 to M1 of 1.7% [W], and most cure in the month after)
    late_share: float = 0.02

    def __post_init__(self) -> None:
        for each in fields(self):
            value, most = getattr(self, each.name), 1.0
            if each.name in ("servicing", "collection"):
                most = 1e6
            if each.name in ("months", "default_months_late"):
                most = 600.0
            if not 0 <= value <= most:
                raise BadInput(f"{each.name} is {value:g}; it must lie from 0 to {most:g}.")
        if self.months < self.default_months_late:
            raise BadInput(
                f"months is {self.months}; nobody can be in default before month "
                f"{self.default_months_late}: give a longer horizon."
            )

    @classmethod
    def from_terms(cls, terms: CostTerms, months: int, hurdle: float = 0.10) -> "Economics":
        """The costs of a scenario (its `economics` section), over a world's months.

        A scenario states what capital costs; at `hurdle` a year that is so much capital.
        """
        undrawn = terms.undrawn_capital_cost / terms.capital_cost if terms.capital_cost else 0.0
        return cls(
            apr=terms.apr,
            cof=terms.cof,
            capital_ratio=terms.capital_cost / hurdle,
            hurdle=hurdle,
            undrawn_weight=undrawn,
            servicing=terms.servicing,
            collection=terms.collection,
            lgd=terms.lgd,
            recovery_speed=terms.recovery_speed,
            discount=terms.discount,
            months=months,
        )

    @property
    def present_lgd(self) -> float:
        """Loss given default with recoveries at their value on the day of default.

        >>> round(Economics().present_lgd, 4)
        0.7616
        """
        monthly = (1.0 + self.discount) ** (-1.0 / 12.0)
        outstanding = 1.0 - (1.0 - self.recovery_speed) * monthly
        recovered = self.recovery_speed * monthly / outstanding if outstanding > 0 else 1.0
        return 1.0 - recovered * (1.0 - self.lgd)


@dataclass(frozen=True)
class ProfitParts:
    """Expected, discounted parts of the bank's profit, n × K each, RMB; costs are positive."""

    #: the bank's share of interest, before the service fee
    interest: Floats
    #: paid out of it to the partner
    service_fee: Floats
    funding: Floats
    #: the hurdle on capital for what is drawn and undrawn
    capital: Floats
    servicing: Floats
    collection: Floats
    #: the bank's share of the loss, recoveries taken off, before compensation
    loss: Floats
    #: paid by the partner (代偿)
    compensation: Floats
    #: borne by the partner, all told: its own share of the loss and the compensation
    partner_loss: Floats
    #: capital held times discounted years, RMB-years
    capital_held: Floats

    @property
    def profit(self) -> Floats:
        """What is left of it for the bank."""
        earned = self.interest - self.service_fee + self.compensation
        spent = self.funding + self.capital + self.servicing + self.collection + self.loss
        return earned - spent

    @property
    def raroc(self) -> Floats:
        """Profit before the cost of capital over capital held, a year; NaN where none is held."""
        with np.errstate(divide="ignore", invalid="ignore"):
            yearly: Floats = (self.profit + self.capital) / self.capital_held
        return np.where(self.capital_held > 0, yearly, np.nan)


@dataclass(frozen=True)
class Behaviour:
    """What a model expects of n customers at K limits; every table n × K."""

    #: RMB, K, rising
    limits: Floats
    #: probability of default within the horizon
    pd: Floats
    #: mean balance over limit while the account is open; above 1 where interest is capitalised
    utilisation: Floats
    #: exposure at default, RMB; None: from utilisation and the credit conversion factor
    ead: Floats | None = None
    #: probability that the offer is taken; None: it is
    take_up: Floats | None = None

    def rows(self, part: slice) -> "Behaviour":
        """Some of the customers."""
        ead = None if self.ead is None else self.ead[part]
        taken = None if self.take_up is None else self.take_up[part]
        return Behaviour(self.limits, self.pd[part], self.utilisation[part], ead, taken)


@dataclass(frozen=True)
class ExpectedProfit:
    """Expected profit of customers and limits, by the world's formula for a month, summed up.

    A month earns interest on its opening balance and pays for funding and capital on its closing
    balance, for servicing, for collection while late, and at default for the exposure less
    recoveries. Expectations replace the months: balances stay at their mean, and defaults are
    spread evenly over the months in which they can come. See WORLD.md, "profit".

    >>> one = Behaviour(np.array([1e4]), np.array([[0.05]]), np.array([[0.5]]))
    >>> ExpectedProfit().of(one).round(0).tolist()
    [[283.0]]
    """

    economics: Economics = field(default_factory=Economics)
    joint: JointLending = field(default_factory=JointLending)

    def of(
        self,
        behaviour: Behaviour,
        price: ArrayLike | None = None,
        tenor: ArrayLike = 0,
        *,
        workers: int = 1,
    ) -> Floats:
        """Discounted profit to the bank, n × K, RMB.

        `price` is the yearly rate (one or n; None: the bank's), `tenor` the months of an
        instalment loan, 0 for a line (one or n). Worked out a block of customers at a time, by
        `workers` threads.
        """
        n, k = behaviour.pd.shape
        price = np.broadcast_to(self.economics.apr if price is None else price, (n,))
        tenor = np.broadcast_to(tenor, (n,))
        profit = np.empty((n, k))

        def fill(start: int) -> None:
            part = slice(start, start + _BLOCK)
            found = self.parts(behaviour.rows(part), price[part], tenor[part])
            profit[part] = found.profit

        if workers == 1:
            for start in range(0, n, _BLOCK):
                fill(start)
            return profit
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(fill, range(0, n, _BLOCK)))
        return profit

    def capital(self, behaviour: Behaviour, tenor: ArrayLike = 0) -> Floats:
        """Capital held for an open account, n × K, RMB: for what is drawn, and a line's rest."""
        e = self.economics
        is_line = np.broadcast_to(np.asarray(tenor) <= 0, (len(behaviour.pd),))[:, None]
        held = behaviour.limits * behaviour.utilisation
        held += (e.undrawn_weight * is_line) * np.maximum(behaviour.limits - held, 0.0)
        held *= self.joint.bank_share * e.capital_ratio
        return held

    def parts(
        self, behaviour: Behaviour, price: ArrayLike | None = None, tenor: ArrayLike = 0
    ) -> ProfitParts:
        """The same, part by part; holds ten tables of n × K."""
        e, joint = self.economics, self.joint
        n = len(behaviour.pd)
        rate = np.broadcast_to(np.asarray(e.apr if price is None else price, float), (n,))[:, None]
        time = _Time.of(e, np.broadcast_to(np.asarray(tenor, dtype=float), (n,))[:, None])
        limits, pd = behaviour.limits, behaviour.pd
        open_ = _mixed(time.paying, time.defaulting, pd)
        balance = limits * behaviour.utilisation
        drawn = balance * open_
        unused = np.maximum(limits - balance, 0.0) * np.where(time.is_line, open_, 0.0)
        taken = np.where(limits > 0, 1.0, 0.0)
        if behaviour.take_up is not None:
            taken = taken * behaviour.take_up
        whole = {
            "interest": balance * (rate / 12) * _mixed(time.earning, time.earning_default, pd),
            "loss": pd * self._ead(behaviour, balance) * (e.present_lgd * time.at_default),
        }
        share = joint.bank_share * taken
        split = joint.split(whole["interest"] * taken, whole["loss"] * taken)
        held = share * e.capital_ratio * (drawn + e.undrawn_weight * unused) / 12
        late = e.late_share * (1 - pd) * time.paying + pd * time.late
        interest, loss = share * whole["interest"], share * whole["loss"]
        return ProfitParts(
            interest=interest,
            service_fee=interest * joint.service_fee,
            funding=share * drawn * (e.cof / 12),
            capital=held * e.hurdle,
            servicing=taken * open_ * e.servicing,
            collection=taken * late * e.collection,
            loss=loss,
            compensation=split["compensation"],
            partner_loss=split["partner_loss"],
            capital_held=held,
        )

    def ead(self, behaviour: Behaviour) -> Floats:
        """Exposure at default, n × K, RMB: the model's, or by the credit conversion factor."""
        return self._ead(behaviour, behaviour.limits * behaviour.utilisation)

    def _ead(self, behaviour: Behaviour, balance: Floats) -> Floats:
        if behaviour.ead is not None:
            return behaviour.ead
        return balance + self.economics.ccf * np.maximum(behaviour.limits - balance, 0.0)


@dataclass(frozen=True)
class _Time:
    """Discounted months (n × 1) of those who pay and of those who default."""

    is_line: NDArray[np.bool_]
    #: months open
    paying: Floats
    defaulting: Floats
    #: months of interest on a mean balance
    earning: Floats
    earning_default: Floats
    #: discount factor of the month of default
    at_default: Floats
    #: months late before default
    late: Floats

    @classmethod
    def of(cls, e: Economics, tenor: Floats) -> "_Time":
        v = (1.0 + e.discount) ** (-1.0 / 12.0)
        is_line = tenor <= 0
        # A loan is drawn in its month 0 and paid back in the `tenor` months after.
        months = np.where(is_line, e.months, np.minimum(e.months, tenor + 1))
        first = np.minimum(e.default_months_late, months)
        default = (first + months) / 2
        # What is owed at the end of the horizon earns no interest within it; a line's balance
        # stays at its mean, a loan's falls to 0 over its term.
        owed = np.clip(1 - (months - 1) / np.maximum(tenor, 1), 0.0, 1.0)
        last = np.where(is_line, 1.0, 2 * owed / (1 + owed))
        paying = _annuity(v, months)
        return cls(
            is_line=is_line,
            paying=paying,
            # In the month of default the balance is written off before costs are counted.
            defaulting=_annuity(v, default - 1),
            earning=v * (paying - last * v**months),
            earning_default=v * _annuity(v, default - 1),
            at_default=v**default,
            late=_annuity(v, default - 1) - _annuity(v, default - first),
        )


def _annuity(v: float, months: Floats) -> Floats:
    """Present value of 1 a month, at the end of months 1 to `months`."""
    if v == 1.0:
        return np.asarray(months, dtype=float)
    value: Floats = v * (1 - v**months) / (1 - v)
    return value


def _mixed(paying: Floats, defaulting: Floats, pd: Floats) -> Floats:
    mixed: Floats = paying + pd * (defaulting - paying)
    return mixed
