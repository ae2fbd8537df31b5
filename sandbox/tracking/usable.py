"""Which runs of a study can be compared, which cannot, and what a reader has to know of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: what identifies a figure; two runs that share it say the same
_KEY = ["role", "scenario", "model", "seed"]


def usable(runs: "pd.DataFrame") -> "pd.DataFrame":
    """The finished runs of a table of `reading.runs`; of several of one cell, the latest."""
    ok = runs[(runs["state"] == "FINISHED") & runs["status"].isin(["ok", ""])]
    latest = ok.sort_values("started", kind="stable").drop_duplicates(_KEY, keep="last")
    return latest.sort_index()


def unfinished(runs: "pd.DataFrame") -> "pd.DataFrame":
    """The runs without figures: `role`, `scenario`, `model`, `seed`, `state`, `why`.

    Those that a later run of the same cell has made good are left out.
    """
    import numpy as np

    good = set(map(tuple, usable(runs)[_KEY].to_numpy()))
    bad = runs[(runs["state"] != "FINISHED") | ~runs["status"].isin(["ok", ""])]
    is_left = [tuple(key) not in good for key in bad[_KEY].to_numpy()]
    bad = bad[np.array(is_left, dtype=bool)]
    states = bad["state"].str.lower().replace({"finished": "failed", "running": "still running"})
    whys = bad["reason"].replace("", "the run gives no reason")
    table = bad[_KEY].assign(state=states, why=whys)
    return table.reset_index(drop=True)


def warnings(runs: "pd.DataFrame") -> tuple[str, ...]:
    """Sentences on finished runs that are not alike: their code, the data they were judged on."""
    finished = runs[(runs["state"] == "FINISHED") & runs["status"].isin(["ok", ""])]
    kept = usable(runs)
    said = []
    if twice := len(finished) - len(kept):
        said.append(
            f"{twice} older run{'s' * (twice != 1)} of the same model, scenario and seed "
            f"{'are' if twice != 1 else 'is'} left out; the latest counts."
        )
    codes = [code or "not recorded" for code in dict.fromkeys(kept["code"])]
    if len(codes) > 1:
        said.append(
            f"The runs are of different code versions ({'; '.join(codes)}); a difference may be "
            "the code's. Run the study again to compare like with like."
        )
    judged = kept[kept["evaluation"] != ""]
    unlike = [
        f"{str(key[1]).replace('_', ' ')}, seed {key[2]}"
        for key, some in judged.groupby(["role", "scenario", "seed"])
        if some["evaluation"].nunique() > 1
    ]
    if unlike:
        said.append(
            f"Models were judged on different data ({_first(unlike)}): the evaluation digests "
            "differ, so differences there are not between the same customers."
        )
    return tuple(said)


def _first(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
