"""What a calibration looks at: a few hundred shares, quantiles and correlations of a panel."""

import numpy as np
from numpy.typing import NDArray

from data_generators.calibration.panel import Panel
from data_generators.streams import Floats

#: probabilities of the quantiles
_BILLS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.97)
_PAYMENTS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
#: groups of statuses: light use, in full, revolving, one, two and more months late
_STATUS_EDGES = (-1.5, -0.5, 0.5, 2.5)


class Moments:
    """Named numbers, each with the difference that counts as one unit of misfit."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.tolerance: dict[str, float] = {}

    def add(self, name: str, value: float, tolerance: float) -> None:
        """Take one number in."""
        self.values[name] = float(np.nan_to_num(value))
        self.tolerance[name] = tolerance

    def share(self, name: str, flags: NDArray[np.bool_]) -> None:
        """A share; small ones are to be met more closely."""
        value = float(flags.mean()) if flags.size else 0.0
        self.add(name, value, 0.006 + 0.05 * min(value, 1 - value))

    def quantiles(self, name: str, x: Floats, at: tuple[float, ...], tolerance: float) -> None:
        """Quantiles, by name and probability."""
        found = np.quantile(x, at) if x.size else np.zeros(len(at))
        for p, value in zip(at, found, strict=True):
            self.add(f"{name} {p:g}", value, tolerance)


def moments_of(panel: Panel) -> Moments:
    """All moments of a panel, some hundreds: shares, log10 or log of currency, correlations."""
    m = Moments()
    fifth = limit_fifth(panel.limit)
    _of_statuses(m, panel, fifth)
    _of_bills(m, panel, fifth)
    _of_payments(m, panel)
    _of_defaults(m, panel, fifth)
    _of_people(m, panel, fifth)
    return m


def limit_fifth(limit: Floats) -> NDArray[np.int64]:
    """Fifth of each account's limit, 0 the lowest; a limit on an edge belongs to the lower one.

    >>> limit_fifth(np.arange(1.0, 11.0)).tolist()
    [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    """
    edges = np.quantile(limit, [0.2, 0.4, 0.6, 0.8])
    return np.searchsorted(edges, limit, side="left")


def _grouped(status: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(_STATUS_EDGES, status)


def _of_statuses(m: Moments, panel: Panel, fifth: NDArray[np.int64]) -> None:
    group = _grouped(panel.status)
    last = len(group) - 1
    for k in range(5):
        for month in (0, last // 2, last - 1, last):
            m.share(f"status {k} month {month}", group[month] == k)
        for f in (0, 2, 4):
            m.share(f"status {k} fifth {f}", group[:-1, fifth == f] == k)
    m.share("newest status 1", panel.status[-1] == 1)
    before, after = group[:-2].ravel(), group[1:-1].ravel()
    newest, prior = group[-1], group[-2]
    for a in range(5):
        for b in range(5):
            m.share(f"status {a} to {b}", after[before == a] == b)
    for a in range(4):
        m.share(f"status {a} to one late, newest", panel.status[-1][prior == a] == 1)
        m.share(f"status {a} to late, newest", newest[prior == a] >= 3)
        m.share(f"status {a} stays", group[-2][group[0] == a] == a)
    late = (panel.status[:-1] >= 2).sum(axis=0)
    for k in range(len(panel.status)):
        m.share(f"months late {k}", late == k)


def _of_bills(m: Moments, panel: Panel, fifth: NDArray[np.int64]) -> None:
    u, status, bill = panel.utilisation, panel.status, panel.bill
    last = len(u) - 1
    for month in (0, last // 2, last - 1, last):
        m.quantiles(f"utilisation month {month}", u[month], _BILLS, 0.015)
        m.quantiles(f"revolving month {month}", u[month][status[month] == 0], _BILLS, 0.02)
        m.share(f"no bill month {month}", bill[month] == 0)
        m.share(f"credit balance month {month}", bill[month] < 0)
        m.share(f"over limit month {month}", u[month] > 1)
    for f in range(5):
        at = (status[-2] == 0) & (fifth == f)
        m.quantiles(f"revolving fifth {f}", u[-2][at], (0.1, 0.5, 0.75, 0.9), 0.025)
    m.quantiles("utilisation 99", u[-1], (0.99,), 0.05)
    m.add("lag 1", float(np.mean([_corr(u[k], u[k + 1]) for k in range(last)])), 0.005)
    m.add("lag all", _corr(u[0], u[-1]), 0.01)
    m.add("limit and utilisation", rank_correlation(panel.limit, u[-1]), 0.01)
    over_all = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    m.quantiles("change over all", u[-1] - u[0], over_all, 0.012)
    top = fifth == fifth.max()
    m.quantiles("change over all, high limits", (u[-1] - u[0])[top], over_all, 0.012)
    revolving = (status[:-1] == 0) & (status[1:] == 0)
    change = (u[1:] - u[:-1])[revolving]
    m.quantiles("change revolving", change, (0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97), 0.008)
    for k, name in ((-2, "light"), (-1, "full")):
        both = (status[:-2] == k) & (bill[:-2] > 0) & (bill[1:-1] > 0)
        x, y = np.log(bill[:-2][both]), np.log(bill[1:-1][both])
        m.add(f"{name} bills correlation", _corr(x, y), 0.02)
        m.quantiles(f"{name} bills", x, (0.05, 0.25, 0.5, 0.75, 0.95), 0.06)
        limits = np.broadcast_to(np.log(panel.limit), bill[:-2].shape)[both]
        m.add(f"{name} bills and limit", _corr(x, limits), 0.02)
        was = (status[:-2] == k) & (bill[:-2] > 0)
        m.share(f"{name} bill, then none", bill[1:-1][was] <= 0)
        none = (status[:-2] == k) & (bill[:-2] <= 0)
        m.share(f"{name} none, then none", bill[1:-1][none] <= 0)


def _of_payments(m: Moments, panel: Panel) -> None:
    bill, paid, status = panel.bill[:-1], panel.payment[1:], panel.status[:-1]
    for month in (0, 2, 4):
        month = min(month, len(paid) - 1)
        m.quantiles(f"payment month {month}", np.log10(paid[month] + 50), _PAYMENTS, 0.02)
        m.share(f"nothing paid month {month}", paid[month] == 0)
        at = (status[month] == 0) & (bill[month] > 0)
        ratio = paid[month][at] / bill[month][at]
        for low, high in ((0, 3e3), (3e3, 1.2e4), (1.2e4, 4e4)):
            sized = (bill[month][at] > low) & (bill[month][at] <= high)
            m.share(f"nothing paid of {low:g} month {month}", ratio[sized] == 0)
        m.quantiles(f"share paid month {month}", np.log10(ratio + 0.003), _PAYMENTS, 0.02)
    for low, high in ((5e3, 2e4), (5e4, 1e5), (2e5, 1e9)):
        at = (status[2:] == 0) & (bill[2:] > low) & (bill[2:] <= high)
        log_ratio = np.log10(paid[2:][at] / bill[2:][at] + 0.003)
        m.quantiles(f"share paid of {low:g}", log_ratio, (0.1, 0.25, 0.5, 0.75, 0.9), 0.02)
    for k, at in (("once", status[1:] == 2), ("more", status[1:] > 2)):
        m.share(f"late {k} pays nothing", paid[1:][at] == 0)
        late_paid = np.log10(paid[1:][at] + 50)
        m.quantiles(f"late {k} pays", late_paid, (0.6, 0.75, 0.9), 0.04)
    both = (status[:-1] == 0) & (status[1:] == 0) & (bill[:-1] > 0) & (bill[1:] > 0)
    ratio = np.log10(np.where(bill > 0, paid / np.maximum(bill, 1), 0) + 0.003)
    m.add("share paid, month to month", _corr(ratio[:-1][both], ratio[1:][both]), 0.02)
    had = bill > 0
    m.share("paid in full", paid[had] >= bill[had])
    m.quantiles("share paid of all", np.log10(paid[had] / bill[had] + 0.003), (0.5,), 0.02)


def _of_defaults(m: Moments, panel: Panel, fifth: NDArray[np.int64]) -> None:
    y, newest = panel.target == 1, panel.status[-1]
    m.add("default", y.mean(), 0.002)
    for f in range(5):
        m.add(f"default fifth {f}", y[fifth == f].mean(), 0.005)
    for name, at in (
        ("light", newest == -2),
        ("full", newest == -1),
        ("revolving", newest == 0),
        ("one late", newest == 1),
        ("two late", newest == 2),
        ("one or two late", (newest == 1) | (newest == 2)),
        ("three late", newest > 2),
        ("no bill", panel.bill[-1] <= 0),
    ):
        m.add(f"default {name}", y[at].mean() if at.any() else 0.0, 0.01)
    late = (panel.status[:-1] >= 2).sum(axis=0)
    for k in (0, 1, 2, len(panel.status) - 1):
        m.add(f"default late {k} times", y[late == k].mean() if (late == k).any() else 0.0, 0.015)
    never = late == 0
    m.add("default newly late", y[never & (newest >= 2)].mean(), 0.02)
    for low, high in ((-9, 0.1), (0.1, 0.3), (0.3, 0.8), (0.8, 9)):
        u = panel.utilisation[-1]
        at = (newest == 0) & (u > low) & (u <= high)
        m.add(f"default revolving above {low:g}", y[at].mean() if at.any() else 0.0, 0.01)


def _of_people(m: Moments, panel: Panel, fifth: NDArray[np.int64]) -> None:
    if "age" in panel.people:
        age = panel.people["age"].astype(float)
        for f in range(5):
            m.quantiles(f"age fifth {f}", age[fifth == f], (0.1, 0.25, 0.5, 0.75), 0.7)


def _corr(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(x, y)[0, 1]) if x.size > 2 else 0.0


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's correlation.

    >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 9.0]))
    1.0
    """
    from scipy.stats import rankdata

    return round(_corr(rankdata(x), rankdata(y)), 12)
