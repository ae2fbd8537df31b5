"""Exhibits on what was done by hand, what one customer has in all, and what could change."""

import numpy as np
import pandas as pd

from sandbox.plots.svg import draw
from sandbox.policy.committee import by_hand
from sandbox.policy.committee import exposure as exposures_of
from sandbox.policy.committee import figures_in_words as words
from sandbox.policy.committee.book import Book
from sandbox.policy.committee.exhibits import NARROW, Exhibit, Spec, exhibit
from sandbox.policy.committee.swaps import ALL
from sandbox.policy.expected import Expected
from sandbox.policy.what_if import LABELS, Assumptions, anew, figures, priced, sensitivity
from sandbox.policy.what_if_plots import plot_tornado
from sandbox.policy.yardsticks import (
    BUDGET_SHARE,
    CUT_OFF_FACTOR,
    FUNDS_STEP,
    LGD_STEP,
    consumer_cap,
)

#: markets that the exposure of one customer shows by name
ROWS = 5
#: inches: eight customers, and a legend of nine markets
EXPOSURE_HEIGHT = 3.2


def exposure(exposures: pd.DataFrame | None, customer: int | None, whose: str = "") -> Exhibit:
    """One customer over all scenarios, among the largest."""
    title = "One customer over all scenarios"
    if exposures is None:
        return Exhibit(title, gap="Not shown: no exposures over scenarios were given.")
    largest = exposures_of.largest_exposures(exposures)
    who = int(largest["customer_id"].iloc[0]) if customer is None else customer
    table = _shortened(exposures_of.customer_exposure(exposures, who))
    table = table.assign(scenario=table["scenario"].str.replace("_", " "))
    spec: Spec = (
        ("scenario", f"customer {who}", None), ("limit", "limit, RMB", words.rmb),
        ("balance", "balance, RMB", words.rmb), ("of_cap", "of the cap", words.share),
    )  # fmt: skip
    svg = draw(
        "exposure",
        EXPOSURE_HEIGHT,
        lambda ax: exposures_of.plot_exposures(exposures, ax),
        width=NARROW,
    )
    over, of = exposures_of.over_the_cap(exposures), exposures["customer_id"].nunique()
    law = consumer_cap()
    note = (
        f"{over:,} of {of:,} customers are over the cap of {law.value:,.0f} RMB together, on what "
        f"is unsecured and to consumers ({law.source}). {whose}"
    ).strip()
    return exhibit(title, svg, spec, table, note)


def _shortened(table: pd.DataFrame) -> pd.DataFrame:
    """The largest `ROWS` lines, the rest as one row, and the total."""
    if len(table) <= ROWS + 2:
        return table
    rest = table.iloc[ROWS:-1]
    numbers = rest[["limit", "balance", "of_cap"]].sum()
    other = pd.DataFrame([{"scenario": f"{len(rest)} others", **numbers}])
    return pd.concat([table[:ROWS], other, table[-1:]], ignore_index=True)


def override(
    decided: Book,
    final: Book | None,
    reason: "pd.Series[str] | None",
    who: "pd.Series[str] | None" = None,
) -> Exhibit:
    """Where a person decided otherwise."""
    title = "Overrides, and what became of them"
    if final is None:
        return Exhibit(title, gap="Not shown: no overrides given.")
    table = by_hand.overrides(decided, final)
    shown = table[(table["customers"] > 0) & (table["group"] != by_hand.DIRECTIONS[5])]
    spec: Spec = (
        ("group", "direction", None), ("customers", "cases", words.count),
        ("bad_rate_new", "bad rate", words.share), ("profit_old", "profit, policy", words.rmb),
        ("profit_new", "as done", words.rmb), ("change", "earned by hand", words.change),
        ("change_se", "±", words.rmb),
    )  # fmt: skip
    changed = shown[~shown["group"].isin([*by_hand.KEPT, ALL])]
    svg = ""
    if len(changed):
        svg = draw(
            "overrides", 0.75 + 0.3 * len(changed), lambda ax: by_hand.plot_overrides(table, ax),
            width=NARROW,
        )  # fmt: skip
    note = "Profit is RMB an application, what was earned by hand RMB in all (± 1 s.e., paired)."
    for column, texts in (("reason", reason), ("officer", who)):
        if texts is not None:
            found = by_hand.override_reasons(decided, final, texts, column)
            note += f" By {column}: {_became(found, column)}."
    return exhibit(title, svg, spec, shown, note)


def _became(found: pd.DataFrame, column: str) -> str:
    """`overdue (12: earned −340 RMB, bad rate 8.3%); ...`."""
    said = []
    for _, row in found.iterrows():
        parts = [f"earned {words.change(row['earned'])} RMB"]
        if row["bad_rate"] == row["bad_rate"]:
            parts.append(f"bad rate {words.share(row['bad_rate'])}")
        said.append(f"{row[column]} ({row['overrides']}: {', '.join(parts)})")
    return "; ".join(said) or "none"


def what_if(expected: Expected | None, base: Assumptions | None, why: str = "") -> Exhibit:
    """What moves the value; `why` it cannot be said, where nothing is expected by limit."""
    title = "What if: the value of the new policy under other assumptions"
    if expected is None:
        return Exhibit(title, gap=f"Not shown: {why or 'expectations by limit were not given.'}")
    base = base or Assumptions()
    table = sensitivity(expected, base, usual_changes(expected, base))
    said = table.assign(assumption=[LABELS[str(each)] for each in table["assumption"]])
    single = table["high"] == ""
    said.loc[single, ["change_high", "anew_high"]] = np.nan
    said.loc[single, "high"] = words.NONE
    spec: Spec = (
        ("assumption", "assumption", None),
        ("low", "low", None), ("change_low", "kept", words.change),
        ("anew_low", "anew", words.change), ("high", "high", None),
        ("change_high", "kept", words.change), ("anew_high", "anew", words.change),
    )  # fmt: skip
    svg = draw("whatif", 0.9 + 0.36 * len(table), lambda ax: plot_tornado(table, ax), width=NARROW)
    better = figures(anew(expected, base))["value"] - priced(expected, base)["value"]
    note = (
        "One assumption at a time; change of expected profit, RMB in all. Kept: the decisions in "
        "hand stay. Anew: the policy decides again, knowing the change"
        + (f" (with nothing changed: {words.change(better)})." if abs(better) >= 1 else ".")
    )
    return exhibit(title, svg, spec, said, note)


def usual_changes(expected: Expected, base: Assumptions) -> dict[str, tuple[float | str, ...]]:
    """What a committee asks.

    Half and twice the cut-off, LGD and funds up and down by `LGD_STEP` and `FUNDS_STEP`, half of
    what is granted as a budget, and the collapse of the partner with the largest limits. Where
    there is no cut-off, the usual one of a house and half of it.
    """
    house = Assumptions().cut_off
    cut_offs = (base.cut_off / CUT_OFF_FACTOR, min(CUT_OFF_FACTOR * base.cut_off, 1.0))
    changes: dict[str, tuple[float | str, ...]] = {
        "cut_off": cut_offs if base.cut_off < 1 else (house / CUT_OFF_FACTOR, house),
        "lgd": (max(base.lgd - LGD_STEP, 0.0), min(base.lgd + LGD_STEP, 1.0)),
        "cof": (max(base.cof - FUNDS_STEP, 0.0), base.cof + FUNDS_STEP),
        "budget": (BUDGET_SHARE * priced(expected, base)["limits"],),
    }
    if expected.partner is not None:
        sums = pd.Series(expected.wanted).groupby(expected.partner).sum()
        changes["collapsed"] = (str(sums.idxmax()),)
    return changes
