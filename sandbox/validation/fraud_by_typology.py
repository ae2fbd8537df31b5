"""All figures of a fraud score at once: overall for tracking, and by kind of fraud."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.validation.fraud_alerts import alerts_by_capacity
from sandbox.validation.fraud_cards import daily_cards, precision_of
from sandbox.validation.fraud_delay import detection_delay
from sandbox.validation.fraud_metrics import (
    Classes,
    Estimate,
    auprc_of,
    classes,
    recall_of,
)
from sandbox.validation.fraud_thresholds import AlertCosts, threshold_by_cost
from sandbox.validation.fraud_value import against_oracle, value_of_alerts
from sandbox.validation.inputs import probabilities
from sandbox.validation.stakes import Stakes, flags

#: false-positive rates at which recall is read, per cent
RATES = (1, 2, 5)
#: the row of all frauds together
ALL = "all"


def by_typology(
    score: npt.ArrayLike,
    alerted: npt.ArrayLike,
    stakes: Stakes,
    costs: AlertCosts | None = None,
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """A row each kind of fraud against all honest applicants, and `all` first.

    Columns: `typology`; `applications`; `auprc`, of this kind against the honest; for 1, 2 and 5%
    `recall_at_fpr_2pct` with `_low` and `_high`; `alerted`, the share of applications that the
    alerts (n flags) hit; `at_stake`, `loss_avoided` (RMB); `money_stopped` (0 to 1);
    `days_saved` (mean days before confirmation). Money of honest applicants and reviews belongs
    to no kind, and is in `value_of_alerts` alone.
    """
    costs = costs or AlertCosts()
    s = probabilities("score", score)
    parted = classes(stakes.fraud, s)
    stopped = flags("alerted", alerted, stakes.n)
    frauds = np.flatnonzero(stakes.fraud)
    of_fraud, scores, hit = stakes.taken(frauds), s[frauds], stopped[frauds]
    rows = []
    for name in (ALL, *sorted(set(of_fraud.typology.tolist()))):
        rows_of = np.ones(len(frauds), bool) if name == ALL else of_fraud.typology == name
        part, hits = of_fraud.taken(rows_of), hit[rows_of]
        kinds = Classes(np.sort(scores[rows_of])[::-1], parted.honest)
        value = value_of_alerts(hits, part, costs)
        recalls: dict[str, float] = {}
        for rate in RATES:
            found = recall_of(kinds, rate / 100, seed=seed)
            recalls |= named(f"recall_at_fpr_{rate}pct", found)
        rows.append(
            {
                "typology": name,
                "applications": part.n,
                "auprc": auprc_of(kinds).value,
                **recalls,
                "alerted": float(hits.mean()),
                "at_stake": value.at_stake,
                "loss_avoided": value.loss_avoided,
                "money_stopped": value.money_stopped,
                "days_saved": detection_delay(hits, part).days_saved,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class FraudFigures:
    """What a judge tracks of a fraud score."""

    #: by tracked name (`fraud/…`, `value/…`, `truth/…`), all finite
    metrics: Mapping[str, float]
    #: `fraud_by_typology`, as `by_typology`
    tables: Mapping[str, pd.DataFrame]


def fraud_figures(
    score: npt.ArrayLike,
    stakes: Stakes,
    capacity: int,
    costs: AlertCosts | None = None,
    *,
    seed: int = 0,
) -> FraudFigures:
    """Every figure of n scores whose alerts are the `capacity` highest of each day.

    What could not be had is left out. `truth/fraud_saved_in_hindsight` is what the best single
    threshold would have saved without a limit on alerts, set on these outcomes.
    """
    costs = costs or AlertCosts()
    s = probabilities("score", score)
    alerted = alerts_by_capacity(s, stakes.day, capacity, stakes.customer)
    kinds = classes(stakes.fraud, s)
    figures = named("fraud/auprc", auprc_of(kinds))
    for rate in RATES:
        found = recall_of(kinds, rate / 100, seed=seed)
        figures |= named(f"fraud/recall_at_fpr_{rate}pct", found)
    figures |= _of_cards(s, stakes, capacity)
    figures |= _of_money(s, alerted, stakes, costs, capacity)
    found_when = detection_delay(alerted, stakes)
    figures |= {
        "fraud/found": found_when.found,
        "fraud/found_without_alerts": found_when.found_without,
        "fraud/delay_days": found_when.days,
        "fraud/delay_days_without_alerts": found_when.days_without,
        "fraud/days_saved": found_when.days_saved,
        "fraud/share_before_confirmation": found_when.share_before_confirmation,
    }
    table = by_typology(s, alerted, stakes, costs, seed=seed)
    finite_ones = {name: value for name, value in figures.items() if isfinite(value)}
    return FraudFigures(finite_ones, {"fraud_by_typology": table})


def _of_cards(score: npt.NDArray[np.float64], stakes: Stakes, capacity: int) -> dict[str, float]:
    """Card precision at 100 a day, and at the capacity."""
    figures = {}
    cards = daily_cards(stakes.fraud, score, stakes.day, stakes.customer)
    for name, k in (("100_a_day", 100), ("capacity", capacity)):
        found = precision_of(cards, k)
        figures[f"fraud/cp_at_{name}"] = found.value
        figures[f"fraud/cp_at_{name}_ceiling"] = found.ceiling
    return figures


def _of_money(
    score: npt.NDArray[np.float64],
    alerted: npt.NDArray[np.bool_],
    stakes: Stakes,
    costs: AlertCosts,
    capacity: int,
) -> dict[str, float]:
    """Cost saved at the capacity, against the oracle and the best threshold in hindsight."""
    value = value_of_alerts(alerted, stakes, costs)
    regret = against_oracle(alerted, stakes, costs, capacity)
    best = threshold_by_cost(score, stakes.fraud, stakes.loss, stakes.profit, costs)
    return {
        "fraud/alerts": float(value.alerts),
        "fraud/false_positive_ratio": value.false_positive_ratio,
        "fraud/money_stopped": value.money_stopped,
        "value/fraud_at_stake": value.at_stake,
        "value/fraud_loss_avoided": value.loss_avoided,
        "value/fraud_review_cost": value.review_cost,
        "value/fraud_profit_forgone": value.profit_forgone,
        **named("value/fraud_saved", value.saved),
        "value/fraud_share_saved": value.share_saved,
        "truth/fraud_oracle": regret.oracle,
        **named("truth/fraud_regret", regret.regret),
        "truth/fraud_share_of_oracle": regret.share,
        "truth/fraud_saved_in_hindsight": value_of_alerts(score >= best, stakes, costs).saved.value,
    }


def named(name: str, found: Estimate) -> dict[str, float]:
    """An estimate as three figures: `name`, `name_low`, `name_high`."""
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
