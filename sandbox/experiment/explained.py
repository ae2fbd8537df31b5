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
#: rows that a slow model has to explain at least: fewer show neither an order nor what is usual
FEWEST = 10


def explained_positions(trial: Trial) -> NDArray[np.intp]:
    """The same evaluation rows for every model, so that explanations can be compared."""
    return positions_explained(len(trial.evaluation_features))


def positions_explained(rows: int) -> NDArray[np.intp]:
    """Which of so many evaluation rows are explained, in their order."""
    return np.sort(np.random.default_rng(0).permutation(rows)[:EXPLAINED])


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
    scores (`risk`) do that the same model gave before it was asked to explain. A model that is
    slow to explain was explained for the first rows only. `output` empty: the worker says what
    the contributions add up to.
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
        reason="The model was not asked for an explanation.",
    )
    if outcome is None:
        return None, gate
    if outcome.status is not Status.OK or outcome.value is None:
        return None, replace(gate, reason=f"The model could not be explained: {outcome.reason}")
    values, base, margin = outcome.value
    rows, asked = len(base), len(explained_positions(trial))
    if rows < min(FEWEST, asked):
        why = f"The model explained {rows} of {asked:,} rows in its time; {FEWEST} tell something."
        return None, replace(gate, reason=why)
    gap = float(np.abs(values.sum(axis=1) + base - margin).max())
    try:
        check(values, base, margin)
        _check_order(margin, risk[:rows])
    except AdditivityError as error:
        failed = replace(gate, n=rows, statistic=gap, verdict=Verdict.FAIL, reason=f"{error}")
        return None, failed
    features = explained_rows(trial)[0]
    said, how = (*outcome.said, "", "")[:2]
    few = f", the first {rows:,} of {len(features):,} rows" if rows < len(features) else ""
    attribution = Attribution(
        values=values,
        base=base,
        features=features.head(rows),
        output=output or f"{said} (as the model's worker says)",
        method="Shapley values, interventional, background "
        f"{min(BACKGROUND, len(trial.training_features))} training rows; {how}{few}",
    )
    passed = replace(gate, n=rows, statistic=gap, verdict=Verdict.PASS, reason="")
    return attribution, passed


def _check_order(margin: Floats, risk: Floats) -> None:
    """AdditivityError unless the scores rise with the explained output, ties with ties.

    Scores that differ by less than single precision tells apart count as ties: libraries that
    score in it round each call on its own.
    """
    tie = max(1e-9, 4e-7 * float(np.abs(risk).max(initial=0.0)))
    order = np.lexsort((risk, margin))
    rise, step = np.diff(risk[order]), np.diff(margin[order])
    wrong = np.where(step > 1e-9, rise < -tie, np.abs(rise) > max(1e-6, tie))
    if wrong.any():
        row = int(order[int(np.argmax(wrong)) + 1])
        raise AdditivityError(
            f"The explained output does not follow the scores: in row {row} it is "
            f"{margin[row]:.6g} where the score is {risk[row]:.6g}, against the order of the rest."
        )
