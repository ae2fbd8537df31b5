"""Families of the columns of fraud screening, told by name, so that a model can leave one out."""

from sandbox.errors import BadInput

#: in the order in which their columns stand in a table
FAMILIES = ("application", "velocity", "graph", "purposes", "lists")
#: what applications are counted by
KEYS = ("device", "phone", "address", "account", "partner")
#: those of them that belong to a person; a partner's customers come from everywhere
OWN_KEYS = KEYS[:4]
#: days of the windows of velocity
DAYS = (1, 7, 30, 90)
#: what the names of list columns begin with
LISTED = "list_"
#: different ones of the second seen with the first by then
DIFFERENT = (("device", "phone"), ("phone", "device"), ("address", "device"))
VELOCITY = (
    *(f"{key}_applications_{days}d" for key in KEYS for days in DAYS),
    *(f"{key}_amount_{days}d" for key in KEYS for days in DAYS),
    *(f"{key}_days_since" for key in OWN_KEYS),
    *(f"{key}_partners" for key in OWN_KEYS),
    *(f"{key}_{other}s" for key, other in DIFFERENT),
    "partner_surge",
    "request_to_income",
)
PURPOSES = (
    "partner_traced_loans", "partner_against_share", "partner_back_share",
    "neighbours_traced_loans", "neighbours_against_share", "neighbours_back_share",
)  # fmt: skip
#: what graph columns begin with, or are
_GRAPH = (
    *(f"{tie}_{what}" for tie in OWN_KEYS for what in ("customers", "own")),
    "neighbours", "component_", "confirmed_", "declined_", "device_elsewhere",
    "device_addresses", "same_merchant_share", "nearest_days", "span_days",
)  # fmt: skip
_EXACT = {**dict.fromkeys(VELOCITY, "velocity"), **dict.fromkeys(PURPOSES, "purposes")}


def family_of(column: str) -> str:
    """The family of a column; what is of no other is of the application.

    >>> [family_of(c) for c in ("device_age_days", "device_amount_7d", "device_own", "list_black")]
    ['application', 'velocity', 'graph', 'lists']
    """
    if column in _EXACT:
        return _EXACT[column]
    if column.startswith(LISTED):
        return "lists"
    return "graph" if column.startswith(_GRAPH) else "application"


def columns_of(columns: list[str], families: tuple[str, ...]) -> list[str]:
    """Those of the columns that are of these families, in their order.

    Raises BadInput for a family that is none.

    >>> columns_of(["age", "neighbours", "list_grey"], ("application", "lists"))
    ['age', 'list_grey']
    """
    unknown = [name for name in families if name not in FAMILIES]
    if unknown:
        raise BadInput(f"{unknown[0]!r} is no family; choose among {', '.join(FAMILIES)}.")
    return [column for column in columns if family_of(column) in families]
