"""The portfolio in section 6: vintage curves, rolls, stages and provisions, ladders, swaps."""

from collections.abc import Mapping

import pandas as pd

from sandbox import plots
from sandbox.report import figures
from sandbox.report.document import Block, Column, Paragraph, Picture, Table
from sandbox.report.exhibits import exhibit
from sandbox.report.standing import Standing
from sandbox.report.wording import NONE, count

#: the table that says by which definitions the portfolio was cut
DEFINITIONS = "portfolio.definitions"
#: columns of an exhibit that say most, where a page does not hold all
_CHOSEN: Mapping[str, tuple[str, ...]] = {
    "swap_set": (
        *("group", "customers", "share", "limit_old", "limit_new", "bad_rate_old"),
        *("bad_rate_new", "change", "standard_error"),
    ),
    "overrides": (
        *("group", "customers", "share", "limit_old", "limit_new", "bad_rate_old"),
        *("bad_rate_new", "change", "standard_error"),
    ),
    "coverage": ("ratio", "rate"),
    "waterfall": ("step", "customers", "share", "remaining"),
    "first_payments": (
        *("vintage", "accounts", "amount", "fpd_rate", "fpd_balance_rate", "spd_rate"),
        *("spd_balance_rate", "tpd_rate", "tpd_balance_rate"),
    ),
    "score_bands": (
        *("band", "score_from", "score_to", "count_before", "share_before", "count_after"),
        *("share_after", "psi", "bad_rate_after"),
    ),
    "cut_offs": (
        *("cut_off", "accepted", "expected_bad_rate", "bad_rate", "account_share", "step_accounts"),
        *("step_bad_rate", "profit", "step_profit"),
    ),
}
#: columns that are called otherwise on a page than in the workbook
_CALLED: Mapping[str, Mapping[str, str]] = {
    "swap_set": {"change_se": "standard_error"},
    "overrides": {"change_se": "standard_error"},
    "cut_offs": {"seen": "account_share"},
    "waterfall": {"left": "remaining"},
    "coverage": {"ratio": "name", "meaning": "ratio", "value": "rate"},
}
_NOTES = {
    "performance": "Bad rate: of accounts whose window is over; of younger vintages only the bad "
    "are known yet.",
}
#: exhibits in the order of a page, by the end of the table's name, with their titles
_FIRST = {
    "first_payments": "First, second and third payment missed, by vintage",
    "performance": "Good, bad and indeterminate accounts by vintage",
}
_PROVISIONS = {
    "ecl": "Expected credit loss by stage",
    "coverage": "Provisions and non-performing loans",
}
_DECISIONS = {
    "waterfall": "From applications to accounts",
    "cut_offs": "What each step of the cut-off lets in and earns",
    "utilisation": "Accounts by use of the line",
    "swap_set": "Swap set: in force against proposed",
    "overrides": "Overrides against the policy",
    "override_reasons": "Overrides by reason",
    "score_bands": "Score bands before and after",
}


def portfolio(standing: Standing) -> list[Block]:
    """What the reference run knows of its portfolio; nothing where it has no account-months.

    All tables, those by month too, are in the workbook.
    """
    start = "portfolio."
    tables = {
        name.removeprefix(start): table
        for name, table in standing.champion.reference.tables.items()
        if name.startswith(start) and not table.empty
    }
    if "definitions" not in tables:
        return []
    return [
        *_basis(standing, tables["definitions"]),
        *_curves(tables.get("vintages")),
        *_listed(tables, _FIRST),
        *_rolls(tables.get("roll_matrix_by_count")),
        *_stages(tables),
        *_listed(tables, _DECISIONS),
    ]


def _basis(standing: Standing, used: pd.DataFrame) -> list[Block]:
    said = used.set_index("name")["value"]
    blocks: list[Block] = []
    if standing.world_made:
        blocks.append(
            Paragraph(
                "Accounts are those that the model's decisions open, replayed month by month; in "
                "force is the incumbent, proposed is the model. Vintages and months count from the "
                "market's first month."
            )
        )
    blocks.append(
        Paragraph(
            f"Definitions: {said['id']}, version {said['version']}, SHA-256 {said['digest']}."
        )
    )
    return blocks


def _curves(table: pd.DataFrame | None) -> list[Block]:
    if table is None:
        return []
    drawing = figures.draw(
        "vintages",
        3.4,
        lambda ax: plots.plot_vintages(table, ax).set_title("ever 30+", loc="left"),
        lambda ax: plots.plot_vintages(table, ax, "ever_90_rate").set_title("ever 90+", loc="left"),
    )
    note = (
        "Left: ever over 30 days past due; right: ever over 90 days. The earlier vintages are grey."
    )
    return [Picture("Vintage curves: share of accounts by month on book", drawing, note)]


def _listed(tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> list[Block]:
    blocks: list[Block] = []
    for name, title in titles.items():
        table = tables.get(name)
        if table is None:
            continue
        called = table.rename(columns=dict(_CALLED.get(name, {})))
        chosen = [c for c in _CHOSEN.get(name, tuple(called.columns)) if c in called]
        blocks.append(exhibit(title, called[chosen], _NOTES.get(name, "")))
    return blocks


def _rolls(table: pd.DataFrame | None) -> list[Block]:
    """The roll matrix in whole: a column a bucket, zeros as dots, buckets that never were out."""
    if table is None:
        return []
    there = table[table["total"] > 0]
    ends = ("from", "left", "written off", "total")
    states = [str(c) for c in table.columns if c not in ends and there[c].fillna(0).gt(0).any()]
    shown = [*states, "left", "written off"]
    heads = (
        Column("From", False),
        *(Column(name, True) for name in states),
        *(Column(name, True) for name in ("Left", "Written off", "Account-months")),
    )
    rows = tuple(
        (str(row["from"]), *(_share(row[c]) for c in shown), count(float(row["total"])))
        for _, row in there.iterrows()
    )
    note = (
        "Shares of the accounts that are there in both months; left and written off are shares of "
        "all that were there."
    )
    return [Table("Average roll from bucket to bucket in a month, accounts", heads, rows, note)]


def _share(value: float) -> str:
    if value != value:
        return NONE
    return "·" if value == 0 else f"{value:.1%}"


def _stages(tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    """Provisions at a reporting date; without them, stages and categories of the last month."""
    blocks = _listed(tables, _PROVISIONS)
    last = {"stages": "Stages in the last month", "five_categories": "Categories in the last month"}
    for name, title in last.items():
        table = tables.get(name)
        if table is not None and "ecl" not in tables:
            latest = table[table["month"] == table["month"].iloc[-1]]
            blocks.append(exhibit(title, latest.drop(columns="month")))
    return blocks
