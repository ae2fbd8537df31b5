"""The nine markets. Values that differ from the defaults are assumed where no source is named."""

from data_generators.scenarios.channel import Partners
from data_generators.scenarios.fraud import FraudMix
from data_generators.scenarios.lending import (
    CashEvents,
    Economics,
    JointLending,
    Need,
    Products,
    Repayment,
)
from data_generators.scenarios.people import Population
from data_generators.scenarios.scenario import Scenario

#: [D20]: leverage of rental platforms rose with loans paid out in one sum, without escrow
online_rental = Scenario(
    name="online_rental",
    title="Online rental: a revolving line that pays the monthly rent through a platform",
    need=Need(
        log_share=-1.25,
        log_noise=0.25,
        is_rent=True,
        tenors=(12,),
        tenor_shares=(1.0,),
        season=0.25,
    ),
    partners=Partners(kind="platform", leverage=0.60, feedback=0.20, disbursed_by_period=True),
    events=CashEvents(returned_as="lease_exit", returned=0.008),
    fraud=FraudMix.without("cash_out", "inflated_price", "purpose_misuse"),
)

#: training schools of 2021: about 20,000 RMB a ticket, up to 80% financed
online_education = Scenario(
    name="online_education",
    title="Online education: course fees in instalments, paid to the school in one sum",
    products=Products(instalment=1.0, revolving=0.0),
    need=Need(log_share=0.7, log_noise=0.45, tenors=(6, 12, 18), tenor_shares=(0.2, 0.5, 0.3),
              season=0.30, season_peak=7),
    repayment=Repayment(unwilling_intercept=-4.0, unwilling_willingness=-0.5),
    partners=Partners(kind="school", leverage=0.62, feedback=0.25),
    events=CashEvents(returned_as="cancellation", returned=0.015, returned_until=6),
    population=Population(log_income_mean=8.7, youngest=18.0, oldest=45.0),
    fraud=FraudMix.without("cash_out", "bust_out"),
)  # fmt: skip

travel = Scenario(
    name="travel",
    title="Travel: trips now, paid over months, with cancellations",
    products=Products(instalment=0.6, revolving=0.4),
    need=Need(log_share=0.05, log_noise=0.60, tenors=(3, 6, 12), tenor_shares=(0.4, 0.4, 0.2),
              season=0.40, season_peak=7),
    repayment=Repayment(unwilling_intercept=-3.9, unwilling_willingness=-0.45),
    partners=Partners(kind="agency", leverage=0.50, cooling_off_days=7),
    events=CashEvents(returned_as="cancellation", returned=0.03, returned_until=2,
                      returned_share=0.9, early_settlement=0.012),
    population=Population(log_income_mean=9.05),
    joint=JointLending(bank_share=0.7, guarantee=0.2, service_fee=0.10),
)  # fmt: skip

medical_beauty = Scenario(
    name="medical_beauty",
    title="Healthcare and medical beauty: treatments in instalments, prices that can be inflated",
    products=Products(instalment=0.9, revolving=0.1),
    need=Need(log_share=0.70, log_noise=0.55, tenors=(6, 12, 24), tenor_shares=(0.2, 0.5, 0.3)),
    repayment=Repayment(unwilling_intercept=-4.0, unwilling_willingness=-0.45),
    partners=Partners(kind="clinic", leverage=0.50, feedback=0.10),
    population=Population(log_income_mean=8.75, willingness_mean=-0.15, oldest=60.0),
)

lifestyle = Scenario(
    name="lifestyle",
    title="Lifestyle services: a small line for gyms, repairs, meals and memberships",
    need=Need(log_share=-1.0, log_noise=0.60, tenors=(3, 6), tenor_shares=(0.5, 0.5)),
    repayment=Repayment(log_demand=0.25, unwilling_intercept=-4.0, unwilling_willingness=-0.5,
                        unwilling_late=1.7),
    partners=Partners(kind="merchant", leverage=0.45),
    fraud=FraudMix.without("inflated_price"),
)  # fmt: skip

ecommerce = Scenario(
    name="ecommerce",
    title="E-commerce: a revolving line and short instalments at checkout",
    products=Products(instalment=0.35, revolving=0.65),
    need=Need(log_share=-1.3, log_noise=0.80, tenors=(3, 6, 12), tenor_shares=(0.5, 0.3, 0.2),
              season=0.30, season_peak=11),
    repayment=Repayment(log_demand=0.25, unwilling_intercept=-3.9, unwilling_willingness=-0.45,
                        unwilling_late=1.7),
    partners=Partners(kind="merchant", leverage=0.40, escrow=True, cooling_off_days=7),
    events=CashEvents(returned=0.03, returned_until=2, returned_share=0.9, early_settlement=0.012),
    joint=JointLending(bank_share=0.7, guarantee=0.3, service_fee=0.15),
)  # fmt: skip

#: secured on the car: a lower loss and a lower price
car_purchase = Scenario(
    name="car_purchase",
    title="Car purchase: long instalment loans secured on the car",
    products=Products(instalment=1.0, revolving=0.0),
    need=Need(log_share=1.6, log_noise=0.40, tenors=(24, 36, 48), tenor_shares=(0.3, 0.5, 0.2),
              season=0.15, season_peak=12),
    partners=Partners(kind="dealer", leverage=0.45),
    economics=Economics(apr=0.09, lgd=0.40),
    repayment=Repayment(unwilling_intercept=-5.3, unwilling_burden=0.3),
    population=Population(log_income_mean=9.1, youngest=22.0),
    events=CashEvents(returned=0.0005, returned_until=1, early_settlement=0.008),
    joint=JointLending(bank_share=0.8, guarantee=0.5, service_fee=0.10),
    fraud=FraudMix.without("bust_out"),
)  # fmt: skip

home_renovation = Scenario(
    name="home_renovation",
    title="Home renovation: loans paid out in stages as the work goes on",
    products=Products(instalment=1.0, revolving=0.0),
    need=Need(log_share=1.3, log_noise=0.45, tenors=(18, 24, 36), tenor_shares=(0.2, 0.4, 0.4),
              season=0.25, season_peak=4),
    partners=Partners(kind="builder", leverage=0.58, feedback=0.10, disbursed_by_period=True),
    economics=Economics(apr=0.12, lgd=0.65),
    repayment=Repayment(unwilling_intercept=-4.4, unwilling_willingness=-0.5,
                        unwilling_burden=0.3),
    population=Population(log_income_mean=9.1, youngest=24.0),
    fraud=FraudMix.without("bust_out"),
)  # fmt: skip

micro_business = Scenario(
    name="micro_business",
    title="Micro-business: working capital on a platform, drawn against receivables",
    products=Products(instalment=0.2, revolving=0.0, working_capital=0.8),
    need=Need(log_share=1.5, log_noise=0.50, tenors=(6, 12), tenor_shares=(0.5, 0.5)),
    population=Population(business_share=1.0, youngest=22.0),
    repayment=Repayment(unwilling_intercept=-6.0, unwilling_burden=0.5),
    economics=Economics(apr=0.16, lgd=0.70),
    partners=Partners(kind="platform", leverage=0.40),
    events=CashEvents(returned=0.0),
    fraud=FraudMix.without("cash_out", "inflated_price", "synthetic_identity"),
)

ALL = (
    online_rental,
    online_education,
    travel,
    medical_beauty,
    lifestyle,
    ecommerce,
    car_purchase,
    home_renovation,
    micro_business,
)
