"""Observed tables: what the bank sees, and when."""

from data_generators.schema.table import Column, Table, columns_of

_ID = Column("customer_id", "int64", "", "customer, counted from 0", "bank")
_MOB = Column("mob", "int16", "months", "months on book", "bank")
_TIMES = columns_of(
    "float64",
    [
        ("event_time", "days", "when it happened, since the scenario's first day", "bank"),
        ("known_at", "days", "when the bank could know it", "bank"),
    ],
)

APPLICATIONS = Table(
    "applications",
    "observed",
    "one application a customer, with the profile as of then",
    (
        _ID,
        *_TIMES,
        Column("partner_id", "int64", "", "partner that brought the customer", "bank"),
        Column("product", "category", "", "instalment, revolving or working_capital", "applicant"),
        Column("tenor_months", "float64", "months", "term asked for, NaN for a line", "applicant"),
        *columns_of(
            "float64",
            [
                ("age", "years", "age", "applicant"),
                ("employment_months", "months", "with the employer, or in business", "applicant"),
                ("declared_income", "RMB a month", "income the applicant declares", "applicant"),
                ("declared_turnover", "RMB a month", "turnover a business declares", "applicant"),
                ("rent_monthly", "RMB a month", "rent, 0 for home owners", "applicant"),
                ("bank_tenure_months", "months", "months as a customer, 0 for others", "bank"),
                ("bank_inflow", "RMB a month", "income or turnover coming in, own only", "bank"),
                ("bank_savings", "RMB", "balance of savings, own customers", "bank"),
                ("bureau_lenders", "count", "other lenders reporting", "bureau"),
                ("bureau_lenders_30d", "count", "of them, lent within 30 days", "bureau"),
                ("bureau_inquiries_6m", "count", "inquiries in six months", "bureau"),
                ("bureau_overdue_24m", "count", "times overdue in 24 months", "bureau"),
                ("bureau_90_plus_24m", "count", "of them, over 90 days past due", "bureau"),
                ("bureau_limits_total", "RMB", "limits elsewhere", "bureau"),
                ("bureau_utilisation", "share", "balances over limits elsewhere", "bureau"),
                ("shop_orders_12m", "count", "orders in twelve months", "shop"),
                ("shop_late_payments_12m", "count", "orders paid late", "shop"),
                ("shop_return_rate", "share", "orders returned", "shop"),
                ("social_contacts", "count", "contact degree", "social"),
                ("social_risky_share", "share", "contacts with overdue debt", "social"),
                ("court_enforcement", "0 or 1", "enforcement record", "court"),
                ("apply_hour", "hour", "hour of the day", "device"),
                ("session_seconds", "seconds", "length of the app session", "device"),
                ("device_age_days", "days", "since the device was first seen", "device"),
                ("email_age_days", "days", "since the address was first seen", "device"),
                ("requested_amount", "RMB", "amount asked for", "applicant"),
            ],
        ),
        *columns_of(
            "int64",
            [
                ("device_id", "", "device, opaque", "device"),
                ("address_id", "", "home address, opaque", "applicant"),
                ("phone_id", "", "phone number, opaque", "applicant"),
            ],
        ),
    ),
)

PROFILES = Table(
    "profiles",
    "observed",
    "more of the profile at application, one row a customer; to be read beside `applications`",
    (
        _ID,
        *_TIMES,
        *columns_of(
            "category",
            [
                ("kind", "", "person or business", "applicant"),
                ("region", "", "province of residence", "applicant"),
                ("education", "", "middle_school, high_school, college, ...", "applicant"),
            ],
        ),
        *columns_of(
            "float64",
            [
                ("bank_products", "count", "own products held", "bank"),
                ("bank_past_loans", "count", "own loans repaid or lost before", "bank"),
                ("bank_past_worst_dpd", "days", "worst arrears on them, NaN without one", "bank"),
                ("bank_salary_regular", "0 or 1", "a salary comes in each month", "bank"),
                ("bureau_report_age_days", "days", "age of the report at application", "bureau"),
                ("bureau_accounts", "count", "loans and cards elsewhere", "bureau"),
                ("bureau_balances_total", "RMB", "balances elsewhere", "bureau"),
                *(
                    (f"bureau_inquiries_m{k}", "count", f"inquiries, month {k} before", "bureau")
                    for k in range(1, 7)
                ),
                ("bureau_worst_dpd_24m", "days", "worst arrears elsewhere", "bureau"),
                ("insurance_months", "months", "social insurance paid, persons", "court"),
                ("fund_months", "months", "housing provident fund paid, persons", "court"),
                ("registration_months", "months", "since registration, businesses", "court"),
            ],
        ),
        Column("tax_grade", "category", "", "A, B, M (new), C or D; empty for persons", "court"),
        Column("invoices_12m", "float64", "RMB", "invoiced in twelve months", "court"),
        Column("court_text", "str", "", "summary of the enforcement record, or empty", "court"),
        *columns_of(
            "float64",
            [
                *(
                    (f"shop_orders_q{k}", "count", f"orders, quarter {k} before", "shop")
                    for k in range(1, 5)
                ),
                ("shop_basket", "RMB", "mean value of an order", "shop"),
                ("shop_addresses_12m", "count", "delivery addresses used", "shop"),
                ("social_contacts_late", "count", "contacts in arrears", "social"),
                ("device_sessions_30d", "count", "app sessions in 30 days", "device"),
                ("device_changes_12m", "count", "new devices in twelve months", "device"),
                ("device_shared", "0 or 1", "others were seen on the device before", "device"),
            ],
        ),
    ),
)

DECISIONS = Table(
    "decisions",
    "observed",
    "the incumbent's decision on each application",
    (
        _ID,
        *_TIMES,
        *columns_of(
            "float64",
            [
                ("credit_limit", "RMB", "limit granted, 0 for a decline", "bank"),
                ("price", "share a year", "rate charged", "bank"),
                ("propensity", "share", "probability of this limit under the policy", "bank"),
            ],
        ),
        Column("explored", "bool", "", "decided at random", "bank"),
    ),
)

ACCOUNTS = Table(
    "accounts",
    "observed",
    "one row an account and month on book, while open",
    (
        _ID,
        _MOB,
        *columns_of(
            "float64",
            [
                ("credit_limit", "RMB", "limit", "bank"),
                ("opening", "RMB", "balance at the start", "bank"),
                ("drawn", "RMB", "drawn", "bank"),
                ("interest", "RMB", "interest charged", "bank"),
                ("fee", "RMB", "fees and penalty interest", "bank"),
                ("paid", "RMB", "paid, by the customer or returned by the partner", "bank"),
                ("refunded", "RMB", "of paid: returned by the partner", "bank"),
                ("written_off", "RMB", "written off on default", "bank"),
                ("closing", "RMB", "opening + drawn + interest + fee - paid - written_off", "bank"),
                ("due", "RMB", "billed this month", "bank"),
            ],
        ),
        Column(
            "months_late", "int8", "months", "age of the oldest unpaid due, 4 is default", "bank"
        ),
        *_TIMES,
    ),
)

ARREARS = Table(
    "arrears",
    "observed",
    "what is overdue by age, one row an account and month in which it is late; on default the "
    "whole balance is called due",
    (
        _ID,
        _MOB,
        Column("dpd_bucket", "category", "days", "days past due of the oldest due", "bank"),
        *columns_of(
            "float64",
            [
                ("overdue_1_30", "RMB", "unpaid for 1 to 30 days", "bank"),
                ("overdue_31_60", "RMB", "unpaid for 31 to 60 days", "bank"),
                ("overdue_61_90", "RMB", "unpaid for 61 to 90 days", "bank"),
                ("overdue_90_plus", "RMB", "called due on default", "bank"),
            ],
        ),
        *_TIMES,
    ),
)

PERFORMANCE = Table(
    "performance",
    "observed",
    "what became of each account",
    (_ID, *_TIMES, Column("default", "bool", "", "over 90 days past due", "bank")),
)

FRAUD_LABELS = Table(
    "fraud_labels",
    "observed",
    "confirmed fraud; blocked and undetected fraud has no row",
    (_ID, *_TIMES),
)

FRAUD_REVIEWS = Table(
    "fraud_reviews",
    "observed",
    "what an analyst made of some of the approved applications; analysts err",
    (
        _ID,
        *_TIMES,
        Column("verdict", "category", "", "fraud or honest", "bank"),
    ),
)

CASH_EVENTS = Table(
    "cash_events",
    "observed",
    "early settlement, refund, lease exit, cancellation, extension, restructuring, collection "
    "contact, promise to pay, write-off, recovery",
    (
        _ID,
        *_TIMES,
        Column("kind", "category", "", "kind of event", "bank"),
        Column(
            "amount", "float64", "RMB", "settled, refunded, fee, overdue, lost, or paid", "bank"
        ),
    ),
)

JOINT_LENDING = Table(
    "joint_lending",
    "observed",
    "shares of the bank and of the partner in jointly funded accounts, month by month",
    (
        _ID,
        _MOB,
        *columns_of(
            "float64",
            [
                ("bank_closing", "RMB", "bank's share of the closing balance", "bank"),
                ("partner_closing", "RMB", "partner's share of it", "bank"),
                ("bank_interest", "RMB", "bank's share of interest and fees", "bank"),
                ("partner_interest", "RMB", "partner's share of it", "bank"),
                ("service_fee", "RMB", "paid to the partner out of the bank's interest", "bank"),
                ("bank_loss", "RMB", "written off and borne by the bank", "bank"),
                ("compensation", "RMB", "written off and compensated by the partner", "bank"),
                ("partner_loss", "RMB", "written off of the partner's share", "bank"),
            ],
        ),
        *_TIMES,
    ),
)

PARTNERS = Table(
    "partners",
    "observed",
    "platforms, merchants, schools and clinics, as the bank rates them",
    (
        Column("partner_id", "int64", "", "partner", "bank"),
        Column("kind", "str", "", "platform, school, agency, clinic, merchant, ...", "bank"),
        Column("market", "str", "", "scenario the partner belongs to", "bank"),
        Column("reported_leverage", "float64", "share", "liabilities over assets", "bank"),
        Column("complaints_12m", "float64", "count", "complaints in twelve months", "bank"),
        Column("escrow", "bool", "", "money is held until the service is rendered", "bank"),
        *_TIMES,
    ),
)

PARTNER_EVENTS = Table(
    "partner_events",
    "observed",
    "partners that collapsed; a successor under the same id may collapse again",
    (Column("partner_id", "int64", "", "partner", "bank"), *_TIMES),
)

LINKS = Table(
    "links",
    "observed",
    "the identity graph: who was seen with which device, phone, address, account and merchant",
    (
        Column("source_kind", "category", "", "kind of node: customer", "bank"),
        Column("source_id", "int64", "", "the customer", "bank"),
        Column(
            "target_kind", "category", "", "device, phone, address, account or merchant", "bank"
        ),
        Column("target_id", "int64", "", "id of it, opaque; partner_id of a merchant", "device"),
        *_TIMES,
    ),
)

#: in the order of `Observed`'s fields
OBSERVED = (
    APPLICATIONS, PROFILES, DECISIONS, ACCOUNTS, ARREARS, PERFORMANCE, FRAUD_LABELS, CASH_EVENTS,
    JOINT_LENDING, PARTNERS, PARTNER_EVENTS, LINKS, FRAUD_REVIEWS,
)  # fmt: skip
