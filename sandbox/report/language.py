"""A report in another language: every text looked up; what is not known stays English.

The words stand in `zh/*.yaml`, English to Chinese; `sandbox.report.words` says how they are found.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.report.document import Block, Column, Facts, Picture, ReportDocument, Section, Table
from sandbox.report.words import Words
from sandbox.validation.result import Verdict

LANGUAGES = ("en", "zh")
_FOLDER = Path(__file__).parent
_REASONS = _FOLDER.parent / "explanation" / "reason_codes.yaml"
#: what a cover says in another language
_IN_PART = "Chinese; names of models and features are as in the English report"
#: a column that says in this language what the one before it says, and then says it twice
_OTHER_LANGUAGE = "In Chinese"
#: fields that hold no text for a reader, or none of ours: a title is the model's name
_NO_WORDS = {
    *("anchor", "anchors", "number", "language", "width", "drawing", "tables", "id"),
    *("severity", "section", "verdict", "family", "table", "metric"),
}
#: columns and facts that hold names: of models, features, files, people
_NAMES = {
    *("Feature", "Model", "Study", "Digest", "Host", "Seed", "Run", "Digest of contents"),
    *("Digest of scores", "Challengers", "Seeds", "Code version", "Model id", "Name"),
    *("Installed", "Python", "Isolation level", "Mechanisms in force", "Level"),
    *("Cut", "Table", "Model version", "Source", "Licence", "Target column"),
}
#: what stands where there is no name
_ABSENT = {"none", "not recorded", "not recorded in the mapping", ""}


def translate(text: str, language: str) -> str:
    """The text in a language, or as it is where its words are not known.

    >>> translate("Summary", "zh"), translate("Summary", "en"), translate("no such text", "zh")
    ('摘要', 'Summary', 'no such text')
    >>> translate("at least 0.7", "zh")
    '不低于 0.7'
    """
    return text if language == "en" else words(language).of(text).text


def head(column: str, language: str) -> str:
    """What stands above a column of a table: its name, or the words for it.

    >>> head("mean_pd", "zh"), head("mean_pd", "en"), head("no_such", "zh")
    ('平均违约概率', 'mean_pd', 'no_such')
    """
    if language == "en":
        return column
    found = words(language).of(" ".join(column.split("_")))
    return found.text if found.whole and not column.isdigit() else column


def translated(document: ReportDocument, language: str) -> ReportDocument:
    """The document with every text looked up; names of models and features stay as they are."""
    check(language)
    if language == "en":
        return document
    made: ReportDocument = _mapped(document, lambda text: translate(text, language))
    remark = ("Language", _IN_PART)
    facts = (*made.facts, (translate(remark[0], language), translate(remark[1], language)))
    said, spare = _drawn_words(document, language), translate(_OTHER_LANGUAGE, language)
    sections = tuple(_adapted(section, said, spare) for section in made.sections)
    return replace(
        made,
        title=document.title,
        date=document.date,
        facts=facts,
        sections=sections,
        language=language,
    )


def untranslated(document: ReportDocument, language: str) -> tuple[str, ...]:
    """Texts of a document, in English, that are not wholly known in a language, each once."""
    known = words(language)
    own = _own(document, _NAMES | {"Segment"})
    seen = dict.fromkeys(text.replace("\u00a0", " ") for text in texts(document))
    return tuple(text for text in seen if text not in own and not known.of(text).whole)


def texts(document: ReportDocument) -> tuple[str, ...]:
    """Every text of a document that a reader sees and that is looked up, each once."""
    parts = (document.subtitle, document.opinion, document.facts, document.sections)
    drawn = (
        text
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Picture)
        for text in block.drawing.texts
    )
    return tuple(dict.fromkeys((*_texts(parts), *drawn)))


def check(language: str) -> None:
    """BadInput for a language that there is not."""
    if language not in LANGUAGES:
        raise BadInput(f"There is no language {language!r}; choose one of {', '.join(LANGUAGES)}.")


@cache
def words(language: str) -> Words:
    """The words of a language; BadInput where two files give a text different words."""
    entries: dict[str, str] = {}
    for path in sorted((_FOLDER / language).glob("*.yaml")):
        for english, other in located_yaml.load(path.read_text("utf-8"), str(path)).data.items():
            if entries.setdefault(english, other) != other:
                raise BadInput(f"{path.name} gives {english!r} other words than an earlier file.")
    return Words({**_reasons(language), **entries})


def _reasons(language: str) -> dict[str, str]:
    """What applicants are told, which reason codes come with in both languages."""
    located = located_yaml.load(_REASONS.read_text("utf-8"), str(_REASONS))
    reasons = located.data["reasons"].values()
    return {each["en"]: each[language] for each in reasons if language in each}


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Verdict | type):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        if _is_name(value):
            absent = value[1] in _ABSENT
            return (change(value[0]), change(value[1]) if absent else value[1])
        return tuple(_mapped(item, change) for item in value)
    if isinstance(value, Table):
        kept = [column.title in _NAMES for column in value.columns]
        rows = tuple(_row(row, kept, change) for row in value.rows)
        columns: tuple[Column, ...] = _mapped(value.columns, change)
        title, note = change(value.title), change(value.note)
        return replace(value, title=title, note=note, columns=columns, rows=rows)
    if isinstance(value, Facts):
        return replace(value, rows=_mapped(value.rows, change))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    given = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in _NO_WORDS}
    return replace(value, **{name: _mapped(part, change) for name, part in given.items()})


def _row(row: tuple[Any, ...], kept: list[bool], change: Callable[[str], str]) -> tuple[Any, ...]:
    """A row of a table, the names in it kept."""
    fact = bool(row) and isinstance(row[0], str) and row[0] in _NAMES
    return tuple(
        value
        if isinstance(value, str) and value not in _ABSENT and (keep or (fact and place))
        else _mapped(value, change)
        for place, (value, keep) in enumerate(zip(row, kept, strict=True))
    )


def _drawn_words(document: ReportDocument, language: str) -> Callable[[str], str]:
    """What is written in a figure in another language: names stay, and what is half known."""
    own = _own(document, _NAMES)
    known = words(language)

    def said(text: str) -> str:
        found = known.of(text)
        return text if text in own or not found.whole else found.text

    return said


def _adapted(section: Section, said: Callable[[str], str], spare: str) -> Section:
    """A translated section, its figures drawn again and its tables without the column `spare`."""
    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Picture):
            block = replace(block, drawing=block.drawing.said(said))
        elif isinstance(block, Table) and any(c.title == spare for c in block.columns):
            kept = [place for place, c in enumerate(block.columns) if c.title != spare]
            rows = tuple(tuple(row[place] for place in kept) for row in block.rows)
            block = replace(block, columns=tuple(block.columns[p] for p in kept), rows=rows)
        blocks.append(block)
    return replace(section, blocks=tuple(blocks))


def _own(document: ReportDocument, heads: AbstractSet[str]) -> set[str]:
    """Names in a document, which are the same in every language: what stands under `heads`."""
    return {document.title, *(cell.split(" (")[0] for cell in _names(document, heads))}


def _names(document: ReportDocument, heads: AbstractSet[str]) -> Iterator[str]:
    """Names of models, of the study and of the data, which no words are asked for."""
    yield from (name for key, value in document.facts if key in heads for name in value.split(", "))
    for section in document.sections:
        for block in section.blocks:
            if not isinstance(block, Table):
                continue
            for row in block.rows:
                for column, cell in zip(block.columns, row, strict=True):
                    if column.title in heads:
                        yield getattr(cell, "text", str(cell))


def _is_name(pair: tuple[Any, ...]) -> bool:
    """Whether a pair of texts is a fact that gives a name."""
    return len(pair) == 2 and all(isinstance(t, str) for t in pair) and pair[0] in _NAMES


def _texts(value: Any) -> Iterator[str]:
    seen: list[str] = []

    def note(text: str) -> str:
        seen.append(text)
        return text

    _mapped(value, note)
    return iter(text for text in seen if text)
