"""What would have to change: the smallest change that brings an applicant under the cut-off.

For each declined row the search tries, in this order, one feature, then two, then three. Within a
number of features the cheapest change wins, so that an advice is as sparse as it can be: leave
any part of it out and the model declines again. A feature moves from the applicant's own value
towards the end of what the action and the background allow, in `moves.STEPS` steps; a unit of
cost is one interquartile range of the background (Wachter, Mittelstadt and Russell, 2018, use a
median deviation; Ustun, Spangher and Liu, 2019, actions with bounds, as here).

Two features are tried on every third step of each and then, around the cheapest, on every step;
three on every sixth. The model is asked with tables of many candidates, so that it can stay in
its sandbox. What is advised changes the model's answer; whether it changes the customer is
another question, which `sandbox.experiment.recourse_truth` asks the truth of a world.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.explanation.actions import Actions, Language, actions
from sandbox.explanation.counterfactual_search import EVERY, Change, Score, Search, placed
from sandbox.explanation.moves import moves_of

#: rows that the model is asked about in one call
AT_ONCE = 100_000

NOTHING = {
    "en": "No change of what can be changed brings this application under the cut-off.",
    "zh": "在可以改变的项目中，没有任何调整能使该申请达到准入线。",
}


def advise(
    score: Score,
    features: pd.DataFrame,
    target: float,
    background: pd.DataFrame,
    *,
    possible: Actions | None = None,
    at_most: int = 2,
    at_once: int = AT_ONCE,
) -> pd.DataFrame:
    """The cheapest change, of at most `at_most` features, that brings pd to `target` or under.

    Parameters
    ----------
    score : asks a model: a table with the columns of `features` in, one pd a row out
    features : n × d; rows at or under the target need no advice and get none
    target : cut-off, the largest pd that is not declined
    background : m × d; no value outside its range is advised, and costs are measured in its
        interquartile ranges (its standard deviation where that range is 0)
    possible : what an applicant can change; None: `actions.yaml`
    at_most : features in one advice, 1 to 3; with 3 a row costs up to 6,000 candidates
    at_once : rows in one call of `score`

    Returns
    -------
    A row a changed feature: `row` (position in `features`), `feature`, `from`, `to`, `cost`,
    `pd_before`, `pd_after` (after the whole advice). A feature that falls along with another one
    has cost 0. Where nothing helps, one row with `feature` "", whose other columns are NaN but
    for `pd_before`.

    >>> x = pd.DataFrame({"requested_amount": [4e3, 12e3, 2e4], "age": [30.0, 30.0, 30.0]})
    >>> pd_of = lambda table: table["requested_amount"] / 1e5
    >>> advise(pd_of, x, 0.06, background=x)[["row", "feature", "from", "to"]].values.tolist()
    [[1, 'requested_amount', 12000.0, 6000.0], [2, 'requested_amount', 20000.0, 6000.0]]
    """
    _check(features, background, target, at_most, at_once)
    if not len(features):
        return _table([])
    known = possible or actions()
    moves = moves_of(known, features, background)
    search = Search(score, features, target, known, moves, at_once)
    before = search.asked(features)
    open_rows = np.flatnonzero(before > target)
    found: dict[int, Change] = {}
    for count in range(1, at_most + 1):
        found |= search.cheapest(open_rows, count)
        open_rows = np.array([r for r in open_rows if r not in found], dtype=np.intp)
    return _table(
        [
            part
            for row in np.flatnonzero(before > target)
            for part in search.parts(int(row), before[row], found.get(int(row)))
        ]
    )


def advised(features: pd.DataFrame, advice: pd.DataFrame) -> pd.DataFrame:
    """The features with what is advised done; rows without advice stay as they are."""
    changed = features.copy()
    for feature, rows in advice[advice["feature"] != ""].groupby("feature"):
        at = rows["row"].to_numpy(dtype=np.intp)
        changed[str(feature)] = placed(changed[str(feature)], at, rows["to"].to_numpy())
    return changed


def advice_text(
    advice: pd.DataFrame, language: Language = "en", possible: Actions | None = None
) -> pd.DataFrame:
    """What to tell each applicant: columns `row` and `text`, English or Chinese.

    >>> advice = pd.DataFrame({"row": [4], "feature": "requested_amount", "from": 12e3,
    ...                        "to": 6e3, "cost": 1.0, "pd_before": 0.2, "pd_after": 0.1})
    >>> advice_text(advice)["text"].item()
    'Ask for at most 6,000 RMB instead of 12,000.'
    """
    if language not in NOTHING:
        raise BadInput(f"language is {language!r}; it is en or zh.")
    known, between = possible or actions(), " " if language == "en" else ""
    texts = []
    for row, parts in advice.groupby("row", sort=True):
        said = [
            known.of(str(part["feature"])).words(part["from"], part["to"], language)
            for _, part in parts.iterrows()
            if part["feature"] and part["cost"] > 0
        ]
        texts.append({"row": row, "text": between.join(said) or NOTHING[language]})
    return pd.DataFrame(texts, columns=["row", "text"])


def _table(lines: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    names = ["row", "feature", "from", "to", "cost", "pd_before", "pd_after"]
    table = pd.DataFrame(lines, columns=names)
    kinds = dict.fromkeys(names[2:], np.float64) | {"row": np.int64}
    return table.astype(kinds)


def _check(
    features: pd.DataFrame, background: pd.DataFrame, target: float, at_most: int, at_once: int
) -> None:
    if list(features.columns) != list(background.columns):
        raise BadInput(
            f"The background's columns {list(background.columns)} are not the features' "
            f"{list(features.columns)}; give both in the model's order."
        )
    if not 0 < target < 1:
        raise BadInput(f"target is {target!r}; it is a pd above 0 and below 1.")
    if at_most not in EVERY:
        raise BadInput(f"at_most is {at_most!r}; an advice has 1 to 3 features.")
    if at_once < 1 or not len(background):
        raise BadInput(
            f"at_once is {at_once!r} and the background has {len(background)} rows; give 1 or more."
        )
