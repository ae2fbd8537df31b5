"""What supervisory texts ask, point by point, and the words that somebody read for each."""

import datetime
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sandbox import located_yaml
from sandbox.reading import Reading

_FILE = Path(__file__).parent / "mapping.yaml"

#: facts that a point can rest on, and what is missing without them
FACTS = {
    "signed": "all three signatures",
    "owners": "an owner of each monitored family",
    "identity": "the model's id and version",
    "tier": "the model's tier",
    "purpose": "the bank's own statement of purpose",
    "controls": "compensating controls",
    "alternatives": "another model on the same data",
    "isolation": "evidence of isolation",
    "environment": "the versions it ran on",
    "settings": "the model's settings",
    "rerun": "a re-run with the same scores",
    "explained": "contributions of features",
}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Point(_Strict):
    """One thing that a text asks."""

    id: str = Field(min_length=1)
    asks: str = Field(min_length=1)
    #: ids of tests, or `family.*`
    tests: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    #: why a report of one model cannot answer it, or not all of it
    outside: str = ""
    #: someone has read the text's own words for exactly this point
    verified: bool
    #: the decisive words
    words: Reading | None = None
    #: what is open
    note: str = ""

    @field_validator("facts")
    @classmethod
    def _known(cls, facts: tuple[str, ...]) -> tuple[str, ...]:
        for fact in facts:
            if fact not in FACTS:
                raise ValueError(f"no fact is called {fact!r}; known are {', '.join(FACTS)}")
        return facts

    @model_validator(mode="after")
    def _read(self) -> Self:
        if not (self.tests or self.facts or self.outside):
            raise ValueError(f"{self.id} names no test and no fact; say in `outside` why")
        if self.verified and (self.words is None or not self.words.own_words):
            raise ValueError(f"{self.id} is verified without words of the text; quote them")
        if not self.verified and not self.note:
            raise ValueError(f"{self.id} is not verified; say in `note` what is open")
        return self

    @property
    def read(self) -> str:
        """How its words were read: "copy", or "not read"."""
        return self.words.seen if self.words else "not read"


class Text(_Strict):
    """A supervisory text and the points taken from it."""

    name: str
    source: str
    #: address of the text, or of the best that was found of it
    read_at: str
    read_on: datetime.date
    #: what is open where not all points are verified
    missing: str = ""
    points: tuple[Point, ...] = Field(min_length=1)

    @property
    def verified(self) -> bool:
        """Whether the text's own words were read for every point."""
        return all(point.verified for point in self.points)


class SupervisoryMap(_Strict):
    """All texts, under a version."""

    id: str
    version: str
    texts: tuple[Text, ...]


@cache
def supervisory_map() -> SupervisoryMap:
    """The map that comes with this package."""
    located = located_yaml.load(_FILE.read_text(encoding="utf-8"), str(_FILE))
    return SupervisoryMap.model_validate(located.data)
