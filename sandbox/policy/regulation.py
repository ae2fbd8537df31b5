"""What the law allows, as of a day: a versioned table of constraints with their sources."""

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self, get_args

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox import located_yaml
from sandbox.errors import BadInput

_DEFAULT = Path(__file__).parent / "regulation.yaml"

Kind = Literal[
    "consumer_cap", "bullet_months", "partner_share", "one_partner", "joint_share", "all_in_cost"
]
#: kinds that are a floor: a smaller value is the looser one
_FLOORS = ("partner_share",)


class Row(BaseModel):
    """One constraint; `value` in `unit`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    kind: Kind
    value: float = Field(gt=0)
    unit: str = Field(min_length=1)
    #: which loans: "internet" (unsecured, online), "joint" (a partner funds too), "all"
    scope: Literal["internet", "joint", "all"]
    #: law or notice, and article
    source: str = Field(min_length=1)
    #: first and last day on which it holds; None: no end is known
    valid_from: datetime.date
    valid_to: datetime.date | None
    #: last day on which business that breaks it may be run off; it is applied before all the same
    transition_to: datetime.date | None = None
    #: someone has read the official text for this row
    verified: bool
    #: the row it replaces with a looser value, while it holds
    loosens: str | None = None
    #: page on which `text` was read; not always an official one (see `verified` and `note`)
    source_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+\.[^\s/]+(/\S*)?$")
    #: the decisive words, literally, in Chinese
    text: str | None = Field(default=None, min_length=1, max_length=80)
    #: day on which someone read them there
    read_on: datetime.date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("valid_to", "transition_to"):
            day = getattr(self, name)
            if day is not None and day < self.valid_from:
                raise ValueError(f"{name} ({day}) is before valid_from; exchange them")
        return self

    @model_validator(mode="after")
    def _read(self) -> Self:
        read = {"source_url": self.source_url, "text": self.text, "read_on": self.read_on}
        missing = [name for name, value in read.items() if value is None]
        if self.verified and missing:
            raise ValueError(f"a verified row says what was read; add {', '.join(missing)}")
        if missing and len(missing) < len(read):
            raise ValueError(f"source_url, text and read_on go together; add {', '.join(missing)}")
        if self.text is not None and not any("\u4e00" <= sign <= "\u9fff" for sign in self.text):
            raise ValueError("text is not in Chinese; quote the words of the law")
        return self

    def holds(self, day: datetime.date) -> bool:
        """Whether `day` lies within its dates."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def stricter_than(self, other: "Row") -> bool:
        """Whether it leaves less room than another row of its kind."""
        more = self.value > other.value
        return more if self.kind in _FLOORS else self.value < other.value

    def words(self) -> str:
        """As a reason says it.

        >>> Regulation.load().row("all_in_cost_2025").words()
        'all-in cost 24% (all_in_cost_2025)'
        """
        name = _NAMES[self.kind]
        value = f"{self.value:.0%}" if "share" in self.unit else f"{self.value:,.0f} {self.unit}"
        return f"{name} {value} ({self.id})"


_NAMES = {
    "consumer_cap": "unsecured consumer cap",
    "bullet_months": "bullet repayment at most",
    "partner_share": "partner's share at least",
    "one_partner": "one partner",
    "joint_share": "joint lending",
    "all_in_cost": "all-in cost",
}


class Regulation(BaseModel):
    """All rows, whatever their dates.

    >>> law = Regulation.load()
    >>> law.as_of("2026-01-01").value("consumer_cap")
    200000.0
    >>> law.as_of("2026-01-01", accept=("consumer_cap_2025",)).value("consumer_cap")
    300000.0
    >>> law.as_of("2020-01-01").value("consumer_cap") is None
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str
    rows: tuple[Row, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [row.id for row in self.rows]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the id {name} stands there twice; rename one")
        for row in self.rows:
            if row.loosens is None:
                continue
            if row.loosens not in names or self.row(row.loosens).kind != row.kind:
                raise ValueError(f"{row.id} loosens {row.loosens}, which is no row of its kind")
        return self

    @classmethod
    def load(cls, path: Path | str | None = None) -> "Regulation":
        """Read a table; None: the one that comes with the package. BadInput says the line."""
        return _load(Path(path) if path is not None else _DEFAULT)

    def row(self, name: str) -> Row:
        """The row with this id; BadInput when there is none."""
        for row in self.rows:
            if row.id == name:
                return row
        known = ", ".join(row.id for row in self.rows)
        raise BadInput(f"There is no regulation {name}; there are {known}.")

    def as_of(self, day: datetime.date | str, accept: tuple[str, ...] = ()) -> "InForce":
        """What holds on `day` (a date, or YYYY-MM-DD).

        Of several rows of a kind the strictest holds. A row that loosens another replaces it if
        it is verified or named in `accept`, and is left out otherwise.
        """
        try:
            date = datetime.date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError:
            raise BadInput(f"{day} is no day; write it as 2026-01-31.") from None
        for name in accept:
            self.row(name)
        held = [row for row in self.rows if row.holds(date)]
        held = [r for r in held if r.loosens is None or r.verified or r.id in accept]
        replaced = {row.loosens for row in held}
        strictest: dict[str, Row] = {}
        for row in held:
            if row.id in replaced:
                continue
            if row.kind not in strictest or row.stricter_than(strictest[row.kind]):
                strictest[row.kind] = row
        return InForce(date, f"{self.id} {self.version}", tuple(strictest.values()))

    def table(self) -> pd.DataFrame:
        """A row each: every field, for a report."""
        return pd.DataFrame([row.model_dump() for row in self.rows])


@dataclass(frozen=True)
class InForce:
    """The constraints of one day, at most one of a kind."""

    day: datetime.date
    #: id and version of the table they come from
    table: str
    rows: tuple[Row, ...]

    def get(self, kind: Kind) -> Row | None:
        """The row of a kind, or None where the law had none on that day."""
        assert kind in get_args(Kind)
        return next((row for row in self.rows if row.kind == kind), None)

    def value(self, kind: Kind) -> float | None:
        """Its value, or None."""
        row = self.get(kind)
        return None if row is None else row.value


@cache
def _load(path: Path) -> Regulation:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read as a table of regulations: {error}.") from None
    located = located_yaml.load(text, path.name)
    return located_yaml.checked(Regulation, located, path.name)
