"""What a loan costs its borrower, all in: the internal rate of return of the cash flows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]

#: how a loan is paid back: equal instalments, equal principal, or interest now and all at the end
Repayment = Literal["annuity", "equal_principal", "bullet"]
#: Newton steps at most; the start lies left of the root of a convex function, so it cannot diverge
_STEPS = 100


@dataclass(frozen=True)
class Fees:
    """What a borrower pays beside interest, whoever receives it.

    >>> Fees(upfront=-0.1)
    Traceback (most recent call last):
    sandbox.errors.BadInput: upfront is -0.1; a fee is a share of the principal from 0 to below 1.
    """

    #: kept back on the day of payout, share of the principal
    upfront: float = 0.0
    #: with every instalment (guarantee, insurance, membership), share of the first principal
    monthly: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("upfront", self.upfront), ("monthly", self.monthly)):
            if not 0 <= value < 1:
                raise BadInput(
                    f"{name} is {value:g}; a fee is a share of the principal from 0 to below 1."
                )


def apr_irr(paid_out: ArrayLike, payments: ArrayLike, *, compound: bool = False) -> Floats:
    """Yearly all-in cost of n loans: the rate at which the payments are worth what was paid out.

    `paid_out` (n or one, RMB, above 0) is what the borrower received, fees that were kept back
    already taken off; `payments` (n × T or T, RMB, 0 or more) is everything paid at the end of
    months 1 to T. The monthly rate is stated as twelve times itself, as lenders in China publish
    it, or compounded over the year (`compound`). BadInput for flows without a rate.

    Solved by Newton's method on the log of the present value, for all loans at once.

    >>> float(apr_irr(12_000, np.full(12, 1_100.0)).round(4))  # "10% a year flat"
    0.1797
    >>> float(apr_irr(1_000, [0.0] * 11 + [1_240.0], compound=True).round(6))
    0.24
    """
    received = np.asarray(paid_out, dtype=float)
    flows = np.asarray(payments, dtype=float)
    _check_flows(received, flows)
    shape = np.broadcast_shapes(received.shape, flows.shape[:-1])
    flows = np.broadcast_to(flows, (*shape, flows.shape[-1]))
    months = np.arange(1, flows.shape[-1] + 1)
    target = np.broadcast_to(np.log(received), shape)
    x = np.log(flows.sum(axis=-1)) - target
    x = np.where(x > 0, x / months[-1], x)
    for _ in range(_STEPS):
        weighed = flows * np.exp(-x[..., None] * months)
        worth = weighed.sum(axis=-1)
        step = (np.log(worth) - target) * worth / (weighed * months).sum(axis=-1)
        x = x + step
        if np.all(np.abs(step) < 1e-14 * (1 + np.abs(x))):
            break
    yearly: Floats = np.asarray(np.expm1(12 * x) if compound else 12 * np.expm1(x))
    return yearly


def payments(rate: ArrayLike, tenor: int, kind: Repayment, fees: Fees | None = None) -> Floats:
    """What is paid at the end of months 1 to `tenor` on a principal of 1 RMB; n × tenor.

    `rate` is nominal and yearly (n or one). Fees paid monthly are in it, upfront fees are not.

    >>> payments(0.12, 2, "bullet").round(2).tolist()
    [0.01, 1.01]
    """
    if tenor < 1:
        raise BadInput(f"tenor is {tenor}; a loan runs for at least 1 month.")
    monthly = np.asarray(rate, dtype=float)[..., None] / 12
    ones = np.ones(tenor)
    if kind == "annuity":
        safe = np.where(monthly > 0, monthly, 1.0)
        due = np.where(monthly > 0, safe / -np.expm1(-tenor * np.log1p(safe)), 1 / tenor) * ones
    elif kind == "equal_principal":
        due = 1 / tenor + monthly * (1 - np.arange(tenor) / tenor)
    else:
        due = monthly + (np.arange(1, tenor + 1) == tenor)
    result: Floats = due + (fees.monthly if fees is not None else 0.0)
    return result


def all_in_cost(
    rate: ArrayLike, tenor: int, kind: Repayment, fees: Fees, *, compound: bool = False
) -> Floats:
    """`apr_irr` of loans at a nominal yearly `rate` with fees; the same for any principal.

    >>> float(all_in_cost(0.18, 12, "annuity", Fees(upfront=0.03)).round(4))
    0.2391
    """
    return apr_irr(1 - fees.upfront, payments(rate, tenor, kind, fees), compound=compound)


def highest_rate(
    cap: float, tenor: int, kind: Repayment, fees: Fees, *, compound: bool = False
) -> float:
    """The largest nominal yearly rate whose all-in cost keeps `cap`; negative when fees alone pass.

    The present value of payments at the cap is linear in what is paid beside the fees, so the
    rate is itself that of a loan without fees.

    >>> rate = highest_rate(0.24, 12, "annuity", Fees(upfront=0.03))
    >>> round(rate, 4), round(float(all_in_cost(rate, 12, "annuity", Fees(upfront=0.03))), 4)
    (0.1809, 0.24)
    """
    monthly = np.expm1(np.log1p(cap) / 12) if compound else cap / 12
    discount = (1 + monthly) ** -np.arange(1.0, tenor + 1)
    room = (1 - fees.upfront) - fees.monthly * discount.sum()
    # Present value at the cap of the payments on 1 RMB at rates of 0 and of 1: an annuity's is
    # not linear in its rate, the others' are.
    if kind == "annuity":
        if room <= 0:
            return -1.0
        return float(apr_irr(1.0, np.full(tenor, room / discount.sum())))
    low, high = (float(payments(r, tenor, kind) @ discount) for r in (0.0, 1.0))
    return float((room - low) / (high - low))


def _check_flows(received: Floats, flows: Floats) -> None:
    if flows.ndim == 0 or flows.shape[-1] == 0:
        raise BadInput("payments must hold at least one month; give n × months in RMB.")
    if not np.all(np.isfinite(received) & (received > 0)):
        worst = received[~(np.isfinite(received) & (received > 0))].ravel()[0]
        raise BadInput(f"paid_out holds {worst:g}; a borrower receives more than 0 RMB.")
    bad = ~(np.isfinite(flows) & (flows >= 0))
    if bad.any():
        raise BadInput(f"payments hold {flows[bad][0]:g}; each is 0 RMB or more.")
    if not np.all(flows.sum(axis=-1) > 0):
        raise BadInput("A loan that nothing is paid on has no rate; leave it out.")
