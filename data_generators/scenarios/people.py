"""Parameters of who applies: persons, micro-businesses, and what befalls them.

Sources in the three files of parameters: [W] the project's structural model, tried on 60,000
customers before it was written down; [A18] Agarwal et al. 2018 on the marginal propensity to
borrow; [D20] reporting on the rental platform Danke, 2020; [GMSC] GiveMeSomeCredit; (assumed)
where nothing was published; (fitted) where the value was moved until a figure was met.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Population:
    """Who applies: latent traits and what follows from them."""

    #: share of applicants that are micro-businesses, not persons
    business_share: float = 0.0
    #: mean of log monthly income, log RMB [W]
    log_income_mean: float = 8.9
    #: loading of log income on ability [W]
    log_income_ability: float = 0.35
    #: standard deviation of log income given ability [W]
    log_income_noise: float = 0.30
    #: month-to-month volatility of income of the median customer, log scale [W]
    income_volatility: float = 0.18
    #: spread of that volatility between customers, log scale (assumed)
    volatility_noise: float = 0.30
    #: living costs, share of permanent income [W]
    living_share: float = 0.50
    #: other lenders' debt service, share of income a lender [W]
    other_debt_share: float = 0.09
    #: correlation of willingness with ability [W]
    willingness_ability: float = 0.30
    #: shift of mean willingness, standard deviations; a scenario's selection (assumed)
    willingness_mean: float = 0.0
    #: impatience: loadings on ability and willingness, and noise; with them the marginal
    #: propensity to borrow runs from 0.6 in the weakest tenth to near 0 (fitted to [A18])
    impatience_ability: float = -0.40
    impatience_willingness: float = -0.50
    impatience_noise: float = 0.60
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
    #: youngest and oldest applicant, years
    youngest: float = 19.0
    oldest: float = 76.0
    #: loading of standardised age on ability and on willingness (fitted: default falls with age,
    #: about five-fold from 25 or under to over 70 [GMSC], and age ranks willingness by 0.4 only)
    age_ability: float = 0.25
    age_willingness: float = 0.33
    #: power of the age distribution: above 1 leans to the young (assumed)
    age_power: float = 1.9


@dataclass(frozen=True)
class LifeEvents:
    """What shifts income, costs and need: chance a year, and effect."""

    #: marriage: chance a year; income of the household, factor (assumed)
    marriage: float = 0.040
    marriage_income: float = 1.10
    #: a child: chance a year; living costs, share of income added (assumed)
    child: float = 0.035
    child_costs: float = 0.06
    #: illness: chance a year; one-off cost, months of income; income factor in that month
    illness: float = 0.045
    illness_costs: float = 1.5
    illness_income: float = 0.6
    #: a move: chance a year; one-off cost, months of income (assumed)
    move: float = 0.12
    move_costs: float = 0.4
    #: a new job: chance a year; income, factor (assumed)
    new_job: float = 0.10
    new_job_income: float = 1.08


@dataclass(frozen=True)
class Business:
    """A micro-business: turnover with season and receivables, and a cash buffer.

    It defaults when its buffer is exhausted; loans and their service pass through the buffer.
    """

    #: mean of log monthly turnover, log RMB (assumed: about 40,000)
    log_turnover_mean: float = 10.6
    #: standard deviation of log turnover between businesses (assumed)
    log_turnover_noise: float = 0.6
    #: month-to-month volatility of turnover, log scale, and its persistence (assumed)
    turnover_volatility: float = 0.35
    turnover_persistence: float = 0.75
    #: seasonal swing of turnover, share, and calendar month of its peak, 1 to 12 (assumed)
    season: float = 0.25
    season_peak: int = 11
    #: share of turnover that is paid a month later (assumed)
    receivable_share: float = 0.55
    #: margin before fixed costs, share of turnover; fixed costs, share of mean turnover
    margin: float = 0.30
    fixed_costs: float = 0.20
    #: slope of the margin in ability (assumed)
    margin_ability: float = 0.025
    #: cash buffer, months of mean turnover, median business (assumed)
    buffer_months: float = 1.0
    #: share of what is drawn that buys stock and equipment instead of staying at hand (assumed)
    invested: float = 0.6
    #: share of the owner's income that can go to a loan when the business has no cash (assumed)
    pocket: float = 0.5
    #: surplus above this many times the first buffer is taken out by the owner (assumed)
    buffer_cap: float = 2.0
