"""Finding the words of another language for a text: whole, by a pattern, or part by part.

A key of `zh/*.yaml` is a text or a pattern with places: `{n}` (also `{m}`, `{k}`, `{l}`, `{p}`)
takes a number, `{=a}` a name that stays as it is, `{-a}` a name without spaces, and `{a}` any
text, which is looked up in turn; neither goes beyond a semicolon, as `{+a}` does.
A text that no key fits is cut at its sentences, then at semicolons, then at commas.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

_PLACE = re.compile(r"\{([=+-]?)([a-z])\d?\}")
#: places that take numbers
_NUMBERS = "nmklp"
_NUMBER = r"[<>≤≥±~]?\s?[+\-−]?(?:\d[\d,]*(?:\.\d+)?(?:e[+\-−]?\d+)?|inf|nan|–)%?"
#: what is the same in every language: figures, signs, hashes, names of columns and files
_NEUTRAL = re.compile(
    r"[\d\s.,;:%()<>≥≤±×+−–—/§#'\"&=|…·-]*"
    r"|[<>≤≥±]? ?[\d.]+e[+\-−]?\d+|[0-9a-f]{8,}…?|\S*[_/\\@]\S*|\S*\d\S*|[A-Z]{1,6}|https?://\S+"
    r"|[^a-z]*[\u3400-\u9fff][^a-z]*|[a-z_]+\.[a-z_0-9*]+\.?"
)
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z0-9])|(?<=:) +(?=[A-Z])")
_STOPS = {".": "。", ":": "：", "?": "？", "!": "！"}


@dataclass(frozen=True)
class Found:
    """A text in the other language, and whether all of it was found."""

    text: str
    whole: bool = True


@dataclass
class Words:
    """The words of a language, by the English texts."""

    entries: Mapping[str, str]
    _found: dict[str, Found] = field(default_factory=dict)

    def of(self, text: str) -> Found:
        """The text in this language; what is not known stays English."""
        plain = text.replace("\u00a0", " ")
        if plain not in self._found:
            self._found[plain] = self._looked_up(plain)
        return self._found[plain]

    @cached_property
    def _exact(self) -> dict[str, str]:
        return {k: v for k, v in self.entries.items() if not _PLACE.search(k)}

    @cached_property
    def _plain(self) -> dict[str, str]:
        return {k.casefold(): v for k, v in self._exact.items()}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str, str]]:
        """Pattern, key and translation; those with most letters of their own come first."""
        keys = [k for k in self.entries if _PLACE.search(k)]
        keys.sort(key=lambda k: (-len(_PLACE.sub("", k)), k))
        return [(_compiled(k), k, self.entries[k]) for k in keys]

    def _looked_up(self, text: str) -> Found:
        found = self._directly(text)
        if found and found.whole:
            return found
        parts = self._by_parts(text)
        return parts if parts and parts.whole else found or parts or Found(text, whole=False)

    def _by_pattern(self, text: str) -> Found | None:
        best = None
        for pattern, key, words in self._patterns:
            if not (hit := pattern.fullmatch(text)):
                continue
            parts = {
                place: self.of(value)
                if kind == "+" or (kind == "" and name not in _NUMBERS)
                else Found(value)
                for (place, kind, name), value in zip(_places(key), hit.groups(), strict=True)
            }
            filled = words
            for place, part in parts.items():
                filled = filled.replace(place, part.text)
            if all(part.whole for part in parts.values()):
                return Found(filled)
            best = best or Found(filled, whole=False)
        return best

    def _by_parts(self, text: str) -> Found | None:
        """Sentences, clauses, or items of a list, each looked up; None where none is known."""
        sentences = self._split(_SENTENCE.split(text), " ", "")
        if sentences and sentences.whole:
            return sentences
        stop = _STOPS.get(text[-1:], "")
        bare = text[:-1] if stop else text
        if stop and (found := self._known(bare)):
            return Found(found.text + stop, found.whole)
        cut = []
        for mark, sign in (("; ", "；"), (": ", "："), (", ", "，"), (" / ", " / ")):
            found = self._split(bare.split(mark), mark, sign)
            # a list is cut only where all of it is known: names have commas too
            if found and found.whole:
                return Found(found.text + stop)
            if found and mark == "; " and not sentences:
                cut.append(Found(found.text + stop, whole=False))
        return cut[0] if cut else sentences

    def _split(self, parts: list[str], mark: str, sign: str) -> Found | None:
        """Parts looked up, as many together as are known together; None for a single part."""
        if len(parts) < 2:
            return None
        found: list[Found] = []
        start = 0
        while start < len(parts):
            longest = len(parts) - (start == 0)
            for end in range(longest, start, -1):
                one = self._directly(mark.join(parts[start:end]))
                if end == start + 1:
                    one = one or self.of(parts[start])
                if one and (one.whole or end == start + 1):
                    break
            assert one is not None
            found.append(one)
            start = end
        return _joined(found, sign)

    def _directly(self, text: str) -> Found | None:
        """By a key of its own; without its full stop or its capitals, too."""
        if text in self._exact:
            return Found(self._exact[text])
        if words := self.entries.get(f"{text}."):
            return Found(words.removesuffix("。"))
        if words := self._plain.get(text.casefold()):
            return Found(words)
        if words := self._plain.get(f"{text}.".casefold()):
            return Found(words.removesuffix("。"))
        return Found(text) if _NEUTRAL.fullmatch(text) else self._by_pattern(text)

    def _known(self, text: str) -> Found | None:
        found = self.of(text)
        return found if found.text != text else None


def _compiled(key: str) -> re.Pattern[str]:
    out, end = [], 0
    for hit in _PLACE.finditer(key):
        out.append(re.escape(key[end : hit.start()]))
        text = "(?:(?!; ).)+?"
        kinds = {"": _NUMBER if hit[2] in _NUMBERS else text, "=": text, "+": ".+", "-": r"\S+"}
        out.append(f"({kinds[hit[1]]})")
        end = hit.end()
    return re.compile("".join(out) + re.escape(key[end:]), re.DOTALL)


def _places(key: str) -> list[tuple[str, str, str]]:
    return [(hit[0], hit[1], hit[2]) for hit in _PLACE.finditer(key)]


def _joined(parts: list[Found], sign: str) -> Found | None:
    if not any(part.whole for part in parts):
        return None
    said = parts[0].text
    for part in parts[1:]:
        # Chinese sentences stand without a space between them; names and ids do not
        said += (sign or " " * said[-1:].isascii()) + part.text
    return Found(said, all(part.whole for part in parts))
