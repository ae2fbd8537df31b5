"""Which features are monthly statements of cards: what a calibration reads."""

from collections.abc import Iterator
from typing import Self

import pydantic

from sandbox.located_yaml import Place

#: statements that a calibration needs at least
FEWEST_MONTHS = 3


class Panel(pydantic.BaseModel):
    """Features by their role in a table of cards, named as under `features:`.

    Monthly ones newest month first. Codes are those that the bank wrote: `missing` of a feature
    does not count here, since what is missing to a model is part of the table all the same.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    #: credit limit
    limit: str
    #: -2 no use, -1 paid in full, 0 revolving, 1 and more months late
    statuses: tuple[str, ...]
    #: balances on statements
    bills: tuple[str, ...]
    #: payments; that of a month answers the statement of the month before
    payments: tuple[str, ...]
    #: years
    age: str | None = None
    #: codes 1 and 2
    sex: str | None = None
    #: codes, from the most to the least schooled
    education: str | None = None
    #: codes 1 married, 2 single, 3 other
    marriage: str | None = None

    @pydantic.model_validator(mode="after")
    def _as_many_of_each(self) -> Self:
        months = [len(self.statuses), len(self.bills), len(self.payments)]
        if len({*months}) != 1 or months[0] < FEWEST_MONTHS:
            raise ValueError(
                f"panel has {months[0]} statuses, {months[1]} bills and {months[2]} payments; "
                f"give as many of each, at least {FEWEST_MONTHS}"
            )
        return self

    def named(self) -> Iterator[tuple[Place, str]]:
        """Every feature named, with its place in the file."""
        for role in type(self).model_fields:
            said = getattr(self, role)
            if isinstance(said, str):
                yield ("panel", role), said
            elif said is not None:
                yield from ((("panel", role, k), feature) for k, feature in enumerate(said))
