"""Any model that scores tables, by `shap`: it is asked about mixtures of a row and the background.

Up to eight features every coalition is tried (exact); beyond, features join in random orders,
each there and back, which adds up exactly and estimates each value (Mitchell et al., "Sampling
permutations for Shapley value estimation", 2022). The model is asked very often, so the number of
rows that it has to score is counted first.

shap takes numbers that differ by less than one in 100,000 for equal and would leave such a
feature out. It is given codes here, a number for each distinct value of a column, and the model
gets the values themselves; so text, categories and missing values can be explained as well.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.explanation.global_draws import global_draws
from sandbox.explanation.recipe import (
    Found,
    Matrix,
    Vector,
    as_fitted,
    columns_read,
    second_class,
)

#: features up to which every coalition is tried
EXACT = 8
#: orders of features at most, each there and back
ORDERS = 10
#: coalitions scored in one call of the model
_TOGETHER = 50

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Budget:
    """How much a model may be asked."""

    #: rows that it scores in all
    scored: int
    #: estimated seconds
    seconds: float
    #: rows explained at most, the first; None: all, or a refusal
    explained: int | None = None


#: a person waits, and is told what would take too long
PATIENT = Budget(scored=50_000_000, seconds=600.0)
#: a cell of a study goes on with fewer rows
QUICK = Budget(scored=2_500_000, seconds=60.0, explained=200)


@dataclass(frozen=True)
class Plan:
    """How many rows are explained, and how."""

    #: the first so many
    rows: int
    #: features that differ between some row and some background row
    players: int
    #: orders of features, each there and back; 0: every coalition
    orders: int
    #: rows of background
    background: int

    @property
    def scored(self) -> int:
        """Rows that the model scores, at most."""
        coalitions = self.orders * (2 * self.players + 1) if self.orders else 2**self.players
        return self.rows * coalitions * self.background

    def __str__(self) -> str:
        how = "exact, every coalition"
        if self.orders:
            how = f"permutation, {self.orders} random orders there and back"
        return f"shap, {how}, {self.scored:,} rows scored"


def explained_by_asking(
    model: Any, features: pd.DataFrame, background: pd.DataFrame, seed: int, budget: Budget
) -> Found:
    """Contributions to what the model says of a row; BadInput where it says no one number.

    With `budget.explained` only as many rows as the budget allows, the first;
    otherwise BadInput when it does not allow all of them.
    """
    names = list(columns_read(model, list(features.columns)))
    say, output = said_by(model)
    own, usual = features[names], background[names]
    game = _Game.of(own, usual, say)
    plan = _planned(game, len(background), budget)
    if budget.explained is None and plan.rows < len(features):
        raise BadInput(_too_much(model, game, plan, len(features)))
    found = _asked(game, plan, seed)
    values = np.zeros((plan.rows, features.shape[1]))
    values[:, features.columns.get_indexer(pd.Index(names))] = found
    margin = say(own.head(plan.rows))
    base = np.full(plan.rows, say(usual).mean())
    return Found(values, base, margin, output, str(plan))


def said_by(model: Any) -> tuple[Callable[[pd.DataFrame], Vector], str]:
    """What a model says of each row as one number, and its name."""
    if hasattr(model, "outputs") and hasattr(model, "role"):
        outputs = list(model.outputs)
        name = next((n for n in ("pd", "score") if n in outputs), outputs[0])
        return _checked(model, "predict", outputs.index(name), len(outputs)), name
    if hasattr(model, "predict_proba"):
        return _checked(model, "predict_proba", 1, 2), f"probability of {second_class(model)}"
    if hasattr(model, "decision_function") and hasattr(model, "classes_"):
        return _checked(
            model, "decision_function", 0, 1
        ), f"decision function of {second_class(model)}"
    if hasattr(model, "predict"):
        return _checked(model, "predict", 0, 1), "prediction"
    raise BadInput(
        f"A {type(model).__name__} cannot be explained: it has no predict and no "
        "predict_proba; give a fitted model that scores tables."
    )


def _checked(model: Any, method: str, column: int, width: int) -> Callable[[pd.DataFrame], Vector]:
    """The numbers in one of the method's `width` columns; BadInput for anything else."""

    def say(table: pd.DataFrame) -> Vector:
        if not len(table):
            return np.empty(0)
        given = np.asarray(getattr(model, method)(as_fitted(model, table)))
        if given.dtype.kind not in "fiub":
            raise BadInput(
                f"{method} of the {type(model).__name__} gives {given.dtype}, not numbers; give "
                "a model whose answer is a probability or an amount."
            )
        if method == "predict_proba" and (given.ndim != 2 or given.shape[1] != 2):
            raise BadInput(
                f"predict_proba of the {type(model).__name__} has shape {given.shape}; two "
                "columns, of two classes, can be explained."
            )
        if given.ndim == 2 and given.shape[1] == width:
            given = given[:, column]
        if given.shape != (len(table),):
            raise BadInput(
                f"{method} of the {type(model).__name__} has shape {given.shape} for "
                f"{len(table)} rows; one number a row is needed."
            )
        return given.astype(np.float64)

    return say


@dataclass(frozen=True)
class _Game:
    """Rows and background as codes, and what the model says of a matrix of codes."""

    rows: Codes
    background: Codes
    say: Callable[[Codes], Vector]

    @classmethod
    def of(
        cls, rows: pd.DataFrame, background: pd.DataFrame, say: Callable[[pd.DataFrame], Vector]
    ) -> "_Game":
        # the background first: small codes, whose neighbours shap's relative tolerance tells apart
        both, usual = pd.concat([background, rows], ignore_index=True), len(background)
        coded = [pd.factorize(both[name], use_na_sentinel=False)[0] for name in both]
        codes = np.column_stack(coded).astype(np.int64)
        # where each code of each column is found first
        first = [np.unique(column, return_index=True)[1] for column in codes.T]

        decoded = _decoder(both, first)
        return cls(codes[usual:], codes[:usual], lambda mixed: say(decoded(mixed)))

    @property
    def players(self) -> int:
        """Most features in which a row differs from some row of the background."""
        constant = (self.background == self.background[0]).all(axis=0)
        same = constant & (self.rows == self.background[0])
        return int((~same).sum(axis=1).max(initial=0))

    def seconds_a_row(self) -> float:
        """How long the model takes, in calls as large as they will be."""
        tiled = np.tile(self.background, (_TOGETHER, 1))
        self.say(self.background)  # what is done once only
        started = time.perf_counter()
        self.say(tiled)
        return (time.perf_counter() - started) / len(tiled)


def _decoder(table: pd.DataFrame, first: list[NDArray[np.intp]]) -> Callable[[Codes], pd.DataFrame]:
    """From codes to the values themselves; the k-th code of a column is found at `first`."""
    if all(kind == np.float64 for kind in table.dtypes):
        numbers = [table.iloc[:, k].to_numpy()[places] for k, places in enumerate(first)]

        def of_numbers(mixed: Codes) -> pd.DataFrame:
            matrix = np.empty(mixed.shape)
            for k, values in enumerate(numbers):
                matrix[:, k] = values[mixed[:, k].astype(np.intp)]
            return pd.DataFrame(matrix, columns=table.columns, copy=False)

        return of_numbers

    def of_values(mixed: Codes) -> pd.DataFrame:
        columns = {
            name: table[name].array.take(first[k][mixed[:, k].astype(np.intp)])
            for k, name in enumerate(table.columns)
        }
        return pd.DataFrame(columns, copy=False)

    return of_values


def _planned(game: _Game, background: int, budget: Budget) -> Plan:
    """As many rows and then orders as the budget allows; a slow model gets fewer by halves."""
    rows, players = len(game.rows), game.players
    wanted = min(rows, budget.explained or rows)
    allowed = budget.scored
    slow = game.seconds_a_row()
    while allowed > 1 and allowed * slow > budget.seconds:
        allowed //= 2
    plan = Plan(wanted, players, 0 if players <= EXACT else 1, background)
    each = plan.scored // plan.rows
    if plan.scored > allowed:
        return replace(plan, rows=max(1, allowed // each))
    if plan.orders:
        return replace(plan, orders=int(np.clip(allowed // plan.scored, 1, ORDERS)))
    return plan


def _too_much(model: Any, game: _Game, plan: Plan, rows: int) -> str:
    each = plan.scored // plan.rows
    return (
        f"To explain {rows:,} rows the {type(model).__name__} would have to score "
        f"{each * rows:,} rows, about {each * rows * game.seconds_a_row():,.0f} s; explain "
        f"{plan.rows:,} rows, features.sample({plan.rows}, random_state=seed), or take "
        "fewer rows of background."
    )


def _asked(game: _Game, plan: Plan, seed: int) -> Matrix:
    """Contributions by shap, which draws from NumPy's global generator: left as it was."""
    import shap

    masker = shap.maskers.Independent(game.background, max_samples=plan.background)
    with global_draws(seed):
        if plan.orders:
            explainer = shap.PermutationExplainer(game.say, masker, seed=seed)
            evaluations = plan.orders * (2 * game.rows.shape[1] + 1)
        else:
            explainer = shap.ExactExplainer(game.say, masker)
            evaluations = 2 ** max(1, plan.players)
        found = explainer(
            game.rows[: plan.rows], max_evals=evaluations, batch_size=_TOGETHER, silent=True
        )
    return np.asarray(found.values, dtype=np.float64)
