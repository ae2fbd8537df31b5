"""Numbers as a reader sees them, and what each tracked metric is called."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import floor, inf, isfinite, log10

from sandbox.validation.catalogue import CATALOGUE

Form = Callable[[float], str]
NONE = "–"


def _signed(text: str) -> str:
    return text.replace("-", "−")


def minus(text: str) -> str:
    """The same with a minus sign before numbers.

    >>> minus("at least -5% (2019-12)")
    'at least −5% (2019-12)'
    """
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


#: abbreviations that names of columns and caps have in small letters
_ABBREVIATED = re.compile(r"\b(dti|pd|lgd|ead|ecl|hhi)\b")


def abbreviated(text: str) -> str:
    """The same with abbreviations in capitals; names of features stay.

    >>> abbreviated("dti cap, pd_12m")
    'DTI cap, pd_12m'
    """
    return _ABBREVIATED.sub(lambda found: found[0].upper(), text)


def spelled(reason: str) -> str:
    """What a test says, as a page has it: abbreviations in capitals, a minus before numbers.

    >>> spelled("dti cap; off by -0.098")
    'DTI cap; off by −0.098'
    """
    return minus(abbreviated(reason))


def three(value: float) -> str:
    """A statistic: `0.781`.

    >>> three(-0.5), three(float("nan"))
    ('−0.500', '–')
    """
    return _signed(f"{value:.3f}") if isfinite(value) else NONE


def four(value: float) -> str:
    """A small statistic: `0.0712`."""
    return _signed(f"{value:.4f}") if isfinite(value) else NONE


def percent(value: float) -> str:
    """A share in per cent: `12.3%`, two digits below 1%."""
    if not isfinite(value):
        return NONE
    return _signed(f"{value:.1%}" if abs(value) >= 0.01 or value == 0 else f"{value:.2%}")


def two(value: float) -> str:
    """A ratio: `2.32`."""
    return _signed(f"{value:.2f}") if isfinite(value) else NONE


def significant(value: float) -> str:
    """A score: four decimals, or three significant digits where four decimals hide it.

    >>> significant(0.1234567), significant(0.00001234), significant(0.0)
    ('0.1235', '0.0000123', '0')
    """
    if not isfinite(value):
        return NONE
    if abs(value) >= 0.01:
        return four(value)
    if 0 < abs(value) < 1e-9:
        return "< 1e-9"
    digits = 2 - floor(log10(abs(value))) if value else 0
    return _signed(f"{value:.{digits}f}")


def count(value: float) -> str:
    """A whole number: `20,000`."""
    return _signed(f"{value:,.0f}") if isfinite(value) else NONE


def plural(number: int, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "feature"), plural(1200, "seed")
    ('1 feature', '1,200 seeds')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def money(value: float) -> str:
    """RMB without the unit: cents below 1,000."""
    if not isfinite(value):
        return NONE
    return _signed(f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}")


def one(value: float) -> str:
    """Seconds or MiB: `12.3`, whole from 100 on."""
    if not isfinite(value):
        return NONE
    return _signed(f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}")


def probability(value: float | None) -> str:
    """A p-value or a power: `0.042`, `< 0.001`."""
    if value is None or not isfinite(value):
        return NONE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@dataclass(frozen=True)
class Metric:
    """How a tracked metric is called and written."""

    label: str
    form: Form
    #: the values it can take; an interval over seeds is cut to them
    bounds: tuple[float, float] = (-inf, inf)


_SHARE = (0.0, 1.0)
_POSITIVE = (0.0, inf)

METRICS: dict[str, Metric] = {
    "value/profit_per_customer": Metric("Realised profit, RMB per customer", money),
    "value/approval_rate": Metric("Approval rate", percent, _SHARE),
    "value/default_rate": Metric("Default rate of approved, model's limits", percent, _SHARE),
    "value/mean_limit": Metric("Mean limit of approved, RMB", money),
    "truth/profit_per_customer": Metric("Expected profit, RMB per customer", money),
    "truth/regret_per_customer": Metric("Regret against oracle, RMB per customer", money),
    "truth/oracle_profit_per_customer": Metric("Profit of oracle, RMB per customer", money),
    "truth/value_captured": Metric("Share of oracle's profit captured", percent),
    "perf/auc": Metric("AUC", three, _SHARE),
    "perf/gini": Metric("Gini", three, (-1.0, 1.0)),
    "perf/ks": Metric("KS", three, (-1.0, 1.0)),
    "perf/auprc": Metric("AUPRC (average precision)", three, _SHARE),
    "fraud/auprc": Metric("AUPRC (average precision)", three, _SHARE),
    "fraud/recall_at_fpr_1pct": Metric("Recall at 1% FPR", percent, _SHARE),
    "fraud/recall_at_fpr_2pct": Metric("Recall at 2% FPR", percent, _SHARE),
    "fraud/recall_at_fpr_5pct": Metric("Recall at 5% FPR", percent, _SHARE),
    "fraud/cp_at_100": Metric("Precision of top 100", percent, _SHARE),
    "calib/brier": Metric("Brier score", four, _SHARE),
    "calib/ece": Metric("Expected calibration error", four, _SHARE),
    "calib/slope": Metric("Calibration slope", three),
    "calib/intercept": Metric("Calibration intercept", three),
    "stability/psi": Metric("PSI of the score", four, _POSITIVE),
    "truth/pd_rmse": Metric("RMSE against true PD", four, _SHARE),
    "truth/pd_skill": Metric("Skill against true PD", three, (-inf, 1.0)),
    "truth/discrimination_ceiling": Metric("Share of attainable discrimination", percent),
    "explain/faithfulness_correlation": Metric("Faithfulness to the model", three, (-1.0, 1.0)),
    "explain/faithfulness_deletion": Metric("Fall of the output over that promised", three),
    "explain/reason_stability": Metric("Reasons kept under noise", percent, _SHARE),
    "truth/explanation_rank_correlation": Metric(
        "Contributions against true ones, rank correlation", three, (-1.0, 1.0)
    ),
}

#: how the figure of a test is written when no metric carries it
_TESTS: dict[str, Form] = {
    "data.constant": count,
    "data.unscored": percent,
    "calibration.jeffreys": count,
    "calibration.binomial": count,
    "calibration.traffic_light": count,
    "calibration.hosmer_lemeshow": two,
    "calibration.spiegelhalter": two,
    "stability.csi": four,
    "comparison.brier": four,
    "portfolio.swap_profit": money,
    "portfolio.riskiest_step": money,
    "truth.ips_bias": money,
    "truth.snips_bias": money,
    "truth.dr_bias": money,
}

#: the figure by which models of a role are ranked: the first is the champion
HEADLINE = {"limit": "truth/profit_per_customer", "pd": "perf/auc", "fraud": "fraud/auprc"}
#: figures on which less is better
LESS_IS_BETTER = {"calib/brier", "calib/ece", "value/default_rate", "truth/regret_per_customer"}


def metric(name: str) -> Metric:
    """The metric of that name; an unknown one is called by its name."""
    return METRICS.get(name, Metric(name, three))


def figure_form(test: str) -> Form:
    """How the figure of a test is written: as its metric is, where it has one."""
    entry = CATALOGUE.get(test)
    if entry and entry.share:
        return visible(percent)
    if entry and entry.metric:
        return visible(metric(entry.metric).form)
    return visible(_TESTS.get(test, three))


def visible(form: Form) -> Form:
    """As `form` writes it, or as `significant` does where only zeros would be left of a figure.

    >>> visible(three)(0.00012), visible(three)(0.0), visible(percent)(0.0412)
    ('0.000120', '0.000', '4.1%')
    >>> visible(three)(1.2e-7), visible(four)(-1e-15)
    ('< 1e-6', '> −1e-6')
    """

    def said(value: float) -> str:
        text = form(value)
        if not value or not isfinite(value) or re.search(r"[1-9]", text):
            return text
        if abs(value) < 1e-6:
            return "< 1e-6" if value > 0 else "> −1e-6"
        return significant(value)

    return said


def column_form(name: str) -> Form | None:
    """How a number in a table's column is written, told by the column's name.

    >>> column_form("approval_rate")(0.5), column_form("mean_limit")(12000.0)
    ('50.0%', '12,000')
    """
    if name.startswith("auc"):
        return three
    if name.endswith(("rate", "share", "missing", "pct")) or name in {"mean_pd", "pd", "captured"}:
        return percent
    if name == "capital_used":
        return percent
    if name == "psi":
        return four
    if any(word in name for word in ("profit", "regret", "limit", "exposure", "loss", "amount")):
        return money
    if name in {"n", "customers", "applicants", "applications", "approved", "defaults", "rows"}:
        return count
    return None
