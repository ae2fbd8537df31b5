"""Why an applicant's score is bad: the top four reasons, as codes with a text each.

A feature is a reason in a row if it pushes towards the bad outcome, if its value lies on the side
that the catalogue says speaks against an applicant, and if the applicant can change it. Features of
one code are added together, so that a code stands once. What was set aside is counted beside it.
The applicant is given code and text; the feature behind them is for the bank.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.explanation.attribution import Attribution
from sandbox.explanation.reason_catalogue import Catalogue, Language
from sandbox.explanation.weighed_reasons import Cells, Weighed

if TYPE_CHECKING:
    import shap

#: reasons that a declined applicant is given (Regulation B, 12 CFR 1002.9, comment 9(b)(2)-1: more
#: than four are not likely to be helpful)
TOP = 4
_COLUMNS = ("row", "rank", "code", "feature", "contribution", "text")


def reason_codes(
    attribution: "Attribution | shap.Explanation",
    top: int = TOP,
    language: Language = "en",
    codes: Catalogue | Path | str | None = None,
    usual: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The reasons of n rows, strongest first; a row that has fewer than `top` gets fewer.

    Parameters
    ----------
    attribution : n rows of a cell, or what `explain` returns; of an output that is bad when it is
        high, such as the log-odds of default
    top : reasons a row at most
    language : "en" or "zh"
    codes : a catalogue or its file; None: the one that comes with the package
    usual : rows with the columns explained that say what is usual; a value is high where half of
        them or more lie below it, so that a sentence may say "than most". None: the rows
        explained, of which there must be two

    Returns
    -------
    A row a reason: `row` (position, from 0), `rank` (from 1), `code`, `feature` (the strongest of
    the code), `contribution` (of the code's features, units of `attribution.output`), `text`.
    Equal contributions are ordered by code. `reason_counts` says how many rows have fewer.

    Raises BadInput for a `top` below 1, an unknown language, and rows that cannot be compared.

    >>> rows = pd.DataFrame({"bureau_utilisation": [0.9, 0.2], "age": [22.0, 60.0]})
    >>> values = np.array([[0.7, 0.4], [-0.7, -0.4]])
    >>> found = Attribution(values, np.zeros(2), rows, "log-odds of default", "closed form")
    >>> reason_codes(found)[["row", "rank", "code", "contribution"]].to_dict("records")
    [{'row': 0, 'rank': 1, 'code': 'R10', 'contribution': 0.7}]
    """
    catalogue = catalogue_of(codes)
    texts = {code: catalogue.text(code, language) for code in catalogue.reasons}
    weighed = Weighed.of(attribution, catalogue, usual)
    picked = weighed.top(top)
    row, rank = np.nonzero(picked >= 0)
    which = picked[row, rank]
    names = np.array(weighed.codes, dtype=object)
    features = np.array(weighed.names, dtype=object)
    said = np.array([texts[code] for code in weighed.codes], dtype=object)
    found = (
        row,
        rank + 1,
        names[which],
        features[weighed.strongest[row, which]],
        weighed.total[row, which],
        said[which],
    )
    return pd.DataFrame(dict(zip(_COLUMNS, found, strict=True)))


def reason_counts(reasons: pd.DataFrame, rows: int, top: int = TOP) -> pd.DataFrame:
    """How many of `rows` rows have 0, 1, ... `top` reasons: `reasons`, `rows`, `share`.

    >>> reason_counts(pd.DataFrame({"row": [0, 0, 2]}), rows=3, top=2)["rows"].tolist()
    [1, 1, 1]
    """
    a_row = np.bincount(reasons["row"].to_numpy(dtype=np.intp), minlength=rows)
    counts = np.bincount(a_row, minlength=top + 1)[: top + 1]
    return pd.DataFrame(
        {"reasons": np.arange(top + 1), "rows": counts, "share": counts / max(rows, 1)}
    )


def reason_table(
    attribution: "Attribution | shap.Explanation",
    top: int = TOP,
    codes: Catalogue | Path | str | None = None,
    usual: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How often each code is a reason; a row a code that occurs, the most frequent first.

    Columns: `code`, `text_en`, `text_zh`, `share_top` (of the n rows, those that have it among
    their `top`) and `share_first` (those that have it first), 0 to 1.
    """
    catalogue = catalogue_of(codes)
    weighed = Weighed.of(attribution, catalogue, usual)
    picked = weighed.top(top)
    rows = max(len(picked), 1)
    often = [int((picked == k).any(axis=1).sum()) / rows for k in range(len(weighed.codes))]
    first = [int((picked[:, 0] == k).sum()) / rows for k in range(len(weighed.codes))]
    table = pd.DataFrame(
        {
            "code": pd.Series(weighed.codes, dtype=object),
            "text_en": [catalogue.text(code, "en") for code in weighed.codes],
            "text_zh": [catalogue.text(code, "zh") for code in weighed.codes],
            "share_top": often,
            "share_first": first,
        }
    )
    order = ["share_top", "share_first", "code"]
    there = table[table["share_top"] > 0]
    return there.sort_values(order, ascending=[False, False, True], ignore_index=True)


def not_used(
    attribution: "Attribution | shap.Explanation",
    codes: Catalogue | Path | str | None = None,
    usual: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What pushed towards the bad outcome and is no reason; largest part first.

    Columns: `feature`, `why` ("not in the catalogue", "protected", "silent: ..." with the
    catalogue's words, "not actionable", "runs against its direction", "value is missing"), `rows`
    in which it happened, `share` of the n rows, and `push`: the part of all contributions towards
    the bad outcome, over all rows, that it makes up (0 to 1). A feature that the catalogue does
    not mention has a row in any case.
    """
    cells = Cells.of(attribution, catalogue_of(codes), usual)
    everything = max(float(cells.values[cells.pushing].sum()), np.finfo(float).tiny)
    found = []
    for j, (name, claim) in enumerate(zip(cells.names, cells.claims, strict=True)):
        for why, where in cells.set_aside(j):
            rows = int(where.sum())
            if rows or claim.silent == why == "not in the catalogue":
                push = float(cells.values[where, j].sum()) / everything
                found.append((name, why, rows, rows / max(len(cells.values), 1), push))
    table = pd.DataFrame(found, columns=["feature", "why", "rows", "share", "push"])
    order = ["push", "feature", "why"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def catalogue_of(codes: Catalogue | Path | str | None) -> Catalogue:
    """The catalogue meant: itself, one read from a file, or the one of the package."""
    if codes is None:
        return Catalogue.built_in()
    return codes if isinstance(codes, Catalogue) else Catalogue.from_file(codes)
