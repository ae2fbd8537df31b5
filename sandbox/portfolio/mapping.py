"""Which of a bank's columns is what: a small YAML file, checked when it is loaded."""

import glob
import re
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

import pydantic

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.portfolio import mistakes
from sandbox.portfolio.panel import Panel

#: a value as it may stand in a file: missing codes, the target's classes
Code = bool | int | float | str

#: how a score is named beside the mapping's file
_BY_HAND = "--score"


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Target(_Strict):
    """The column that says how each account turned out."""

    #: the bank's column
    column: str
    #: the value that means default
    positive: Code = 1
    #: the value that means no default; needed only where a third value occurs
    negative: Code | None = None
    #: values that mean "not observed" (indeterminate, rejected), besides empty cells
    missing: tuple[Code, ...] = ()
    #: the definition of default, in words: "90 days past due"
    meaning: str = ""
    #: the performance window, in words: "12 months"
    horizon: str = ""


class Feature(_Strict):
    """One column that describes an account."""

    #: the bank's column
    column: str
    #: number: a quantity; ordinal: steps with an order; category: names without one
    kind: Literal["number", "category", "ordinal"] = "number"
    #: model: the models see it; monitor: kept out of models, kept for fairness tests
    use: Literal["model", "monitor"] = "model"
    #: of a quantity: "TWD", "months", "share"
    unit: str = ""
    #: what it says, in words
    meaning: str = ""
    #: values that mean "missing", besides empty cells
    missing: tuple[Code, ...] = ()
    #: the steps of an ordinal that is written in words, lowest first
    order: tuple[Code, ...] = ()

    @pydantic.model_validator(mode="after")
    def _order_is_for_ordinals(self) -> Self:
        if self.order and self.kind != "ordinal":
            raise ValueError(f"order is for kind: ordinal, not for kind: {self.kind}")
        return self


class Mapping(_Strict):
    """A portfolio's name and currency, and what each of the bank's columns is.

    `features` maps our names to the bank's columns (`credit_limit: LIMIT_BAL`, or with more to
    say `credit_limit: {column: LIMIT_BAL, unit: TWD}`), or lists columns that keep their names.
    Every column of the file is named once: as target, id, score or feature, or under `ignore`,
    where patterns such as `note_*` and `*` are allowed.
    """

    #: of the portfolio, as it stands in studies and reports
    name: str = pydantic.Field(min_length=1, max_length=60)
    #: ISO 4217 code of all its amounts: "CNY"
    currency: str = pydantic.Field(pattern="^[A-Z]{3}$")
    target: Target
    #: where the table comes from and under which licence, for the report
    source: str = ""
    licence: str = ""
    #: column that identifies the account; accounts are split by it, models never see it
    id: str | None = None
    #: column with the bank's own scores: probabilities of default within [0, 1]
    score: str | None = None
    #: what `score` holds; only "pd" so far: turn points into a pd first
    score_kind: Literal["pd"] = "pd"
    #: column with the day of the decision on each account
    date: str | None = None
    #: column with the limit granted to each account
    limit: str | None = None
    features: dict[str, Feature] = pydantic.Field(min_length=1)
    #: which features are the monthly statements of cards; needed for a calibration only
    panel: Panel | None = None
    ignore: tuple[str, ...] = ()
    #: of a CSV file: utf-8, gb18030, ...
    encoding: str = "utf-8"
    #: of a CSV file
    separator: str = pydantic.Field(default=",", min_length=1, max_length=1)

    #: where it was read from, for messages
    _source: str = pydantic.PrivateAttr(default="the mapping")
    _located: located_yaml.Located | None = pydantic.PrivateAttr(default=None)
    #: whether the score was named beside the file
    _score_by_hand: bool = pydantic.PrivateAttr(default=False)

    @pydantic.field_validator("name")
    @classmethod
    def _names_no_path(cls, given: str) -> str:
        if set(given) & set("/\\") or not given.isprintable() or not re.search(r"[^\W_]", given):
            raise ValueError(
                f"name is {given!r}; use letters, digits and spaces, no / or \\, since files are "
                "named for it"
            )
        return given

    @pydantic.field_validator("features", mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if isinstance(given, list) and all(isinstance(column, str) for column in given):
            twice = [column for column, n in Counter(given).items() if n > 1]
            if twice:
                raise ValueError(f"{twice[0]} is listed twice")
            given = {column: column for column in given}
        if not isinstance(given, dict):
            return given
        return {
            str(name): {"column": said} if isinstance(said, str) else said
            for name, said in given.items()
        }

    @classmethod
    def from_file(cls, source: Path | str) -> Self:
        """Read a YAML file, or a mapping that comes with this package by its name: `taiwan`.

        Raises BadInput, one sentence with the file and the line of the mistake.
        """
        path, text = _text_of(source)
        located = located_yaml.load(text, path)
        if not isinstance(located.data, dict):
            raise BadInput(f"{path}, line 1: a mapping starts with keys such as name: and target:.")
        try:
            mapping = cls.model_validate(located.data)
        except pydantic.ValidationError as error:
            known = {
                "": tuple(cls.model_fields),
                "target": tuple(Target.model_fields),
                "features": tuple(Feature.model_fields),
                "panel": tuple(Panel.model_fields),
            }
            raise BadInput(mistakes.first_mistake(error, located, path, known)) from error
        mapping._source = path
        mapping._located = located
        mapping._check_named_once()
        mapping._check_panel()
        return mapping

    @property
    def origin(self) -> str:
        """Where it was read from, for messages."""
        return self._source

    def named(self) -> list[tuple[located_yaml.Place, str]]:
        """Every column the mapping names, with the place where it does."""
        places: list[tuple[located_yaml.Place, str]] = [(("target", "column"), self.target.column)]
        keys = ("id", "score", "date", "limit")
        places += [((key,), c) for key in keys if (c := getattr(self, key)) is not None]
        places += [(("features", n, "column"), f.column) for n, f in self.features.items()]
        return places

    def with_score(self, column: str) -> Self:
        """The same mapping with `column` as the bank's score; it may not be anything else.

        Raises BadInput, above all for a feature: a model would learn from the bank's score.
        """
        for place, named in self.named():
            if named == column and place[0] == "features":
                raise BadInput(
                    f"{_BY_HAND} {column}: {self._at(place)}, makes this column the feature "
                    f"{place[1]}, and a model would learn from the bank's own score; take it out "
                    "of features: there."
                )
            if named == column and place != ("score",):
                raise BadInput(
                    f"{_BY_HAND} {column}: {self._at(place)}, names this column as "
                    f"{mistakes.spoken(place)}; give the column that holds the bank's scores."
                )
        # the file's own score is no feature either, and needs no other mention
        former = () if self.score in {None, column} else (glob.escape(str(self.score)),)
        update = {"score": column, "ignore": (*self.ignore, *former)}
        changed = self.model_copy(update=update)
        changed._score_by_hand = True
        return changed

    def check_columns(self, columns: Sequence[str], file: str) -> None:
        """BadInput unless the file has every column named here, and this names all of its."""
        for place, column in self.named():
            if column not in columns:
                raise BadInput(
                    f"{self._at(place)}: {file} has no column {column!r}"
                    f"{mistakes.nearest(column, columns)}."
                )
        named = {column for _, column in self.named()}
        unnamed = [
            c for c in columns if c not in named and not any(fnmatchcase(c, p) for p in self.ignore)
        ]
        if unnamed:
            more = f" and {len(unnamed) - 3} more" if len(unnamed) > 3 else ""
            raise BadInput(
                f"{self._source} does not say what the column{'s' * (len(unnamed) > 1)} "
                f"{', '.join(map(repr, unnamed[:3]))}{more} of {file} "
                f"{'are' if len(unnamed) > 1 else 'is'}; name it under features:, or under "
                'ignore: ("*" ignores all the rest).'
            )

    def _check_named_once(self) -> None:
        first: dict[str, located_yaml.Place] = {}
        for place, column in self.named():
            if column in first:
                earlier = self._located.line(first[column]) if self._located else 0
                also = f"in line {earlier} as" if earlier else "as"
                raise BadInput(
                    f"{self._at(place)}: column {column!r} is named twice, also {also} "
                    f"{mistakes.spoken(first[column])}; a column is one thing only."
                )
            first[column] = place

    def _check_panel(self) -> None:
        """BadInput unless the panel names features, each once."""
        seen: set[str] = set()
        for place, feature in self.panel.named() if self.panel else ():
            where = f"{self._at(place)}: panel.{place[1]} names {feature!r}"
            if feature not in self.features:
                raise BadInput(
                    f"{where}, which is no feature{mistakes.nearest(feature, [*self.features])}."
                )
            if feature in seen:
                raise BadInput(f"{where}, which panel names before; a feature is one thing only.")
            seen.add(feature)

    def _at(self, place: located_yaml.Place) -> str:
        if self._score_by_hand and place == ("score",):
            return f"{_BY_HAND} {self.score}"
        if self._located is None:
            return self._source
        return f"{self._source}, line {self._located.line(place)}"


def shipped() -> tuple[str, ...]:
    """Names of the mappings that come with this package.

    >>> shipped()
    ('taiwan',)
    """
    folder = resources.files("sandbox.portfolio") / "mappings"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def _text_of(source: Path | str) -> tuple[str, str]:
    path = Path(source)
    if str(source) in shipped() and not path.is_file():
        packaged = resources.files("sandbox.portfolio") / "mappings" / f"{source}.yaml"
        return f"mapping {source}", packaged.read_text(encoding="utf-8")
    try:
        return str(path), path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(
            f"There is no mapping file {path}; give a YAML file or one of the mappings that come "
            f"with risk-sandbox: {', '.join(shipped())}."
        ) from error
    except IsADirectoryError as error:
        raise BadInput(f"{path} is a folder; a mapping is a YAML file.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text; save the mapping as UTF-8.") from error
    except PermissionError as error:
        raise BadInput(f"{path} may not be read; ask its owner for permission to.") from error
