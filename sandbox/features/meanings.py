"""What the columns of fraud screening mean: meaning, unit and source, told by name."""

import re

from sandbox.features.families import OWN_KEYS

Meaning = tuple[str, str, str]

#: columns whose names follow no pattern
_SINGLE: dict[str, Meaning] = {
    "device_phones": ("different phones seen with the device", "count", "device"),
    "phone_devices": ("different devices seen with the phone", "count", "device"),
    "address_devices": ("different devices seen at the address", "count", "device"),
    "partner_surge": ("the partner's applications of 7 days over what 90 give", "ratio", "partner"),
    "request_to_income": ("amount asked for over declared income", "months", "applicant"),
    "neighbours": ("others who share an identifier", "count", "links"),
    "neighbours_two_ties": ("of them, who share two kinds or more", "count", "links"),
    "device_elsewhere": ("share of them on the device, not at the address", "share", "links"),
    "device_addresses": ("other addresses among those on the device", "count", "links"),
    "same_merchant_share": ("share of them at the same merchant", "share", "links"),
    "confirmed_neighbours": ("of them, confirmed as fraud by then", "count", "bank"),
    "confirmed_share": ("the same, as a share", "share", "bank"),
    "declined_neighbours": ("of them, declined by then", "count", "bank"),
    "declined_share": ("the same, as a share", "share", "bank"),
    "nearest_days": ("since the latest of them was seen", "days", "links"),
    "span_days": ("since the first of them was seen", "days", "links"),
    "component_size": ("customers tied to each other, the applicant's component", "count", "links"),
    "component_confirmed": ("of the component, confirmed as fraud by then", "count", "bank"),
    "component_declined": ("of the component, declined by then", "count", "bank"),
}
#: who is meant, where the money of earlier loans was traced
_WHOSE = {"partner": "the partner's", "neighbours": "neighbours'"}
_KEY = f"(?P<key>{'|'.join(OWN_KEYS)}|partner)"
#: patterns of names, tried in order -> meaning, unit, source
_PATTERNS: tuple[tuple[str, Meaning], ...] = (
    (
        _KEY + r"_applications_(?P<d>\d+)d",
        ("others' applications, {key}, {d} days", "count", "{key}"),
    ),
    (_KEY + r"_amount_(?P<d>\d+)d", ("asked for by others, {key}, {d} days", "RMB", "{key}")),
    (_KEY + "_days_since", ("since the last application of another, {key}", "days", "{key}")),
    (_KEY + "_partners", ("different partners applied to, {key}", "count", "{key}")),
    (_KEY + "_own", ("the applicant's own, by then: {key}", "count", "links")),
    (
        _KEY + r"_customers_(?P<d>\d+)d",
        ("others first seen on the own, {key}, {d} days", "count", "links"),
    ),
    (_KEY + "_customers", ("others seen on the applicant's own, {key}", "count", "links")),
    (r"neighbours_(?P<d>\d+)d", ("others who share an identifier, {d} days", "count", "links")),
    (
        "(?P<who>partner|neighbours)_traced_loans",
        ("{who} earlier loans that were traced", "count", "transfers"),
    ),
    (
        "(?P<who>partner|neighbours)_against_share",
        ("of {who} traced money, against its purpose", "share", "transfers"),
    ),
    (
        "(?P<who>partner|neighbours)_back_share",
        ("of {who} traced money, back at the borrower", "share", "transfers"),
    ),
    ("neighbours_(?P<what>.+)", ("mean of neighbours: {what}", "", "links")),
    ("list_(?P<what>.+)", ("identifiers on the {what} list by then", "count", "lists")),
    (
        "(?P<what>kind|education|tax_grade)_(?P<which>.+)",
        ("{what}: {which}", "0 or 1", "applicant"),
    ),
)


def meaning_of(column: str) -> Meaning | None:
    """Meaning, unit ("" for none of its own) and source; None for a column that is not made here.

    >>> meaning_of("device_applications_7d")
    ("others' applications, device, 7 days", 'count', 'device')
    >>> meaning_of("neighbours_declared_income"), meaning_of("age")
    (('mean of neighbours: declared income', '', 'links'), None)
    """
    if column in _SINGLE:
        return _SINGLE[column]
    for pattern, said in _PATTERNS:
        if found := re.fullmatch(pattern, column):
            words = {name: text.replace("_", " ") for name, text in found.groupdict().items()}
            if "who" in words:
                words["who"] = _WHOSE[words["who"]]
            meaning, unit, source = (part.format(**words) for part in said)
            return meaning, unit, source
    return None
