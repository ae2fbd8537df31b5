"""Which features are reasons, in which direction, and in which words: a small YAML file.

The one that comes with the package is `reason_codes.yaml`; a bank gives its own by path.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

import pydantic

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.explanation.protected import is_protected
from sandbox.located_yaml import Located, Place

#: how a feature speaks against an applicant
Against = Literal["high", "low", "missing"]
Language = Literal["en", "zh"]

_BUILT_IN = Path(__file__).with_name("reason_codes.yaml")
_CODE = re.compile(r"[A-Z]{1,3}[0-9]{2,4}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: what a text may not say, since it tells a fraudster what gave him away
GIVEAWAYS = (
    "fraud", "blacklist", "black list", "grey list", "watch list", "watchlist", "graph", "device",
    "neighbour", "linked to", "欺诈", "黑名单", "灰名单", "名单", "图谱", "关联", "设备", "团伙",
)  # fmt: skip

Name = Annotated[str, pydantic.Field(min_length=1, max_length=120)]
Text = Annotated[str, pydantic.Field(min_length=1, max_length=160)]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Reason(_Strict):
    """What one code says, and the features it is read from; `*` stands for any letters."""

    #: the family of features, for those who read the file
    about: Text
    #: features whose high values speak against the applicant
    high: tuple[Name, ...] = ()
    #: features whose low values do
    low: tuple[Name, ...] = ()
    #: features whose absence does
    missing: tuple[Name, ...] = ()
    #: whether the applicant can change it; codes that cannot be changed are never given
    actionable: pydantic.StrictBool
    #: a plain sentence that the applicant may read, in English and in Chinese
    en: Text
    zh: Text

    @pydantic.field_validator("en", "zh")
    @classmethod
    def _is_a_sentence(cls, text: str, info: pydantic.ValidationInfo) -> str:
        chinese = info.field_name == "zh"
        if not text.endswith("。" if chinese else "."):
            raise ValueError(f"{text!r} is no sentence; end it with a full stop")
        if chinese != bool(_HAN.search(text)):
            raise ValueError(f"{text!r} is not {'Chinese' if chinese else 'English'}; translate it")
        if said := next((word for word in GIVEAWAYS if word in text.lower()), None):
            raise ValueError(f"{said!r} tells what fraud is found by; say it neutrally")
        return text


class Silent(_Strict):
    """Features that are no reason on purpose."""

    features: tuple[Name, ...] = pydantic.Field(min_length=1)
    why: Text


@dataclass(frozen=True)
class Claim:
    """What the catalogue says about one column."""

    #: None: the column's values have no code
    code: str | None
    against: Literal["high", "low"]
    #: the code of a missing value; None: there is none
    missing: str | None
    #: why its values are no reason; "" where they are
    silent: str


class Catalogue(_Strict):
    """Reason codes: `Catalogue.built_in()` or `Catalogue.from_file(path)`."""

    id: Text
    version: Text
    #: code, such as "R01" -> what it says
    reasons: dict[str, Reason] = pydantic.Field(min_length=1)
    silent: tuple[Silent, ...] = ()

    @classmethod
    def built_in(cls) -> "Catalogue":
        """The catalogue that comes with the package.

        >>> Catalogue.built_in().text("R10", "en")
        'You use a larger part of your credit limits elsewhere than most applicants do.'
        """
        return _built_in()

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """Read a YAML file; BadInput, one sentence with file and line, for the first mistake."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path} cannot be read as reason codes: {error}.") from None
        located = located_yaml.load(text, str(path))
        try:
            found = cls.model_validate(located.data)
        except pydantic.ValidationError as error:
            first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
            place = tuple(first["loc"])
            where = ".".join(map(str, place)) or "the file"
            said = first["msg"].removeprefix("Value error, ")
            said = said[:1].lower() + said[1:]
            raise BadInput(f"{path}, line {located.line(place)}: {where}: {said}.") from None
        _check(found, located, str(path))
        return found

    def text(self, code: str, language: Language) -> str:
        """The sentence of a code. BadInput for a code or a language that there is not."""
        if language not in get_args(Language):
            raise BadInput(f"There is no text in {language!r}; languages are en and zh.")
        if code not in self.reasons:
            raise BadInput(f"There is no reason code {code!r}; {self.id} has {len(self.reasons)}.")
        return str(getattr(self.reasons[code], language))

    def claims(self, columns: Iterable[str]) -> list[Claim]:
        """What is said about each column; protected and unmentioned ones have no code.

        >>> Catalogue.built_in().claims(["bureau_utilisation"])
        [Claim(code='R10', against='high', missing='R24', silent='')]
        >>> [claim.silent for claim in Catalogue.built_in().claims(["age", "hats"])]
        ['protected', 'not in the catalogue']
        """
        named = list(self._named())
        absent = [entry for entry in named if entry.kind == "missing"]
        there = [entry for entry in named if entry.kind != "missing"]
        return [self._claim(c, _closest(c, there), _closest(c, absent)) for c in columns]

    def _claim(self, column: str, found: "_Named | None", absent: "_Named | None") -> Claim:
        if is_protected(column):
            return Claim(None, "high", None, "protected")
        missing = self._given(absent.code) if absent else None
        if found is None:
            return Claim(None, "high", missing, "not in the catalogue")
        if found.kind == "silent":
            return Claim(None, "high", missing, f"silent: {found.why}")
        code = self._given(found.code)
        against: Literal["high", "low"] = "high" if found.kind == "high" else "low"
        return Claim(code, against, missing, "" if code else "not actionable")

    def _given(self, code: str) -> str | None:
        return code if self.reasons[code].actionable else None

    def _named(self) -> Iterator["_Named"]:
        for code, reason in self.reasons.items():
            for kind in get_args(Against):
                for k, name in enumerate(getattr(reason, kind)):
                    yield _Named(name, kind, code, "", ("reasons", code, kind, k))
        for k, entry in enumerate(self.silent):
            for i, name in enumerate(entry.features):
                yield _Named(name, "silent", "", entry.why, ("silent", k, "features", i))


@dataclass(frozen=True)
class _Named:
    """A feature or a pattern, where the file names it."""

    name: str
    kind: Literal["high", "low", "missing", "silent"]
    code: str
    why: str
    place: Place


def _closest(column: str, named: Iterable[_Named]) -> _Named | None:
    """The name in full, else the longest pattern, else None; the earlier of equals."""
    best, rank = None, (False, 0)
    for entry in named:
        if fnmatchcase(column, entry.name) and (entry.name == column, len(entry.name)) > rank:
            best, rank = entry, (entry.name == column, len(entry.name))
    return best


@cache
def _built_in() -> Catalogue:
    return Catalogue.from_file(_BUILT_IN)


def _check(found: Catalogue, located: Located, path: str) -> None:
    """BadInput for what only the whole file shows: doubles, and protected attributes."""
    texts: dict[str, str] = {}
    for code, reason in found.reasons.items():
        at = f"{path}, line {located.line(('reasons', code))}"
        if not _CODE.fullmatch(code):
            raise BadInput(
                f"{at}: {code!r} is no code; write one to three capitals and digits: R01."
            )
        if not (reason.high or reason.low or reason.missing):
            raise BadInput(f"{at}: {code} names no feature; give high, low or missing.")
        for text in (reason.en, reason.zh):
            if text in texts:
                raise BadInput(f"{at}: {code} has the text of {texts[text]}; join the two codes.")
            texts[text] = code
    first: dict[tuple[str, bool], _Named] = {}
    for entry in found._named():
        at = f"{path}, line {located.line(entry.place)}"
        if entry.kind != "silent" and is_protected(entry.name):
            raise BadInput(
                f"{at}: {entry.name} is a protected attribute; it is never a reason, take it out."
            )
        if entry.kind != "silent" and not entry.name.strip("*?"):
            raise BadInput(f"{at}: {entry.name!r} stands for every feature; name those meant.")
        key = entry.name, entry.kind == "missing"
        if key in first:
            line = located.line(first[key].place)
            raise BadInput(
                f"{at}: {entry.name} stands here a second time (first in line {line}); a feature "
                "has one code and one direction."
            )
        first[key] = entry
