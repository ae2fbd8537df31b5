"""A bank's own definitions: default, overdue, performance window, five categories, stages.

    definitions = Definitions.built_in()
    definitions.digest          # stands in every report

A versioned YAML file, checked when it is read; a bank ships its own.
"""

import hashlib
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox import located_yaml
from sandbox.reading import Reading

_DEFAULT = Path(__file__).parent / "definitions.yaml"

#: days past due
Days = Annotated[int, Field(ge=0, le=3_650)]
#: from 0 to 1
Share = Annotated[float, Field(ge=0, le=1)]


class Words(Reading):
    """Words that were read for some of a section's figures."""

    #: names of those figures: "substandard_days"
    figures: tuple[str, ...] = Field(min_length=1)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    #: where the figures come from
    source: str = Field(min_length=1)
    #: whether the official text was read for all that `source` takes from one
    verified: bool
    #: the decisive words, as far as they were read
    words: tuple[Words, ...] = ()
    #: what is open
    note: str = ""

    @model_validator(mode="after")
    def _of_figures(self) -> Self:
        for each in self.words:
            for name in each.figures:
                if name not in type(self).model_fields:
                    raise ValueError(f"words are of {name}, which is no figure of this section")
        if self.verified and any(not each.own_words for each in self.words):
            raise ValueError("it is verified by words that are not those of the text itself")
        return self


class Default(_Section):
    """When an account is in default."""

    #: last day past due that is not yet default
    days: Days
    #: RMB overdue up to which nothing counts as overdue
    materiality_rmb: float = Field(default=0.0, ge=0)
    #: share of the balance overdue up to which nothing counts as overdue
    materiality_share: Share = 0.0


class Overdue(_Section):
    """The buckets M0, M1, ... of days past due."""

    #: last day of each bucket; one more bucket holds all above the last
    bounds_days: tuple[Days, ...] = Field(min_length=2)
    #: days past due that one month can add
    largest_rise_days: Days

    @model_validator(mode="after")
    def _rising(self) -> Self:
        bounds = self.bounds_days
        if bounds[0] != 0 or any(b <= a for a, b in pairwise(bounds)):
            raise ValueError(f"bounds_days are {list(bounds)}; start with 0 and rise")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """`("M0", "M1", ...)`, one more than there are bounds."""
        return tuple(f"M{k}" for k in range(len(self.bounds_days) + 1))


class Payments(_Section):
    """Which payment is the first, and when one is missed."""

    #: month on book at whose end the first payment can be overdue
    first_due_mob: int = Field(ge=0, le=60)
    #: days that a payment may be late without being missed
    grace_days: Days


class Performance(_Section):
    """Good, bad or indeterminate over a window of months on book."""

    window_months: int = Field(ge=1, le=120)
    #: months on book at which vintages are compared with one another
    early_months: int = Field(ge=1, le=120)
    #: worst days past due up to which an account is good
    good_days: Days
    #: worst days past due above which it is bad
    bad_days: Days

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.good_days > self.bad_days:
            raise ValueError(f"good_days ({self.good_days}) is above bad_days ({self.bad_days})")
        return self


class FiveCategories(_Section):
    """五级分类: an asset is at least in the category whose bound it is above."""

    special_mention_days: Days
    substandard_days: Days
    doubtful_days: Days
    loss_days: Days
    #: expected loss over balance of a credit-impaired asset, from which it is doubtful; None: the
    #: expected loss makes none doubtful
    doubtful_loss_share: Share | None
    #: and from which it is a loss
    loss_loss_share: Share | None
    #: non-performing share of a debtor's debts to the bank above which all are
    cross_default_share: Share
    #: share of a debtor's debts to all banks over 90 days past due above which all are
    all_banks_share: Share
    #: months in order before a non-performing asset is performing again
    cure_months: int = Field(ge=0, le=60)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(b <= a for a, b in pairwise(self.days)):
            raise ValueError(f"the days of the categories are {list(self.days)}; they must rise")
        doubtful, loss = self.doubtful_loss_share, self.loss_loss_share
        if doubtful is not None and loss is not None and doubtful > loss:
            raise ValueError("doubtful_loss_share is above loss_loss_share; exchange them")
        return self

    @property
    def days(self) -> tuple[int, int, int, int]:
        """The four bounds, from special mention to loss."""
        return (
            self.special_mention_days,
            self.substandard_days,
            self.doubtful_days,
            self.loss_days,
        )


class Stages(_Section):
    """Stages of IFRS 9 and CAS 22."""

    stage_2_days: Days
    stage_3_days: Days
    #: PD over that at origination from which risk has increased significantly
    pd_ratio: float = Field(ge=1)
    #: and by how much the PD has risen at least
    pd_increase: Share
    #: months in order before an account leaves stage 3
    cure_months_stage_3: int = Field(ge=0, le=60)
    #: and before it leaves stage 2
    cure_months_stage_2: int = Field(ge=0, le=60)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.stage_2_days >= self.stage_3_days:
            raise ValueError(
                f"stage_2_days ({self.stage_2_days}) is not below stage_3_days "
                f"({self.stage_3_days})"
            )
        return self


class Definitions(BaseModel):
    """A bank's definitions under a name and a version.

    >>> Definitions.built_in().overdue.names[:3], Definitions.built_in().default.days
    (('M0', 'M1', 'M2'), 90)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    version: str = Field(min_length=1)
    default: Default
    overdue: Overdue
    payments: Payments
    performance: Performance
    five_categories: FiveCategories
    stages: Stages

    @property
    def label(self) -> str:
        """`standard, version 1`."""
        return f"{self.id}, version {self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of the content, 64 hex digits; comments and layout of the file do not count."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode("ascii")).hexdigest()

    @classmethod
    def built_in(cls) -> "Definitions":
        """The built-in definitions."""
        return _built_in()

    @classmethod
    def from_file(cls, path: Path) -> "Definitions":
        """Read definitions; BadInput names the file, the line and the mistake."""
        return _parse(path)


def _parse(path: Path) -> Definitions:
    located = located_yaml.read(path, "The definitions")
    return located_yaml.checked(Definitions, located, str(path))


@cache
def _built_in() -> Definitions:
    return _parse(_DEFAULT)
