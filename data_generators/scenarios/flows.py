"""Parameters of fund flows: ordinary money of persons and businesses, and fraud in transfers."""

from dataclasses import dataclass

#: typologies of transfers whose shares add up to 1, in the order of their codes
OF_TRANSFERS = (
    "account_takeover", "app_scam", "mule_chain", "fan_in", "fan_out", "cycle", "bipartite",
    "stack", "random", "scatter_gather", "gather_scatter",
)  # fmt: skip


@dataclass(frozen=True)
class Flows:
    """Ordinary fund flows: events a month are means a customer, amounts are shares of income."""

    #: chance that the bank sees a transfer that it does not execute itself [W]
    observability: float = 0.6
    #: payments to merchants a month from the account; the small ones go by wallet (fitted: at
    #: some ten events a month in all, the share on one day is that of the figures)
    spending: float = 3.2
    #: log standard deviation of payments of one customer and month (assumed)
    spending_noise: float = 0.9
    #: power of merchants' popularity (assumed, Zipf)
    popularity: float = 0.9
    #: payments to people a month (assumed)
    to_people: float = 1.3
    #: payments to people, and from them, of a business a month (assumed)
    firms_to_people: float = 0.8
    #: people in a customer's circle, to whom most of them go (assumed)
    circle: int = 4
    #: cash withdrawals and deposits a month (assumed)
    withdrawals: float = 0.9
    deposits: float = 0.2
    #: share of cash amounts in hundreds of RMB [PKDD'99: 0.83]
    cash_round: float = 0.83
    #: share of transfers to people in hundreds of RMB (assumed)
    people_round: float = 0.55
    #: utility, phone and other bills a month (assumed)
    bills: float = 1.2
    #: share of persons who pay a rent by transfer; rent, share of income (assumed)
    renters: float = 0.35
    rent_share: float = 0.22
    #: share of persons with a salary; others are paid by several, in parts (assumed)
    salaried: float = 0.85
    #: share of persons who invest each month; share of income left at the month's end (assumed)
    investors: float = 0.12
    saved: float = 0.06
    #: share of payments to merchants that are given back, wholly or in part (assumed)
    refunds: float = 0.04
    #: branching ratio of bursts: payments set off by one, mean, to the second generation
    burst: float = 0.15
    #: days until they follow, mean of an exponential (assumed)
    burst_days: float = 0.3
    #: payments from customers and to suppliers of a business a month (assumed)
    sales: float = 5.0
    suppliers: float = 2.8
    #: share of the liquid buffer that stands on the account (assumed)
    on_account: float = 0.7
    #: share of instalment loans that are paid to the partner, not to the customer (assumed)
    to_partner: float = 0.70


@dataclass(frozen=True)
class TransferFraud:
    """Fraud in transfers: how much, of which typologies, how well hidden, how labels come."""

    #: share of transfers that belong to a case [ULB: 0.00172]
    rate: float = 0.0017
    #: shares of the cases' transfers by typology, adding up to 1 (assumed)
    account_takeover: float = 0.20
    app_scam: float = 0.20
    mule_chain: float = 0.16
    fan_in: float = 0.055
    fan_out: float = 0.055
    cycle: float = 0.055
    bipartite: float = 0.055
    stack: float = 0.055
    random: float = 0.055
    scatter_gather: float = 0.055
    gather_scatter: float = 0.055
    #: transfers of honest patterns that look like a typology, for each transfer of a case
    look_alikes: float = 3.0
    #: share of a case's traces that stay hidden: 0 easy, 0.5 medium, 0.8 hard
    camouflage: float = 0.5
    #: share of cases that are ever confirmed
    found: float = 0.5
    #: days until a transfer of a confirmed case is labelled, mean of a Gamma(2) (assumed)
    label_delay_days: float = 30.0
