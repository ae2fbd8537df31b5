"""What a policy is worth if the world is otherwise: cut-off, loss, funding, a partner's collapse.

The decisions in hand are priced anew, not chosen anew: a sensitivity says what happens to what
the bank is about to do. PD, exposure and balance follow the limit where a cap cuts it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from sandbox.errors import BadInput
from sandbox.policy.expected import Expected, Floats


@dataclass(frozen=True)
class Assumptions:
    """What is taken as given when a policy is priced."""

    #: applications with a pd (as the policy scores it) above it are declined, share
    cut_off: float = 0.12
    #: loss given default, share of exposure ([W] economics; assumed, unsecured consumer)
    lgd: float = 0.75
    #: cost of funds, yearly share ([W] economics; assumed)
    cof: float = 0.030
    #: limits are cut to it, RMB a customer (商业银行互联网贷款管理暂行办法, Art. 6)
    cap: float = 200_000.0
    #: sum of all limits granted, RMB; the applications that earn least for each RMB of limit
    #: are declined until it holds; infinite for none
    budget: float = float("inf")
    #: name of the partner that collapses; "" for none
    collapsed: str = ""
    #: rise of its customers' log-odds of default ([W] 1.5 to 3 on willingness)
    shock: float = 2.25

    def __post_init__(self) -> None:
        for name, top in (("cut_off", 1.0), ("lgd", 1.0), ("cof", 1.0)):
            value = getattr(self, name)
            if not 0 <= value <= top:
                raise BadInput(f"{name} is {value:g}; it is a share from 0 to {top:g}.")
        for name in ("cap", "budget", "shock"):
            if not getattr(self, name) >= 0:
                raise BadInput(f"{name} is {getattr(self, name):g}; it must be 0 or more.")


def decided(expected: Expected, given: Assumptions) -> DataFrame:
    """A row a customer: `limit` (RMB, 0 declined), `pd`, `profit` (RMB) under the assumptions.

    A collapse raises the PD of the partner's customers and ends its guarantee from the start;
    what defaulted accounts would still have paid in interest is left in the margin.
    """
    wanted = np.where(expected.score <= given.cut_off, expected.wanted, 0.0)
    limit = np.minimum(wanted, given.cap)
    risk, ead = expected.at(expected.pd, limit), expected.at(expected.ead, limit)
    if given.collapsed:
        hit = _customers_of(expected, given.collapsed)
        risk[hit] = _shocked(risk[hit], given.shock)
        if expected.ead_alone is not None:
            ead[hit] = expected.at(expected.ead_alone, limit)[hit]
    loss = risk * given.lgd * ead
    funding = given.cof * expected.at(expected.funded, limit)
    profit = np.where(limit > 0, expected.at(expected.margin, limit) - funding - loss, 0.0)
    kept = _within(limit, profit, given.budget)
    columns = {"limit": limit, "pd": risk, "profit": profit}
    return DataFrame({name: np.where(kept, each, 0.0) for name, each in columns.items()})


def _customers_of(expected: Expected, partner: str) -> NDArray[np.bool_]:
    if expected.partner is None or partner not in expected.partner:
        raise BadInput(f"No customer comes from partner {partner!r}; name one that has customers.")
    hit: NDArray[np.bool_] = expected.partner == partner
    return hit


def _shocked(risk: Floats, shock: float) -> Floats:
    """PD with its log-odds raised; stays 0 at 0 and 1 at 1."""
    raised: Floats = risk * np.exp(shock) / (1.0 - risk + risk * np.exp(shock))
    return raised


def _within(limit: Floats, profit: Floats, budget: float) -> NDArray[np.bool_]:
    """Whom the budget still reaches, the most profitable for each RMB of limit first."""
    if limit.sum() <= budget:
        return limit > 0
    each = np.divide(profit, limit, out=np.full(len(limit), -np.inf), where=limit > 0)
    order = np.argsort(-each, kind="stable")
    kept = np.zeros(len(limit), dtype=bool)
    kept[order] = np.cumsum(limit[order]) <= budget
    return kept & (limit > 0)


def priced(expected: Expected, given: Assumptions) -> dict[str, float]:
    """Portfolio figures: `value` (RMB), `approval_rate`, `bad_rate` (expected), `limits` (RMB)."""
    table = decided(expected, given)
    approved = table[table["limit"] > 0]
    return {
        "value": float(table["profit"].sum()),
        "approval_rate": len(approved) / len(table),
        "bad_rate": float(approved["pd"].mean()) if len(approved) else float("nan"),
        "limits": float(approved["limit"].sum()),
    }


def _names() -> list[str]:
    return [field.name for field in fields(Assumptions)]


def sensitivity(
    expected: Expected, base: Assumptions, changes: Mapping[str, Sequence[float | str]]
) -> DataFrame:
    """The value when one assumption at a time is changed, the widest swing first.

    `changes` has one value (such as a partner's name for `collapsed`) or a low and a high for
    each assumption. Columns: `assumption`, `low`, `high` (as text), `value_low`, `value_high`,
    `change_low`, `change_high` (RMB against the base) and `swing`. Of one value, it stands in
    `low`, and `high` is the base. BadInput for assumptions that do not exist.
    """

    standing = priced(expected, base)["value"]
    rows = []
    for name, values in changes.items():
        if name not in _names():
            raise BadInput(f"There is no assumption {name!r}; there are {', '.join(_names())}.")
        if len(values) not in (1, 2):
            raise BadInput(f"{name} has {len(values)} values; give one, or a low and a high.")
        ends = [priced(expected, _with(base, name, value))["value"] for value in values]
        said = [told(name, value) for value in values]
        ends, said = (ends, said) if len(ends) == 2 else ([*ends, standing], [*said, ""])
        rows.append(
            {
                "assumption": name, "low": said[0], "high": said[1],
                "value_low": ends[0], "value_high": ends[1],
                "change_low": ends[0] - standing, "change_high": ends[1] - standing,
                "swing": max(ends[0], ends[1], standing) - min(ends[0], ends[1], standing),
            }
        )  # fmt: skip
    return DataFrame(rows).sort_values("swing", ascending=False, ignore_index=True)


def along(expected: Expected, base: Assumptions, name: str, values: Sequence[float]) -> DataFrame:
    """Figures of `priced` as one assumption moves: columns `assumption`, `at`, and those."""

    if name not in _names() or name == "collapsed":
        raise BadInput(f"{name!r} is no assumption with numbers; there are {', '.join(_names())}.")
    rows = [
        {"assumption": name, "at": value, **priced(expected, _with(base, name, value))}
        for value in values
    ]
    return DataFrame(rows)


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

    >>> told("lgd", 0.6), told("cap", 50_000.0), told("budget", float("inf"))
    ('60%', '50,000', 'none')
    """
    if isinstance(value, str):
        return value
    if np.isinf(value):
        return "none"
    if name in ("cut_off", "lgd", "cof"):
        return f"{100 * value:.3g}%"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
