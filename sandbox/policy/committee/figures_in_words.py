"""Numbers of the committee's page as a reader sees them; what is not known is a dash."""

import math

NONE = "–"


def count(value: float) -> str:
    """A whole number.

    >>> count(12_345.0), count(float("nan"))
    ('12,345', '–')
    """
    return NONE if math.isnan(value) else _signed(f"{value:,.0f}")


def rmb(value: float) -> str:
    """An amount, RMB without the cents."""
    return count(value)


def share(value: float) -> str:
    """A share as per cent, one digit.

    >>> share(0.1234)
    '12.3%'
    """
    return NONE if math.isnan(value) else _signed(f"{100 * value:.1f}%")


def change(value: float) -> str:
    """An amount with its sign.

    >>> change(-1_200.0), change(300.0)
    ('−1,200', '+300')
    """
    return NONE if math.isnan(value) else _signed(f"{value:+,.0f}")


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> points(-0.012)
    '−1.2 pp'
    """
    return NONE if math.isnan(value) else _signed(f"{100 * value:+.1f} pp")


def as_said(text: str) -> str:
    """What is in words already."""
    return text


def _signed(text: str) -> str:
    """A true minus sign, and none before zero."""
    if text.strip("+-0.,% p") == "":
        text = text.lstrip("+-")
    return text.replace("-", "−")
