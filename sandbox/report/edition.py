"""How a report is wanted: formats, language, thresholds, people and date, as one value."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox.errors import BadInput
from sandbox.report.formats import FORMATS
from sandbox.report.language import check
from sandbox.report.sign_off import ModelCard
from sandbox.validation.policy import Policy


@dataclass(frozen=True)
class Edition:
    """The report as it was asked for; by default in English and of today.

    >>> Edition(formats=("html", "pdf"), language="zh", date="2026-11-23").dated
    '2026-11-23'

    Raises BadInput for an unknown format or language, and a date that is not YYYY-MM-DD.
    """

    #: files beside each other; none: the one format that a file's ending says
    formats: tuple[str, ...] = ()
    language: str = "en"
    #: the bank's own thresholds; None: verdicts stay as they are
    policy: Policy | None = None
    #: who stands behind the model
    card: ModelCard | None = None
    #: printed on the cover, and due dates count from it; None: the day of writing
    date: str | None = None

    def __post_init__(self) -> None:
        for kind in self.formats:
            if kind not in FORMATS:
                raise BadInput(f"{kind!r} is no format; choose from {', '.join(FORMATS)}.")
        check(self.language)
        if self.date is not None:
            _day(self.date)

    @classmethod
    def from_files(
        cls,
        formats: tuple[str, ...] = (),
        language: str = "en",
        policy: Path | None = None,
        signoff: Path | None = None,
        date: str | None = None,
    ) -> Self:
        """The same with policy and sign-off read; BadInput names a file's line and mistake."""
        card = ModelCard.from_file(signoff) if signoff else None
        return cls(formats, language, Policy.from_file(policy) if policy else None, card, date)

    @property
    def dated(self) -> str:
        """The report's date, YYYY-MM-DD."""
        return self.date or datetime.date.today().isoformat()


def _day(date: str) -> None:
    try:
        as_written = datetime.date.fromisoformat(date).isoformat() == date
    except ValueError:
        as_written = False
    if not as_written:
        raise BadInput(f"The report's date is {date!r}; give a day as YYYY-MM-DD.")
