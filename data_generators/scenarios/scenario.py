"""A scenario: a market described by numbers; frozen, overridable, blendable, able to drift."""

import dataclasses
import hashlib
import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from data_generators.errors import InvalidInput
from data_generators.scenarios.bounds import check, check_share, check_whole, sections
from data_generators.scenarios.channel import Coverage, Incumbent, Partners
from data_generators.scenarios.flows import Flows, TransferFraud
from data_generators.scenarios.fraud import FraudMix
from data_generators.scenarios.lending import (
    CashEvents,
    Economics,
    JointLending,
    Need,
    Products,
    Repayment,
    TakeUp,
)
from data_generators.scenarios.people import Business, LifeEvents, Population

if TYPE_CHECKING:
    import pandas as pd

    from data_generators.calibration import CardMarket, PanelMapping


@dataclass(frozen=True)
class Part:
    """A market within a blended one: its share of the applications, at the start and the end."""

    scenario: "Scenario"
    #: share of applications on the first day
    start: float
    #: share of applications once the drift is over
    end: float


@dataclass(frozen=True)
class Scenario:
    """A market: its customers, product, price, partners, fraud and incumbent; frozen.

    >>> from data_generators import scenarios
    >>> scenarios.online_rental.replace(economics=Economics(apr=0.15)).economics.apr
    0.15
    >>> round(scenarios.travel.replace(need__least=500.0).need.least)
    500
    """

    name: str
    title: str
    population: Population = field(default_factory=Population)
    life: LifeEvents = field(default_factory=LifeEvents)
    business: Business = field(default_factory=Business)
    products: Products = field(default_factory=Products)
    need: Need = field(default_factory=Need)
    repayment: Repayment = field(default_factory=Repayment)
    economics: Economics = field(default_factory=Economics)
    take_up: TakeUp = field(default_factory=TakeUp)
    events: CashEvents = field(default_factory=CashEvents)
    joint: JointLending = field(default_factory=JointLending)
    partners: Partners = field(default_factory=Partners)
    coverage: Coverage = field(default_factory=Coverage)
    fraud: FraudMix = field(default_factory=FraudMix)
    incumbent: Incumbent = field(default_factory=Incumbent)
    flows: Flows = field(default_factory=Flows)
    transfer_fraud: TransferFraud = field(default_factory=TransferFraud)
    #: limits that can be granted, RMB; 0 is a decline
    limit_grid: tuple[float, ...] = (0, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5)
    #: first day on which applications arrive
    start: str = "2025-01-01"
    #: markets that applicants come from instead of this one; made by `blend` and `drift`
    parts: tuple[Part, ...] = ()
    #: months over which the shares of the parts move from start to end
    drift_months: int = 12
    #: a portfolio of seasoned cards instead of applicants; made by `calibrated_to`
    cards: "CardMarket | None" = None

    def __post_init__(self) -> None:
        check(self)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; an unknown field is named.

        A field of a section can be reached by two underscores:
        `scenario.replace(economics__apr=0.15)`. In a blend, a change of sections or of the limit
        grid is made in every part, since customers live by the parts' parameters.
        """
        whole = {name: value for name, value in changes.items() if "__" not in name}
        by_section: dict[str, dict[str, Any]] = {}
        for name, value in changes.items():
            if "__" in name:
                section, _, inner = name.partition("__")
                by_section.setdefault(section, {})[inner] = value
        self._known(self, [*whole, *by_section], "A scenario")
        for section, inner_changes in by_section.items():
            if section not in sections(self):
                raise InvalidInput(f"{section} of a scenario has no fields of its own.")
            current = whole.get(section, getattr(self, section))
            self._known(current, list(inner_changes), f"The section {section}")
            whole[section] = dataclasses.replace(current, **inner_changes)
        if self.parts and "parts" not in whole:
            own = ("name", "title", "start", "drift_months")
            passed_on = {k: v for k, v in changes.items() if k not in own}
            whole["parts"] = tuple(
                dataclasses.replace(part, scenario=part.scenario.replace(**passed_on))
                for part in self.parts
            )
        return dataclasses.replace(self, **whole)

    def at_difficulty(self, difficulty: str) -> Self:
        """The same market with fraud that is "easy", "medium" (the default) or "hard" to find.

        >>> from data_generators import scenarios
        >>> scenarios.travel.at_difficulty("easy").fraud.camouflage
        0.0
        """
        mix = self.fraud.at_difficulty(difficulty)
        return self.replace(
            fraud__camouflage=mix.camouflage,
            fraud__ring_strategies=mix.ring_strategies,
            transfer_fraud__camouflage=mix.camouflage,
        )

    def blend(self, other: "Scenario", share: float) -> Self:
        """A market where a `share` of applicants comes from `other`, and the rest from this one.

        Applications arrive as in this one. Limits must be on the same grid.
        """
        return self._mixed(other, share, share, "+", self.drift_months)

    def drift(self, other: "Scenario", months: int = 12) -> Self:
        """This market becoming `other`, month by month over `months`."""
        check_whole("months", months, 1)
        return self._mixed(other, 0.0, 1.0, ">", months)

    def calibrated_to(
        self,
        table: "pd.DataFrame",
        mapping: "PanelMapping",
        *,
        steps: int = 8,
        seed: int = 2_005,
        progress: bool = True,
    ) -> Self:
        """A portfolio of cards fitted to a bank's own `table`, one row an account.

        `mapping` says which columns are what. Worlds of it have `portfolio`, `replay` and
        `truth`, and as many months as the table has statements. Of this scenario its costs
        (`economics`) stay, in the table's currency; the rate is the book's, lending is not
        joint, and `limit_grid` becomes the bank's own. At most `steps` of the fit are made,
        some 15 seconds each; `seed` is of its noise. See `calibration` for the method.
        Raises InvalidInput for a blend, and for a table that cannot be read by `mapping`.
        """
        if self.parts:
            raise InvalidInput(
                f"{self.name} is a blend; calibrate one of its markets, such as "
                f"{self.parts[0].scenario.name}."
            )
        from data_generators.calibration import CardMarket, fit

        found = fit(table, mapping, steps=steps, seed=seed, progress=progress)
        cards = CardMarket(found.book, mapping, len(table), found.misfit)
        return dataclasses.replace(
            self,
            name=f"{self.name.removesuffix('~calibrated')}~calibrated",
            title=f"Cards calibrated to {len(table):,} accounts",
            economics=dataclasses.replace(self.economics, apr=found.book.spending.apr),
            joint=JointLending(),
            limit_grid=cards.limit_grid,
            cards=cards,
        )

    def markets(self) -> tuple[Part, ...]:
        """The markets applicants come from; a plain scenario is its own only market."""
        return self.parts or (Part(self, 1.0, 1.0),)

    @property
    def digest(self) -> str:
        """Hex digest of every field."""
        text = json.dumps(dataclasses.asdict(self, dict_factory=_without_no_cards), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _mixed(self, other: "Scenario", start: float, end: float, sign: str, months: int) -> Self:
        check_scenario("other", other)
        check_share("share", start)
        for market in (self, other):
            if market.cards is not None:
                raise InvalidInput(
                    f"{market.name} was calibrated to cards, which nobody applies for; blend or "
                    "drift it before, or simulate it as a world of its own."
                )
        if other.limit_grid != self.limit_grid:
            raise InvalidInput(
                f"{self.name} and {other.name} have different limit grids; give one of them the "
                "other's with replace(limit_grid=...)."
            )
        if other._drifts and other.drift_months != months:
            if start != end or self._drifts:
                raise InvalidInput(
                    f"{other.name} drifts over {other.drift_months} months and this would take "
                    f"{months}; give both the same months."
                )
            months = other.drift_months
        kept = [Part(p.scenario, p.start * (1 - start), p.end * (1 - end)) for p in self.markets()]
        new = [Part(p.scenario, p.start * start, p.end * end) for p in other.markets()]
        name, title = f"{self.name}{sign}{other.name}", f"{self.title} | {other.title}"
        return dataclasses.replace(
            self, name=name, title=title, parts=(*kept, *new), drift_months=months
        )

    @property
    def _drifts(self) -> bool:
        return any(part.start != part.end for part in self.parts)

    @staticmethod
    def _known(where: Any, names: list[str], what: str) -> None:
        known = [f.name for f in dataclasses.fields(where)]
        for name in names:
            if name not in known:
                raise InvalidInput(f"{what} has no field {name!r}; it has {', '.join(known)}.")

    def _shown(self) -> dict[str, dict[str, Any]]:
        """Parameters by section; of a portfolio of cards those that its worlds answer to."""
        if self.cards is None:
            return {section: vars(getattr(self, section)) for section in sections(self)}
        told = {
            "accounts fitted on": f"{self.cards.rows:,}",
            "misfit by step": ", ".join(f"{misfit:.2f}" for misfit in self.cards.misfit),
            "columns": ", ".join(self.cards.mapping.columns),
        }
        book = {f"cards.{part}": fields for part, fields in self.cards.book.to_dict().items()}
        return {"cards": told, "economics": vars(self.economics), **book}

    def _repr_html_(self) -> str:
        mixed = "".join(
            f"<tr><td>part</td><td>{html.escape(p.scenario.name)}</td>"
            f"<td>{p.start:.0%} to {p.end:.0%}</td></tr>"
            for p in self.parts
        )
        rows = "".join(
            f"<tr><td>{section}</td><td>{name}</td><td>{html.escape(str(value))}</td></tr>"
            for section, fields in self._shown().items()
            for name, value in fields.items()
        )
        head = "<tr><th>section</th><th>parameter</th><th>value</th></tr>"
        title = f"<b>{html.escape(self.title)}</b>"
        # some 130 rows: a window to scroll in, so that a notebook goes on below it
        window = "max-height: 18em; overflow: auto; width: max-content; max-width: 100%"
        table = f"<table><thead>{head}</thead><tbody>{mixed}{rows}</tbody></table>"
        return f'{title}<div style="{window}">{table}</div>'


def check_scenario(name: str, value: object) -> None:
    """InvalidInput unless `value` is a scenario; how to get one where it is a name."""
    if not isinstance(value, Scenario):
        by_name = value if isinstance(value, str) else "ecommerce"
        raise InvalidInput(
            f"{name} is {value!r:.60}; it must be a Scenario: say scenarios.by_name({by_name!r})."
        )


def _without_no_cards(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Fields of the digest: a market of applicants has no cards, and its digest does not say so."""
    return {name: value for name, value in pairs if name != "cards" or value is not None}
