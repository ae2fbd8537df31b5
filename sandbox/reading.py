"""The decisive words of a law, guidance or standard, and where somebody read them."""

import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: how near to the text: on the authority's own page; in a full reproduction of it; word for word
#: alike in at least two independent quotations that name the official file; only its title on the
#: authority's page; or only in a draft, a notice or what others say of it
Seen = Literal["official page", "copy", "quotations", "title", "secondary"]

#: what counts as having read the text itself
OWN_WORDS: tuple[Seen, ...] = ("official page", "copy", "quotations")


class Reading(BaseModel):
    """Words that were read, literally but for marks of footnotes.

    >>> Reading(place="Art. 1", text="...", source_url="https://a.org/b", read_on="2026-01-31",
    ...         seen="secondary").own_words
    False
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: article, paragraph or section: "par. 60"
    place: str = Field(min_length=1, max_length=80)
    #: the words, in the language of the text
    text: str = Field(min_length=1, max_length=240)
    #: the page; for quotations the official file that they name
    source_url: str = Field(pattern=r"^https?://[^\s/]+\.[^\s/]+(/\S*)?$")
    read_on: datetime.date
    seen: Seen

    @property
    def own_words(self) -> bool:
        """Whether these are words of the text itself, not of what others say of it."""
        return self.seen in OWN_WORDS
