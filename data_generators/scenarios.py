"""Scenarios: frozen descriptions of a market, every number with its unit and source.

Sources: [W] the project's structural model, tried on 60,000 customers before it was written
down; [A18] Agarwal et al. 2018 on the marginal propensity to borrow; [D20] reporting on the
rental platform Danke, 2020.
"""

import dataclasses
import difflib
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Self

from data_generators.errors import InvalidInput


@dataclass(frozen=True)
class Population:
    """Who applies: latent traits and what follows from them."""

    #: mean of log monthly income, log RMB [W]
    log_income_mean: float = 8.9
    #: loading of log income on ability [W]
    log_income_ability: float = 0.35
    #: standard deviation of log income given ability [W]
    log_income_noise: float = 0.30
    #: month-to-month volatility of income, log scale [W]
    income_volatility: float = 0.18
    #: living costs, share of permanent income [W]
    living_share: float = 0.50
    #: other lenders' debt service, share of income a lender [W]
    other_debt_share: float = 0.09
    #: correlation of willingness with ability [W]
    willingness_ability: float = 0.30
    #: log of mean number of other lenders for an average customer [W]
    log_lenders: float = -0.62
    #: log-odds of being a transactor (pays in full) for an average customer (assumed)
    transactor_intercept: float = -0.9
    #: slope of that log-odds in impatience (assumed)
    transactor_impatience: float = -1.2
    #: chance of losing the job, a month [W]
    job_loss_in: float = 0.008
    #: chance of finding one, a month [W]
    job_loss_out: float = 0.12
    #: income lost without a job, share [W]
    job_loss_depth: float = 0.65
    #: share of applicants who already are the bank's customers (assumed)
    own_customer_share: float = 0.55


@dataclass(frozen=True)
class Repayment:
    """The monthly step of a revolving line."""

    #: log demand for credit over income, for an average customer [W]
    log_demand: float = 0.35
    #: slope of log demand in impatience [W]
    demand_impatience: float = 0.90
    #: month-to-month volatility of demand, log scale [W]
    demand_volatility: float = 0.25
    #: share of the gap to the wanted balance drawn in a month [W]
    draw_speed: float = 0.30
    #: share of the undrawn line wanted once late (credit conversion factor) [W]
    ccf: float = 0.48
    #: minimum payment, share of balance [W]
    minimum_due: float = 0.10
    #: share of the liquid buffer that can be spent in a month [W]
    buffer_share: float = 0.50
    #: cash under this share of what is owed: nothing is paid [W]
    nothing_below: float = 0.30
    #: log-odds of not wanting to pay, average customer, not late (fitted; [W] -4.6)
    unwilling_intercept: float = -4.7
    #: slope in willingness [W]
    unwilling_willingness: float = -0.9
    #: slope in months late, up to three; 1.8 gives the roll rates practitioners see ([W] 1.0)
    unwilling_late: float = 1.8
    #: step when the balance is over three months' income [W]
    unwilling_burden: float = 1.5
    #: months late at which an account is in default (over 90 days past due)
    default_months_late: int = 4


@dataclass(frozen=True)
class Economics:
    """Price and cost of the product; rates are yearly shares, amounts RMB."""

    #: yearly rate charged on the balance; the all-in ceiling in China is 24%
    apr: float = 0.18
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
    #: loss given default, share of exposure (assumed, unsecured consumer)
    lgd: float = 0.75
    #: yearly rate at which profit is discounted (assumed)
    discount: float = 0.06


@dataclass(frozen=True)
class FraudMix:
    """How much fraud applies, and how it hides."""

    #: share of applications that are fraudulent, all typologies together [W: near 1.1%]
    rate: float = 0.011
    #: shares of the typologies within fraud; must add up to 1
    ring: float = 0.45
    identity_theft: float = 0.30
    never_pay: float = 0.25
    #: how much of a typology's trace is hidden: 0 easy, 0.5 medium, 0.8 hard
    camouflage: float = 0.5
    #: share of honest applicants who share a device (families, dormitories)
    honest_sharing: float = 0.12
    #: share of approved fraud that is ever confirmed [W]
    found: float = 0.70
    #: mean weeks from the first missed payment to confirmation, Gamma(2) [W]
    label_delay_weeks: float = 8.0


@dataclass(frozen=True)
class Incumbent:
    """The bank's policy so far, which wrote the log that models learn from."""

    #: standard deviation of the noise in the private signal of creditworthiness (assumed)
    signal_noise: float = 1.0
    #: share of applications decided at random over the limit grid [W]
    exploration: float = 0.10
    #: largest limit given at random, RMB: no bank explores with its largest (assumed)
    exploration_ceiling: float = 50_000.0


@dataclass(frozen=True)
class Scenario:
    """A market: its customers, product, price, fraud and incumbent; frozen.

    >>> online_rental.replace(economics=Economics(apr=0.15)).economics.apr
    0.15
    """

    name: str
    title: str
    #: monthly rent over monthly income: log mean and log standard deviation (assumed)
    log_rent_share: float = -1.25
    log_rent_noise: float = 0.25
    population: Population = field(default_factory=Population)
    repayment: Repayment = field(default_factory=Repayment)
    economics: Economics = field(default_factory=Economics)
    fraud: FraudMix = field(default_factory=FraudMix)
    incumbent: Incumbent = field(default_factory=Incumbent)
    #: limits that can be granted, RMB; 0 is a decline
    limit_grid: tuple[float, ...] = (0, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5)
    #: first day on which applications arrive
    start: str = "2025-01-01"

    def __post_init__(self) -> None:
        mix = self.fraud
        total = mix.ring + mix.identity_theft + mix.never_pay
        if abs(total - 1) > 1e-9:
            raise InvalidInput(f"The fraud typologies' shares add up to {total:.3g}, not to 1.")
        if not 0 <= mix.rate < 1:
            raise InvalidInput(f"fraud.rate is {mix.rate!r}; it is a share from 0 up to 1.")
        if list(self.limit_grid) != sorted(set(self.limit_grid)) or self.limit_grid[0] != 0:
            raise InvalidInput("limit_grid must start at 0 and rise.")

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; an unknown field is named."""
        known = [f.name for f in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                raise InvalidInput(f"A scenario has no field {name!r}; it has {', '.join(known)}.")
        return dataclasses.replace(self, **changes)

    @property
    def digest(self) -> str:
        """Hex digest of every field."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{section}</td><td>{name}</td><td>{value}</td></tr>"
            for section, values in dataclasses.asdict(self).items()
            if isinstance(values, dict)
            for name, value in values.items()
        )
        return f"<b>{self.title}</b><table><tbody>{rows}</tbody></table>"


online_rental = Scenario(
    name="online_rental",
    title="Online rental: a revolving line that pays the monthly rent through a platform",
)

_ALL = (online_rental,)


def catalogue() -> dict[str, str]:
    """Every scenario's name with one line on it.

    >>> list(catalogue())
    ['online_rental']
    """
    return {scenario.name: scenario.title for scenario in _ALL}


def by_name(name: str) -> Scenario:
    """The scenario of that name; InvalidInput with the nearest names otherwise."""
    for scenario in _ALL:
        if scenario.name == name:
            return scenario
    near = difflib.get_close_matches(name, catalogue(), n=3, cutoff=0.3) or list(catalogue())
    verb = "is" if len(near) == 1 else "are"
    raise InvalidInput(f"There is no scenario {name!r}; the nearest {verb} {', '.join(near)}.")
