"""What a credit committee decides on, as one page: a self-contained file, or in a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files
from pathlib import Path

import pandas as pd

from sandbox.policy.committee import beyond_the_policy, exhibits
from sandbox.policy.committee.book import Book, same_applications
from sandbox.policy.committee.exhibits import Exhibit
from sandbox.policy.committee.headlines import headline, tiles, verdict
from sandbox.policy.expected import Expected
from sandbox.policy.what_if import Assumptions
from sandbox.workspace import written_whole

#: of the page
COLUMNS = 3


@dataclass(frozen=True)
class CommitteePage:
    """A proposal to replace one policy by another, on one page.

    Exhibits whose inputs are not given stay on the page as gaps that say what is missing.
    """

    #: the policy in force, and the one proposed, on the same applications
    old: Book
    new: Book
    #: first line, and the date as it is to be printed
    title: str = "Change of limit policy"
    date: str = ""
    #: one line on where the applications and outcomes are from
    basis: str = ""
    #: a row an application: observed features, for the strategy tree
    features: pd.DataFrame | None = None
    #: questions in a row that the tree may ask
    depth: int = 3
    #: what was done where persons could override the decisions of `overridden`
    final: Book | None = None
    #: the policy that they overrode; None: the new one
    overridden: Book | None = None
    #: why, a text an application, "" where nothing was overridden
    override_reason: "pd.Series[str] | None" = None
    #: who overrode, the same way
    override_by: "pd.Series[str] | None" = None
    #: `customer_id`, `scenario`, `limit` and `balance` (RMB), a row a line or loan; `counts` where
    #: some are not under the law's cap
    exposures: pd.DataFrame | None = None
    #: one sentence on whose decisions those lines are
    exposures_are: str = ""
    #: the customer shown; None: the one with the largest limits together
    customer: int | None = None
    #: what the new policy expects by limit, for the what-if, and the assumptions it stands on
    expected: Expected | None = None
    base: Assumptions | None = None
    #: why there is no what-if, where `expected` is None and a reader would ask
    no_what_if: str = ""
    #: share a year that the capital for undrawn lines costs; None: of the usual economics
    undrawn_cost: float | None = None

    def __post_init__(self) -> None:
        same_applications(self.old, self.new)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The exhibits in their order on the page, those that cannot be shown last."""
        decided = self.overridden or self.new
        made = (
            exhibits.swaps(self.old, self.new),
            exhibits.ladder(self.old, self.new),
            exhibits.waterfall(self.new),
            beyond_the_policy.what_if(self.expected, self.base, self.no_what_if),
            exhibits.strategy(self.new, self.features, self.depth),
            beyond_the_policy.override(decided, self.final, self.override_reason, self.override_by),
            exhibits.utilisation(self.new),
            exhibits.dormant(self.new, self.undrawn_cost),
            beyond_the_policy.exposure(self.exposures, self.customer, self.exposures_are),
        )
        return _in_rows(sorted(made, key=lambda each: each.gap != ""))

    def text(self) -> str:
        """The page as HTML; needs no network, and every text in it is escaped."""
        from jinja2 import Environment, StrictUndefined

        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        ours = files("sandbox.policy.committee") / "templates"
        template = environment.from_string((ours / "committee.html.j2").read_text("utf-8"))
        # The report's style is read as a file: its code knows studies and stays out of here.
        house = files("sandbox").joinpath("report", "templates", "report.css").read_text("utf-8")
        return template.render(
            title=self.title,
            date=self.date,
            basis=self.basis,
            old=self.old.name,
            new=self.new.name,
            applications=f"{len(self.new.decisions):,}",
            verdict=self.verdict,
            tiles=tiles(headline(self.old, self.new)),
            exhibits=self.exhibits(),
            style=house + (ours / "committee.css").read_text("utf-8"),
        )

    @property
    def verdict(self) -> str:
        """One sentence on the profit of the change."""
        said = verdict(self.old, self.new)
        return said[0].upper() + said[1:]

    def dated(self, day: str) -> "CommitteePage":
        """The page with a date."""
        return replace(self, date=day)

    def html(self, path: Path | str) -> Path:
        """Write the page to `path`, whole or not at all, and return the path."""
        target = Path(path)
        with written_whole(target) as partial:
            partial.write_bytes(self.text().encode())
        return target

    def _repr_html_(self) -> str:
        """A frame of its own, so that the page's style stays off the notebook's."""
        return (
            f'<iframe srcdoc="{escape(self.text())}" title="{escape(self.title)}" '
            'style="width:100%;height:1200px;border:1px solid #d5dae1" sandbox=""></iframe>'
        )


def _in_rows(exhibits: Sequence[Exhibit]) -> tuple[Exhibit, ...]:
    """The exhibits in their order, but that a later one fills a row where the next does not fit."""
    left, rows, room = list(exhibits), [], COLUMNS
    while left:
        fits = next((each for each in left if each.span <= room), None)
        if fits is None:
            room = COLUMNS
            continue
        left.remove(fits)
        rows.append(fits)
        room = room - fits.span or COLUMNS
    return tuple(rows)
