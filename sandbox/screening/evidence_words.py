"""What a column says about fraud, in an analyst's words."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """How one column is told."""

    label: str
    #: "count", "days", "RMB", "share", "seconds", "hour", "months"
    unit: str
    #: whether high or low values speak for fraud
    high_is_bad: bool
    why: str


_SHARED = {"device": "device", "phone": "phone", "address": "address", "account": "payout account"}
_OWN = "An identifier of one person that strangers share points to a group behind it."
_PLACE = "Honest households and dormitories share it too; many within days are rarer."
_WHY = {"device": _OWN, "phone": _OWN, "address": _PLACE, "account": _OWN}
_FIXED = {
    "device_age_days": Words("Age of the device", "days", False,
                             "Devices bought for a fraud are new."),
    "email_age_days": Words("Age of the e-mail address", "days", False,
                            "Addresses made for a fraud are new."),
    "session_seconds": Words("Time taken for the form", "seconds", False,
                             "Scripts and practised hands are quick."),
    "request_to_income": Words("Amount over declared income", "months", True,
                               "Who does not mean to pay asks for all there is."),
    "requested_amount": Words("Amount asked for", "RMB", True,
                              "Who does not mean to pay asks for all there is."),
    "bureau_inquiries_6m": Words("Bureau inquiries in six months", "count", True,
                                 "Credit sought in many places at once."),
    "bureau_lenders_30d": Words("New lenders in 30 days", "count", True,
                                "Loans taken from many before any of them notices."),
    "bureau_utilisation": Words("Use of limits elsewhere", "share", True,
                                "Limits that are used up are a reason to need new ones."),
    "social_risky_share": Words("Contacts with overdue debt", "share", True,
                                "Those who recruit for fraud know each other."),
    "neighbours": Words("Others who share an identifier", "count", True,
                        "Members of a group reuse devices, phones, addresses and accounts."),
    "neighbours_7d": Words("Others who share an identifier, last 7 days", "count", True,
                           "Groups apply in bursts."),
    "span_days": Words("Days between first and last who share", "days", False,
                       "A group that appears within weeks was put together."),
    "confirmed_neighbours": Words("Confirmed frauds who share an identifier", "count", True,
                                  "Shares an identifier with a confirmed fraud."),
    "confirmed_share": Words("Share of neighbours confirmed as fraud", "share", True,
                             "Shares an identifier with confirmed frauds."),
    "declined_share": Words("Share of neighbours declined", "share", True,
                            "Others of the group were refused."),
    "neighbours_device_age_days": Words("Mean age of the neighbours' devices", "days", False,
                                        "New devices all round."),
    "device_elsewhere": Words("Device seen at other addresses", "count", True,
                              "One device serves applicants who live apart."),
    "device_addresses": Words("Other addresses on the device", "count", True,
                              "One device serves applicants who live apart."),
    "partner_surge": Words("Applications at the partner, last 7 days over usual", "share", True,
                           "A partner that sells fraud brings many at once."),
    "partner_against_share": Words("Partner's loans spent against purpose", "share", True,
                                   "Money of earlier loans did not go where it was lent for."),
    "partner_back_share": Words("Partner's loan money that came back", "share", True,
                                "Money that returns to the partner bought nothing."),
    "neighbours_against_share": Words("Neighbours' loans spent against purpose", "share", True,
                                      "Money of the neighbours' loans was spent otherwise."),
    "neighbours_back_share": Words("Neighbours' loan money that came back", "share", True,
                                   "Money that returns to the partner bought nothing."),
    "list_black": Words("Identifiers on the black list", "count", True,
                        "Used in a confirmed fraud."),
    "list_grey": Words("Identifiers on the grey list", "count", True,
                       "Found near a fraud."),
}  # fmt: skip
_WINDOW = re.compile(r"(device|phone|address|account)_(applications|customers|amount)_(\d+)d")
_PARTNERS = re.compile(r"(device|phone|address|account)_partners")


def words_for(column: str) -> Words | None:
    """How the column is told; None for one that analysts are not shown unless a rule reads it.

    >>> words_for("device_applications_7d").label
    'Others on the device in 7 days'
    >>> words_for("region_x") is None
    True
    """
    if column in _FIXED:
        return _FIXED[column]
    if found := _WINDOW.fullmatch(column):
        key, what, days = found[1], found[2], found[3]
        span = f"in {days} day{'s' * (days != '1')}"
        at = "at" if key == "address" else "on"
        if what == "amount":
            label = f"Asked for by others {at} the {_SHARED[key]} {span}"
            return Words(label, "RMB", True, _WHY[key])
        return Words(f"Others {at} the {_SHARED[key]} {span}", "count", True, _WHY[key])
    if found := _PARTNERS.fullmatch(column):
        label = f"Partners applied to from the {_SHARED[found[1]]}"
        return Words(label, "count", True, "Applies in many places from one identifier.")
    return None


def told(value: float, unit: str) -> str:
    """A value with its unit, as a person reads it.

    >>> told(0.125, "share"), told(13500.0, "RMB"), told(float("nan"), "days")
    ('12.5%', '13,500 RMB', 'not known')
    """
    if value != value:
        return "not known"
    if unit == "share":
        return f"{value:.1%}"
    number = f"{value:,.0f}" if abs(value - round(value)) < 1e-9 or abs(value) >= 100 else ""
    number = number or f"{value:,.2g}"
    return number if unit == "count" else f"{number} {unit}"
