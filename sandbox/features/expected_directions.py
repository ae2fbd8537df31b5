"""Which way a feature is expected to move a risk, told by its name."""

import re

#: words in a feature's name and the sign that its effect on the risk of default is expected to
#: have; of several that fit, the first counts
_DEFAULT = (
    (r"\w+_to_income", 1),
    (r"rent", 1),
    (r"income|turnover|inflow|salary", -1),
    (r"savings|deposits?", -1),
    (r"overdue|delinquen\w*|arrears|\d+_plus", 1),
    (r"late_payments?|months_late", 1),
    (r"utili[sz]ation", 1),
    (r"inquir\w*", 1),
    (r"lenders?", 1),
    (r"court|enforcement", 1),
    (r"risky_share", 1),
    (r"tenure|employment", -1),
    (r"age", -1),
    (r"payments?", -1),
)
#: the same for the risk of fraud
_FRAUD = (
    (r"applications_\d+d", 1),
    (r"request_to_income", 1),
    (r"device_age|email_age", -1),
)


def expected_sign(feature: str, role: str, *, rent_is_need: bool = False) -> int:
    """1 where higher values are expected to raise the risk, -1 to lower it, 0 for no view.

    `rent_is_need`: the rent is what is bought on credit, as in online rental. Nobody's cash
    carries it beside the loan then, and at a given limit the dearer rent tells of a higher income.

    >>> expected_sign("declared_income", "pd"), expected_sign("months_late_1", "pd")
    (-1, 1)
    >>> expected_sign("device_age_days", "limit"), expected_sign("declared_income", "fraud")
    (0, 0)
    >>> expected_sign("rent_monthly", "pd"), expected_sign("rent_monthly", "pd", rent_is_need=True)
    (1, -1)
    """
    if rent_is_need and role != "fraud" and feature == "rent_monthly":
        return -1
    table = _FRAUD if role == "fraud" else _DEFAULT
    return next((sign for words, sign in table if named(feature, words)), 0)


def named(feature: str, words: str) -> bool:
    """Whether one of the words stands in the name, between underscores."""
    if words == "age":
        # that of a person, not that of a device or an account
        words = r"((customer|applicant|client)_)?age(_years)?"
        return re.fullmatch(words, feature.lower()) is not None
    return re.search(rf"(?:^|_)(?:{words})(?:_|$)", feature.lower()) is not None
