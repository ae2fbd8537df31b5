"""What a credit committee decides on, as one page: a self-contained file, or in a notebook."""

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

import pandas as pd

from sandbox.policy.committee import exhibits
from sandbox.policy.committee.book import Book, same_applications
from sandbox.policy.committee.exhibits import Exhibit
from sandbox.policy.committee.headlines import headline, tiles, verdict
from sandbox.policy.expected import Expected
from sandbox.policy.what_if import Assumptions
from sandbox.workspace import written_whole


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
    #: `customer_id`, `scenario`, `limit` and `balance` (RMB), a row a line or loan
    exposures: pd.DataFrame | None = None
    #: the customer shown; None: the one with the largest limits together
    customer: int | None = None
    #: what the new policy expects by limit, for the what-if, and the assumptions it stands on
    expected: Expected | None = None
    base: Assumptions | None = None

    def __post_init__(self) -> None:
        same_applications(self.old, self.new)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The exhibits in their order on the page, those that cannot be shown last."""
        decided = self.overridden or self.new
        made = (
            exhibits.swaps(self.old, self.new),
            exhibits.ladder(self.old, self.new),
            exhibits.waterfall(self.new),
            exhibits.what_if(self.expected, self.base),
            exhibits.strategy(self.new, self.features, self.depth),
            exhibits.override(decided, self.final, self.override_reason),
            exhibits.utilisation(self.new),
            exhibits.dormant(self.new),
            exhibits.exposure(self.exposures, self.customer),
        )
        return tuple(sorted(made, key=lambda each: each.gap != ""))

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
            old=self.old.name,
            new=self.new.name,
            applications=f"{len(self.new.decisions):,}",
            verdict=verdict(self.old, self.new),
            tiles=tiles(headline(self.old, self.new)),
            exhibits=self.exhibits(),
            style=house + (ours / "committee.css").read_text("utf-8"),
        )

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
