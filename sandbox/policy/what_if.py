"""What a policy is worth if the world is otherwise: cut-off, loss, funding, a partner's collapse.

Each change is answered twice: what the decisions in hand are then worth, and what the bank has
when it decides anew, knowing the change. See `what_if_pricing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
from pandas import DataFrame

from sandbox.errors import BadInput
from sandbox.policy.expected import Expected
from sandbox.policy.what_if_pricing import Assumptions, anew, decided, figures, kept, priced

__all__ = [
    "LABELS", "Assumptions", "along", "anew", "decided", "figures", "kept", "priced",
    "sensitivity", "told",
]  # fmt: skip


def sensitivity(
    expected: Expected, base: Assumptions, changes: Mapping[str, Sequence[float | str]]
) -> DataFrame:
    """The value when one assumption at a time is changed, the widest swing first.

    `changes` has one value (such as a partner's name for `collapsed`) or a low and a high for
    each assumption. Columns: `assumption`, `low`, `high` (as text); of the decisions in hand
    `value_low`, `value_high` and `change_low`, `change_high` (RMB against the base); of those
    decided anew, against the same base, `anew_low`, `anew_high`; and `swing`, over all four. Of
    one value, it stands in `low`, and `high` is the base: its decisions in hand. A cut-off, cap
    or budget changes nothing of decisions in hand. BadInput for assumptions that do not exist.
    """
    standing = priced(expected, base)["value"]
    rows = []
    for name, values in changes.items():
        if name not in _names():
            raise BadInput(f"There is no assumption {name!r}; there are {', '.join(_names())}.")
        if len(values) not in (1, 2):
            raise BadInput(f"{name} has {len(values)} values; give one, or a low and a high.")
        given = [_with(base, name, value) for value in values]
        stay = [figures(kept(expected, base, each))["value"] for each in given]
        chosen = [figures(anew(expected, each))["value"] - standing for each in given]
        said = [told(name, value) for value in values]
        if len(values) == 1:
            stay, chosen, said = [*stay, standing], [*chosen, 0.0], [*said, ""]
        changed = [value - standing for value in stay]
        ends = [*changed, *chosen, 0.0]
        rows.append(
            {
                "assumption": name, "low": said[0], "high": said[1],
                "value_low": stay[0], "value_high": stay[1],
                "change_low": changed[0], "change_high": changed[1],
                "anew_low": chosen[0], "anew_high": chosen[1],
                "swing": max(ends) - min(ends),
            }
        )  # fmt: skip
    return DataFrame(rows).sort_values("swing", ascending=False, ignore_index=True)


def along(expected: Expected, base: Assumptions, name: str, values: Sequence[float]) -> DataFrame:
    """What comes of it as one assumption moves.

    Columns `assumption`, `at`, `kept` (value of the decisions in hand, RMB) and `figures` of what
    is decided anew.
    """
    if name not in _names() or name == "collapsed":
        raise BadInput(f"{name!r} is no assumption with numbers; there are {', '.join(_names())}.")
    rows = []
    for value in values:
        given = _with(base, name, value)
        stay = figures(kept(expected, base, given))["value"]
        chosen = figures(anew(expected, given))
        rows.append({"assumption": name, "at": value, "kept": stay, **chosen})
    return DataFrame(rows)


def _names() -> list[str]:
    return [field.name for field in fields(Assumptions)]


def _with(base: Assumptions, name: str, value: float | str) -> Assumptions:
    return replace(base, **{name: value})  # type: ignore[arg-type]


#: what each assumption is called in figures
LABELS = {
    "cut_off": "PD cut-off", "lgd": "loss given default", "cof": "cost of funds",
    "cap": "cap on a limit", "budget": "budget of limits", "collapsed": "partner collapses",
    "shock": "shock of a collapse",
}  # fmt: skip


def told(name: str, value: float | str) -> str:
    """A value of an assumption in words.

    >>> told("lgd", 0.6), told("cap", 50_000.0), told("budget", 2.5e7)
    ('60%', '50,000', '25m')
    """
    if isinstance(value, str):
        return value
    if np.isinf(value):
        return "none"
    if name in ("cut_off", "lgd", "cof"):
        return f"{100 * value:.3g}%"
    if value >= 1e6:
        return f"{value / 1e6:.3g}m"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
