"""Parameters of what is lent: products, repayment, price and cost, cash events, joint lending."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Products:
    """Which product a customer is offered: shares that add up to 1."""

    #: an instalment loan over the need
    instalment: float = 0.0
    #: a revolving line
    revolving: float = 1.0
    #: a line against receivables, for micro-businesses
    working_capital: float = 0.0


@dataclass(frozen=True)
class Need:
    """What is bought with the loan, and when customers apply for it."""

    #: ticket over monthly income: log of its median, and log standard deviation (assumed)
    log_share: float = 0.9
    log_noise: float = 0.45
    #: the ticket is a month's rent, as in online rental
    is_rent: bool = False
    #: smallest ticket, RMB
    least: float = 300.0
    #: terms that instalment loans are offered for, months
    tenors: tuple[int, ...] = (6, 12)
    #: shares of those terms; as many, adding up to 1
    tenor_shares: tuple[float, ...] = (0.4, 0.6)
    #: seasonal swing of applications, share, and calendar month of its peak, 1 to 12
    season: float = 0.0
    season_peak: int = 9


@dataclass(frozen=True)
class Repayment:
    """The monthly step: what is drawn, what is due, who cannot and who will not pay."""

    #: log demand for credit over income, for an average customer [W]
    log_demand: float = 0.35
    #: slope of log demand in impatience [W]
    demand_impatience: float = 0.90
    #: month-to-month volatility of demand, log scale (fitted; [W] 0.25)
    demand_volatility: float = 0.40
    #: share of the gap to the wanted balance drawn in a month (fitted to [A18]; [W] 0.3)
    draw_speed: float = 0.45
    #: share of the undrawn line wanted once late (credit conversion factor) [W]
    ccf: float = 0.48
    #: minimum payment, share of balance [W]
    minimum_due: float = 0.10
    #: share of the liquid buffer that can be spent in a month [W]
    buffer_share: float = 0.50
    #: cash under this share of what is owed: nothing is paid [W]
    nothing_below: float = 0.30
    #: log-odds of not wanting to pay, average customer, not late (fitted; [W] -4.6)
    unwilling_intercept: float = -4.1
    #: slope in willingness; with -0.9 [W] the truth's AUC is above 0.87: destiny (fitted)
    unwilling_willingness: float = -0.65
    #: slope in months late, up to three; 1.6 gives the roll rates practitioners see ([W] 1.0)
    unwilling_late: float = 1.6
    #: step when the balance is over three months' income [W]
    unwilling_burden: float = 1.5
    #: slope in poor service of the partner, a year of term (assumed)
    unwilling_service: float = 0.5
    #: relief while a promise to pay is fresh, log-odds (assumed)
    promise_relief: float = 0.5
    #: working capital: share of receivables that can be drawn (assumed)
    advance_rate: float = 0.8
    #: months late at which an account is in default (over 90 days past due)
    default_months_late: int = 4


@dataclass(frozen=True)
class Economics:
    """Price and cost of the product; rates are yearly shares, amounts RMB."""

    #: yearly rate charged on the balance; the all-in ceiling in China is 24%
    apr: float = 0.18
    #: penalty rate on what is overdue, share of the rate, on top of it
    penalty: float = 0.5
    #: cost of funds, yearly (assumed)
    cof: float = 0.030
    #: capital held, share of drawn exposure, times its yearly cost (10.5% at 10%)
    capital_cost: float = 0.0105
    #: the same on the undrawn line (credit conversion factor 10%)
    undrawn_capital_cost: float = 0.00105
    #: servicing, RMB a month and open account (assumed)
    servicing: float = 2.0
    #: collection, RMB a month and late account (assumed)
    collection: float = 25.0
    #: mean loss given default, share of exposure (assumed, unsecured consumer); it is bimodal
    lgd: float = 0.75
    #: share of what will be recovered that comes in each month after default (assumed)
    recovery_speed: float = 0.10
    #: yearly rate at which profit is discounted (assumed)
    discount: float = 0.06

    @property
    def recovery_value(self) -> float:
        """Present value, on the day of default, of a RMB that will be recovered.

        A share `recovery_speed` of what is outstanding of it comes in each month.

        >>> round(Economics(recovery_speed=0.1, discount=0.06).recovery_value, 3)
        0.954
        """
        monthly = (1.0 + self.discount) ** (-1.0 / 12.0)
        outstanding = 1.0 - (1.0 - self.recovery_speed) * monthly
        return float(self.recovery_speed * monthly / (outstanding or 1.0))


@dataclass(frozen=True)
class TakeUp:
    """Who takes an offer: the answer to price, and the selection in it."""

    #: log-odds of taking an offer at the scenario's own price (assumed)
    at_own_price: float = 3.5
    #: fall in log-odds for each 10 points of yearly rate, average customer (assumed)
    price_slope: float = 1.2
    #: log factor on that slope for each standard deviation of strength: the strong walk away
    #: first (fitted: 10 points of rate add about 1 point of charge-off, RCT in China [W])
    selection: float = 1.0


@dataclass(frozen=True)
class CashEvents:
    """Events besides paying and not paying: chance a month in which each can happen."""

    #: early settlement of the whole balance, if the customer has the cash
    early_settlement: float = 0.006
    #: return of what was bought: refund, lease exit or cancellation
    returned: float = 0.004
    #: the name of that event in this market: refund, lease_exit or cancellation
    returned_as: str = "refund"
    #: share of the balance that the partner pays back then
    returned_share: float = 0.8
    #: months on book up to which something can be returned
    returned_until: int = 12
    #: a month without a due, granted to those who are short of cash
    extension: float = 0.15
    #: fee for it, share of the due
    extension_fee: float = 0.02
    #: arrears two or three months old are added to the balance, and the clock starts again
    restructuring: float = 0.03
    #: a late customer promises to pay, and is a little likelier to
    promise: float = 0.25


@dataclass(frozen=True)
class JointLending:
    """A loan funded together with the platform's lender."""

    #: share of each loan that the bank funds; 1 is no joint lending
    bank_share: float = 1.0
    #: share of the bank's loss that the partner compensates, while it stands
    guarantee: float = 0.0
    #: share of the bank's interest that goes to the partner for its service
    service_fee: float = 0.0
