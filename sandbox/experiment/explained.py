"""The explanation of a cell: which rows, and the gate that it has to pass."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.experiment.trial import Floats, Trial
from sandbox.explanation.additivity import AdditivityError, check
from sandbox.explanation.attribution import Attribution
from sandbox.isolation import Outcome, Status
from sandbox.validation.result import ValidationResult, Verdict

#: evaluation rows explained, and training rows they are explained against
EXPLAINED, BACKGROUND = 1_000, 100


def explained_positions(trial: Trial) -> NDArray[np.intp]:
    """The same evaluation rows for every model, so that explanations can be compared."""
    order = np.random.default_rng(0).permutation(len(trial.evaluation_features))
    return np.sort(order[:EXPLAINED])


def explained_rows(trial: Trial) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to explain, and training rows to explain them against."""
    behind = np.random.default_rng(1).permutation(len(trial.training_features))[:BACKGROUND]
    rows = trial.evaluation_features.iloc[explained_positions(trial)]
    background = trial.training_features.iloc[np.sort(behind)]
    return rows.reset_index(drop=True), background.reset_index(drop=True)


def explained(
    trial: Trial,
    output: str,
    outcome: "Outcome[tuple[Floats, Floats, Floats]] | None",
    risk: Floats,
) -> tuple[Attribution | None, ValidationResult]:
    """The attribution, and the additivity gate: checked here, whatever the model said.

    The contributions have to add up to the margin, and the margin has to order the rows as the
    scores (`risk`) do that the same model gave before it was asked to explain.
    """
    gate = ValidationResult(
        id="explanation.additivity",
        family="explanation",
        title="Contributions add up to the model's output",
        hypothesis="In every explained row, base and contributions add up to an output that "
        "ranks the rows as the model's scores do.",
        n=0,
        statistic=float("nan"),
        threshold="largest gap at most 1e-6",
        threshold_source="Shapley's efficiency axiom",
        verdict=Verdict.NOT_EVALUATED,
        reason="The model offers no additive explanation.",
    )
    if outcome is None:
        return None, gate
    if outcome.status is not Status.OK or outcome.value is None:
        return None, replace(gate, reason=f"The explanation ended: {outcome.reason}")
    values, base, margin = outcome.value
    gap = float(np.abs(values.sum(axis=1) + base - margin).max())
    try:
        check(values, base, margin)
        _check_order(margin, risk)
    except AdditivityError as error:
        failed = replace(gate, n=len(base), statistic=gap, verdict=Verdict.FAIL, reason=f"{error}")
        return None, failed
    attribution = Attribution(
        values=values,
        base=base,
        features=explained_rows(trial)[0],
        output=output,
        method="Shapley values, interventional, background "
        f"{min(BACKGROUND, len(trial.training_features))} training rows",
    )
    passed = replace(gate, n=len(base), statistic=gap, verdict=Verdict.PASS, reason="")
    return attribution, passed


def _check_order(margin: Floats, risk: Floats) -> None:
    """AdditivityError unless the scores rise with the explained output, ties with ties."""
    order = np.lexsort((risk, margin))
    rise, step = np.diff(risk[order]), np.diff(margin[order])
    wrong = np.where(step > 1e-9, rise < -1e-9, np.abs(rise) > 1e-6)
    if wrong.any():
        row = int(order[int(np.argmax(wrong)) + 1])
        raise AdditivityError(
            f"The explained output does not follow the scores: in row {row} it is "
            f"{margin[row]:.6g} where the score is {risk[row]:.6g}, against the order of the rest."
        )
