"""The judge of explanations: faithful to the model, faithful to the structure, steady in reasons.

The additivity gate comes before it, in `explained`; what did not pass is not judged here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sandbox.experiment.explained_again import AskedAgain
from sandbox.experiment.explained_truth import explained_truth, has_contributions
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.trial import Floats, Scores
from sandbox.explanation.attribution import Attribution
from sandbox.explanation.faithfulness import on_the_margin
from sandbox.explanation.reason_codes import reason_table
from sandbox.explanation.reason_stability import stability_of
from sandbox.explanation.structure import against_structure, measures_of
from sandbox.isolation import Status
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.suite import metrics_of
from sandbox.validation.truth_given import STRUCTURE, validate_structure_truth

CORRELATION, DELETION = "explanation.faithfulness_correlation", "explanation.faithfulness_deletion"
STABILITY = "explanation.reason_stability"


@dataclass(frozen=True)
class Explained:
    """What was found of a cell's explanation."""

    results: tuple[ValidationResult, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def judged_explanation(
    plan: CellPlan,
    attribution: Attribution,
    risk: Floats,
    again: AskedAgain | None,
) -> Explained:
    """Judge the attribution of a cell; `risk` has the model's scores of the same rows."""
    policy = Policy.default()
    parts = (
        _to_the_model(attribution, risk, again, plan.entrant.outputs, policy),
        _to_the_structure(plan, attribution, policy),
        _reasons(attribution, again, policy),
    )
    results = tuple(result for part in parts for result in part.results)
    metrics = {name: value for part in parts for name, value in part.metrics.items()}
    tables = {name: table for part in parts for name, table in part.tables.items()}
    return Explained(results, {**metrics_of(results), **metrics}, tables)


def _to_the_model(
    attribution: Attribution,
    risk: Floats,
    again: AskedAgain | None,
    outputs: tuple[str, ...],
    policy: Policy,
) -> Explained:
    if again is None or again.scored.status is not Status.OK or again.scored.value is None:
        why = "the model was not asked" if again is None else f"it ended: {again.scored.reason}"
        tests = (CORRELATION, DELETION)
        return Explained(tuple(not_evaluated(t, why, n=0, policy=policy) for t in tests))
    columns = {name: again.scored.value[:, k] for k, name in enumerate(outputs)}
    margin = attribution.values.sum(axis=1) + attribution.base
    answers = on_the_margin(Scores(columns, {}).risk(), risk, margin)
    found = again.removals.read(attribution.values, margin, answers)
    flat = "the contributions are the same for all features"
    figures = (
        (CORRELATION, found.correlation, found.correlation_interval, ""),
        (DELETION, found.deletion, found.deletion_interval, "1 where it falls as promised"),
    )
    results = tuple(
        judge(test, figure, n=found.rows, policy=policy, interval=interval, note=note)
        if np.isfinite(figure)
        else not_evaluated(test, flat, n=found.rows, policy=policy)
        for test, figure, interval, note in figures
    )
    curve = found.curve
    return Explained(
        (results[0], replace(results[1], table=curve)), tables={"explanation_faithfulness": curve}
    )


def _to_the_structure(plan: CellPlan, attribution: Attribution, policy: Policy) -> Explained:
    """Against what truly moves default; nothing for fraud, and for a portfolio, whose truth nobody
    knows."""
    if not has_contributions(plan):
        return Explained()
    truth = explained_truth(plan)
    both = truth.rows < len(attribution.values)
    if not both.any():
        why = "nobody explained means to pay"
        return Explained(validate_structure_truth(None, policy, reason=why))
    names = [str(name) for name in attribution.features.columns]
    said = pd.DataFrame(attribution.values[truth.rows[both]], columns=names)
    measures = measures_of(names, rent_is_need=plan.evaluation.scenario.need.is_rent)
    true = truth.values[both].reset_index(drop=True)
    found = against_structure(said, true, measures, truth.error)
    figures = {name: getattr(found, name) for name in (*STRUCTURE, "by_chance")}
    results = validate_structure_truth(
        {**figures, "ceiling": truth.ceiling},
        policy,
        rows=found.rows,
        interval=found.interval if np.isfinite(found.interval).all() else None,
        table=found.table,
    )
    return Explained(results, tables={"explanation_structure": found.table})


def _reasons(attribution: Attribution, again: AskedAgain | None, policy: Policy) -> Explained:
    # as a stored table is read again
    words = {"code": str, "text_en": str, "text_zh": str}
    tables = {"reason_codes": reason_table(attribution).astype(words)}
    noisy = None if again is None else again.explained
    if again is None or noisy is None or noisy.status is not Status.OK or noisy.value is None:
        why = "the model did not explain the rows with noise"
        if noisy is not None and noisy.reason:
            why = f"the explanation of rows with noise ended: {noisy.reason}"
        return Explained((not_evaluated(STABILITY, why, n=0, policy=policy),), tables=tables)
    # a slow model may have explained fewer than it was asked about
    values, base, _ = noisy.value
    rows = min(len(values), len(attribution.values))
    before = replace(
        attribution,
        values=attribution.values[:rows],
        base=attribution.base[:rows],
        features=attribution.features.iloc[:rows],
    )
    after = replace(
        before,
        values=values[:rows],
        base=base[:rows],
        features=again.noisy.iloc[:rows],
    )
    found = stability_of(before, after, usual=attribution.features)
    if np.isnan(found.kept):
        why = "nobody has a reason"
        result = not_evaluated(STABILITY, why, n=rows, policy=policy)
    else:
        note = f"the first reason stays for {found.same_first:.0%}"
        result = judge(STABILITY, found.kept, n=found.rows, policy=policy, note=note)
    return Explained((result,), tables=tables)
