"""Truth tables: what no bank sees; reached by `World.truth` alone."""

from data_generators.schema.table import Column, Table, columns_of

_ID = Column("customer_id", "int64", "", "customer, counted from 0", "truth")

TRAITS = Table(
    "traits",
    "truth",
    "latent traits of every customer, in customer order",
    (
        *columns_of(
            "float64",
            [
                ("ability", "", "ability to repay, standard normal", "truth"),
                ("willingness", "", "willingness to repay, standard normal", "truth"),
                ("impatience", "", "drives the demand for credit", "truth"),
                ("income", "RMB a month", "permanent income, of a business's owner too", "truth"),
                ("volatility", "", "month-to-month volatility of income, log scale", "truth"),
                ("buffer", "RMB", "liquid buffer", "truth"),
                ("demand", "RMB", "demand for credit before noise", "truth"),
            ],
        ),
        Column("n_lenders", "int64", "count", "other lenders", "truth"),
        Column("other_debt", "float64", "RMB a month", "debt service elsewhere", "truth"),
        Column("transactor", "bool", "", "pays in full each month", "truth"),
        Column("business", "bool", "", "a micro-business, not a person", "truth"),
        *columns_of(
            "float64",
            [
                ("turnover", "RMB a month", "mean turnover of a business", "truth"),
                ("need", "RMB", "price of what is bought", "truth"),
            ],
        ),
        Column("product", "str", "", "instalment, revolving or working_capital", "truth"),
        Column("tenor", "int64", "months", "term of an instalment loan", "truth"),
        Column("partner", "int64", "", "partner, position in its block", "truth"),
        *columns_of(
            "float64",
            [
                ("arrival_day", "days", "application, since the scenario's first day", "truth"),
                ("recovery", "share", "of the exposure recovered after a default", "truth"),
            ],
        ),
        Column("market", "str", "", "scenario the customer comes from", "truth"),
    ),
)

PARTNER_TRUTH = Table(
    "partner_truth",
    "truth",
    "partners as they are, and what becomes of them under the incumbent's decisions",
    (
        Column("partner_id", "int64", "", "partner", "truth"),
        *columns_of(
            "float64",
            [
                ("leverage", "share", "liabilities over assets", "truth"),
                ("leverage_financed", "share", "the same with the bank's financing", "truth"),
                ("quality", "share", "quality of the service", "truth"),
                ("collapse_day", "days", "day of the collapse, NaN if none", "truth"),
                ("successor_collapse_day", "days", "the same of the successor", "truth"),
                ("shock", "log-odds", "fall of its customers' willingness then", "truth"),
            ],
        ),
    ),
)

LIFE_EVENTS = Table(
    "life_events",
    "truth",
    "first life event of each kind in the months on book",
    (
        _ID,
        Column("mob", "int16", "months", "months on book", "truth"),
        Column("kind", "str", "", "marriage, child, illness, move or new_job", "truth"),
    ),
)

FRAUD_CASES = Table(
    "fraud_cases",
    "truth",
    "fraud by application and by account, a row a case, in customer order",
    (
        _ID,
        Column("typology", "str", "", "a name of `typologies`", "truth"),
        Column("denominator", "str", "", "applications or accounts", "truth"),
        Column("ring_id", "int64", "", "ring, unique in the world; -1 outside of rings", "truth"),
        Column("strategy", "str", "", "of the ring: applications per device/camouflage", "truth"),
        Column(
            "stops_month",
            "float64",
            "months",
            "month on book after which nothing is paid, from 0; NaN for one who pays like anybody",
            "truth",
        ),
    ),
)

LOSSES = Table(
    "losses",
    "truth",
    "why each default happened under the incumbent's decisions, a row a default",
    (
        _ID,
        Column("default_month", "float64", "months", "month on book of the default", "truth"),
        Column("ead", "float64", "RMB", "balance on default", "truth"),
        Column(
            "cause",
            "str",
            "",
            "a typology; partner_collapse, job_loss, cash or willingness: what "
            "weighed most in the month of the first miss",
            "truth",
        ),
        Column("fraud", "bool", "", "never meant to be repaid", "truth"),
    ),
)

HUBS = Table(
    "hubs",
    "truth",
    "legitimate reasons to share: a row a customer and hub that the application shows",
    (
        _ID,
        Column("kind", "str", "", "family, dormitory, friends or terminal", "truth"),
        Column("hub_id", "int64", "", "number of the hub in the world", "truth"),
    ),
)

TRUTH = (TRAITS, PARTNER_TRUTH, LIFE_EVENTS, HUBS, FRAUD_CASES, LOSSES)
