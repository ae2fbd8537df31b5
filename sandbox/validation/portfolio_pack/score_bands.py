"""Score bands: how many fall into each, then and now, what the shift adds to the PSI, bad rates."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.inputs import finite, same_length, vector

#: bands of equal size of the reference, where no edges are given
BANDS = 10


def score_bands(
    reference: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    target: npt.ArrayLike | None = None,
    reference_target: npt.ArrayLike | None = None,
    edges: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """A row a band of score, from the lowest, then one for all.

    Columns: `band` (text), `score_from` (above), `score_to` (up to; NaN open end), `count_before`,
    `share_before`, `count_after`, `share_after`, `psi` (what the band adds; the sum in the last
    row), and `bad_rate_before`, `bad_rate_after` (of observed outcomes, NaN without). `edges`
    are the inner bounds; without them the deciles of `reference`. The sum equals
    `stability.psi`, an empty band counts as half a row there too.
    """
    before, after = finite("reference", reference), finite("score", score)
    if not len(before) or not len(after):
        raise BadInput(f"{len(before)} and {len(after)} scores; give at least one each.")
    if edges is None:
        inner = np.unique(np.quantile(before, np.arange(1, BANDS) / BANDS, method="inverted_cdf"))
        inner = inner[inner < before.max()]
    else:
        inner = finite("edges", edges)
        if (np.diff(inner) <= 0).any():
            raise BadInput(f"The edges are {inner.tolist()}; they must rise.")
    k = len(inner) + 1
    table = pd.DataFrame(
        {
            "band": [f"{place + 1} of {k}" for place in range(k)],
            "score_from": np.r_[np.nan, inner],
            "score_to": np.r_[inner, np.nan],
        }
    )
    sides = (("before", before, reference_target), ("after", after, target))
    for side, values, _ in sides:
        place = np.searchsorted(inner, values, side="left")
        table[f"count_{side}"] = np.bincount(place, minlength=k)
        table[f"share_{side}"] = table[f"count_{side}"] / len(values)
    e = np.maximum(table["count_before"], 0.5) / len(before)
    a = np.maximum(table["count_after"], 0.5) / len(after)
    table["psi"] = (a - e) * np.log(a / e)
    whole = {"band": "all", "count_before": len(before), "count_after": len(after)}
    whole |= {"share_before": 1.0, "share_after": 1.0, "psi": float(table["psi"].sum())}
    table = pd.concat([table, pd.DataFrame([whole])], ignore_index=True)
    for side, values, outcome in sides:
        table[f"bad_rate_{side}"] = _bad_rates(values, outcome, inner)
    return table


def _bad_rates(
    values: npt.NDArray[np.float64],
    outcome: npt.ArrayLike | None,
    inner: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    k = len(inner) + 1
    if outcome is None:
        return np.full(k + 1, np.nan)
    bad = vector("target", outcome)
    same_length(target=bad, score=values)
    seen = ~np.isnan(bad)
    place = np.searchsorted(inner, values[seen], side="left")
    count = np.bincount(place, minlength=k).astype(np.float64)
    events = np.bincount(place, weights=bad[seen], minlength=k)
    count, events = np.r_[count, count.sum()], np.r_[events, events.sum()]
    found: npt.NDArray[np.float64] = events / np.where(count > 0, count, np.nan)
    return found
