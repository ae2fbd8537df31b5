"""Who stands behind a model: its card, and signatures that the rules accept.

model_id: PD-CARDS
version: "3.2"
tier: "1"
purpose: PD of card accounts over twelve months, for limits
out_of_scope: [provisions]
developer: {name: Li Wei, date: 2026-06-02}
validator: {name: Anna Roth, date: 2026-06-03}
owners: {default: Risk analytics, calibration: Model owner}
"""

import datetime
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.report.document import Signature
from sandbox.report.families import FAMILIES

#: said where nobody is named
OPEN_OWNER, OPEN_NAME = "to be assigned", "to be signed"

_Text = Field(default="", max_length=2_000)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signed(_Strict):
    """A person, and the day on which that person signed."""

    name: str = Field(min_length=1, max_length=120)
    #: None: named, and yet to sign
    date: datetime.date | None = None


class ModelCard(_Strict):
    """A model's identity, its people and what they agreed on."""

    model_id: str = Field(min_length=1, max_length=120)
    version: str = Field(min_length=1, max_length=60)
    #: first hex digits (8 or more) of the model's hash or of a run's digest, as the cover has them
    hash: str = Field(default="", max_length=64, pattern="^([0-9a-f]{8,64})?$")
    #: materiality in the bank's own terms
    tier: str = Field(default="", max_length=60)
    purpose: str = _Text
    out_of_scope: tuple[str, ...] = ()
    developer: Signed | None = None
    validator: Signed | None = None
    approver: Signed | None = None
    conditions: tuple[str, ...] = ()
    #: family of tests -> who answers for it; `default` for the others
    owners: dict[str, str] = Field(default_factory=dict)
    compensating_controls: tuple[str, ...] = ()

    @pydantic.field_validator("hash", "version", "tier", mode="before")
    @classmethod
    def _is_text(cls, given: object, info: pydantic.ValidationInfo) -> object:
        # YAML reads 3.2 and 12345678 as numbers
        if isinstance(given, int | float):
            raise ValueError(f"{info.field_name} is {given}; write it in quotes")
        return given

    @pydantic.field_validator("owners")
    @classmethod
    def _of_families(cls, owners: dict[str, str]) -> dict[str, str]:
        for name in owners:
            if name != "default" and name not in FAMILIES:
                raise ValueError(
                    f"no family of tests is called {name!r}; known are default, "
                    f"{', '.join(FAMILIES)}"
                )
        return owners

    @pydantic.model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.developer and self.validator and _same(self.developer.name, self.validator.name):
            raise ValueError(
                f"developer and validator are both {self.validator.name!r}; someone who did not "
                "develop the model has to validate it"
            )
        return self

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a card; BadInput names the file, the line and the mistake."""
        located = located_yaml.read(path, "The sign-off file")
        return located_yaml.checked(cls, located, str(path))

    def owner(self, family: str) -> str:
        """Who answers for a family of tests."""
        return self.owners.get(family) or self.owners.get("default") or OPEN_OWNER

    def check(self, date: str, hashes: Sequence[str]) -> None:
        """BadInput where the card is of another model, or somebody signed before the report.

        `date` is the report's; `hashes` are the model's and those of its runs.
        """
        if self.hash and not any(h.startswith(self.hash) for h in hashes):
            raise BadInput(
                f"The sign-off is of a model with hash {self.hash}, and this report is on "
                f"{', '.join(h[:16] for h in hashes)}; sign off the model that was validated."
            )
        for role, who in self.people():
            if who is None or who.date is None:
                continue
            try:
                written = datetime.date.fromisoformat(date)
            except ValueError:
                raise BadInput(
                    f"The report is dated {date!r}, and the {role} signed on {who.date}; give the "
                    "report's date as YYYY-MM-DD, so that the two can be compared."
                ) from None
            if who.date < written:
                raise BadInput(
                    f"The {role} {who.name} signed on {who.date}, before the report of {written}; "
                    "nobody signs what is not written yet: sign again."
                )

    def people(self) -> tuple[tuple[str, Signed | None], ...]:
        """Developer, validator and approver."""
        return (
            ("developer", self.developer),
            ("validator", self.validator),
            ("approver", self.approver),
        )

    @property
    def signed(self) -> bool:
        """Whether all three have signed."""
        return all(who is not None and who.date is not None for _, who in self.people())


def signatures(card: ModelCard | None) -> tuple[Signature, ...]:
    """The lines of the cover; without a card all are to be signed."""
    people = card.people() if card else ModelCard(model_id="-", version="-").people()
    return tuple(
        Signature(
            role.capitalize(),
            who.name if who else OPEN_NAME,
            (str(who.date) if who.date else OPEN_NAME) if who else "",
        )
        for role, who in people
    )


def _same(one: str, other: str) -> bool:
    """Whether two names are one person's, but for case, spaces and the width of letters.

    >>> _same("Li  Wei", " li wei"), _same("Ｌi Wei", "Li Wei"), _same("Li Wei", "Li Wen")
    (True, True, False)
    """
    first, second = (
        "".join(unicodedata.normalize("NFKC", n).casefold().split()) for n in (one, other)
    )
    return first == second
