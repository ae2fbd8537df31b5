"""The page of a case: tables and drawings as one HTML file."""

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sandbox.lists.clock import world_time
from sandbox.plots.money import plot_money
from sandbox.plots.ring import plot_ring
from sandbox.plots.svg import draw

if TYPE_CHECKING:
    from sandbox.screening.case import Case

#: inches of the two drawings
RING, MONEY = (6.4, 4.2), (6.4, 4.0)
#: neighbours that the table shows
SHOWN = 8
_SAID = {"pass": "Passed", "review": "To review", "decline": "Declined"}


def page(case: "Case") -> str:
    """The page; needs no network."""
    from jinja2 import Environment, StrictUndefined

    ours = files("sandbox.screening") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((ours / "case.html.j2").read_text("utf-8"))
    return template.render(
        style=(ours / "case.css").read_text("utf-8"),
        said=_SAID[case.verdict.decision],
        verdict=case.verdict,
        facts=_facts(case),
        reasons=case.verdict.reasons,
        evidence=[_measured(row) for row in case.evidence.to_dict("records")],
        rules=case.rules.to_dict("records"),
        lists=case.lists.to_dict("records"),
        ring=_ring(case),
        neighbours=_neighbours(case),
        more=max(len(case.neighbourhood.neighbours) - SHOWN, 0),
        left_out=case.neighbourhood.left_out,
        money=_money(case),
        as_of=_day(case.as_of),
    )


def _facts(case: "Case") -> list[tuple[str, str]]:
    verdict = case.verdict
    facts = [
        ("came in", _day(verdict.time)),
        ("asks for", f"{case.amount:,.0f} RMB"),
        ("score", "none" if verdict.score is None else f"{verdict.score:.3f}"),
    ]
    if 0 < verdict.rank < float("inf"):
        facts.append(("a review is expected to save", f"{verdict.rank:,.0f} RMB"))
    return facts


def _day(day: float) -> str:
    return f"{world_time(day):%Y-%m-%d %H:%M} (day {day:.1f})"


def _measured(row: dict[Any, Any]) -> dict[Any, Any]:
    share = row["rarer_than"]
    return {**row, "share": f"{share:.1%}" if share <= 0.999 else "> 99.9%"}


def _neighbours(case: "Case") -> list[dict[Any, Any]]:
    """With the numbers that they have on the picture: those of their first edges."""
    near = case.neighbourhood
    order = dict.fromkeys(near.edges["source_id"].tolist())
    numbers = {customer: place for place, customer in enumerate(order, 1)}
    rows = near.neighbours.head(SHOWN).to_dict("records")
    for row in rows:
        row["number"] = numbers.get(row["customer_id"], "–")
    return rows


def _ring(case: "Case") -> str:
    near = case.neighbourhood
    if near.edges["source_id"].nunique() < 2:
        return ""
    fraud = [customer for customer in near.frauds if customer != near.customer_id]

    def drawn(axes: Any) -> None:
        plot_ring(
            near.edges, axes, members=fraud, applicant=near.customer_id,
            words=("confirmed fraud", "not known as fraud"),
        )  # fmt: skip

    return draw("ring", RING[1], drawn, width=RING[0])


def _money(case: "Case") -> dict[str, Any] | None:
    if case.money is None:
        return None
    traced = case.money.traced
    ends = traced.destinations.head(5).to_dict("records")
    home = traced.paths.loc[traced.paths["hop"] == 0, "to_account"].iloc[0]
    for row in ends:
        row["holder"] = "borrower" if row["account"] == home else row["holder"]
    drawing = draw("money", MONEY[1], lambda axes: plot_money(traced, axes), width=MONEY[0])
    return {"whose": case.money.whose, "drawing": drawing, "ends": ends}
