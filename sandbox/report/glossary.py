"""Attributes that the law protects, told by their names."""

from sandbox.features.expected_directions import named

#: names under which attributes go that the law protects in one country or another
_PROTECTED = (
    r"age",
    r"sex",
    r"gender",
    r"marital\w*",
    r"marriage",
    r"race",
    r"ethnic\w*",
    r"religion",
    r"nationality",
    r"disab\w*",
    r"pregnan\w*",
)


def protected(features: tuple[str, ...]) -> tuple[str, ...]:
    """Those features that are protected attributes, by name.

    >>> protected(("age", "device_age_days", "marital_status", "average_balance"))
    ('age', 'marital_status')
    """
    return tuple(f for f in features if any(named(f, words) for words in _PROTECTED))
