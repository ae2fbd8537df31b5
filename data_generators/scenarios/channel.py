"""Parameters of how customers come and what is seen of them: partners, sources, policy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Partners:
    """Platforms, merchants, schools or clinics that bring customers, and may collapse."""

    #: what they are: platform, school, agency, clinic, merchant, dealer, builder
    kind: str = "merchant"
    #: how many serve a block of 16,384 customers; the largest serves most
    a_block: int = 24
    #: mean leverage, share of liabilities in assets (assumed), and its spread
    leverage: float = 0.45
    leverage_noise: float = 0.15
    #: monthly log-odds of collapse at no leverage, and slope in leverage (assumed)
    collapse_intercept: float = -10.4
    collapse_leverage: float = 6.0
    #: fall of its customers' willingness on collapse, log-odds, from and to [W]
    shock_low: float = 1.5
    shock_high: float = 3.0
    #: leverage that full financing by the bank adds; 0 switches the feedback off [D20]
    feedback: float = 0.0
    #: money is held until the service is rendered: a collapse shocks nobody
    escrow: bool = False
    #: the loan is paid out by period, not in one sum
    disbursed_by_period: bool = False
    #: days in which a purchase can be returned in full, of the first month
    cooling_off_days: int = 0


@dataclass(frozen=True)
class Coverage:
    """How much of each source there is, how late, and how far it can be trusted."""

    #: share of thin bureau files: own customers, and customers of other banks (assumed)
    thin_file_own: float = 0.05
    thin_file_other: float = 0.18
    #: share of loans elsewhere that the bureau does not report (assumed)
    bureau_unreported: float = 0.20
    #: mean age of a bureau report, days; what came later is not in it (assumed)
    bureau_lag_days: float = 20.0
    #: days until an enforcement record can be seen (assumed)
    court_lag_days: float = 30.0
    #: share of persons without social insurance on record, and share of the insured without a
    #: housing fund (assumed)
    no_insurance: float = 0.22
    no_fund: float = 0.30
    #: share of businesses without a tax record (assumed)
    no_tax_record: float = 0.10
    #: turnover that a business invoices, share, median (assumed)
    invoiced_share: float = 0.80
    #: share of applicants without e-commerce data, and without social data (assumed)
    no_shop: float = 0.10
    no_social: float = 0.05
    #: share of applications at which a source failed to answer in time, each source (assumed)
    outage: float = 0.01
    #: quality of the service, 0 to 1, under which a partner is a poor one (assumed: a quarter)
    poor_quality: float = 0.5
    #: share of applications whose data the partner tampered with, at poor partners (assumed)
    tampering: float = 0.04
    #: factor by which tampered orders are inflated, mean (assumed)
    inflation: float = 2.5
    #: mean number of addresses that are invented then (assumed)
    invented_addresses: float = 1.5
    #: yearly drift of the e-commerce source: orders grow while nobody is richer (assumed)
    shop_drift: float = 0.10


@dataclass(frozen=True)
class Incumbent:
    """The bank's policy so far, which wrote the log that models learn from."""

    #: standard deviation of the noise in the private signal of creditworthiness (assumed)
    signal_noise: float = 1.0
    #: share of applications decided at random over the limit grid [W]
    exploration: float = 0.10
    #: largest limit given at random, RMB: no bank explores with its largest (assumed)
    exploration_ceiling: float = 50_000.0
