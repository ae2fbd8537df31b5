"""Names and addresses that are nearly those of a list: which are, and where to look for them.

A name or an address is cut into a form. Equal forms are the same; otherwise one error is forgiven,
a character missing, added or another, or two neighbours swapped (optimal string alignment), where
there is enough to compare:

- A Chinese name of up to four characters is near only to itself: one other character makes it
  another person's. Longer ones (transliterations) may have one error.
- In Latin script the order of words and accents do not count, and a name of ten letters or more
  may have one error, unless the word in question is a name of its own: if others on the list are
  called Bryan, then Bryan is no misspelling of Brian.
- In an address the numbers have to be the same, because another number is another home. Its words,
  which name town and street, may have one error, but not in a direction, an ordinal or the kind of
  street (east, 东, first, 一, 路): those make it another street. Where there are three numbers or
  more, one of two addresses may leave out what stands in front, such as the province.

Forms that are near share at least one key, so that an index of keys finds all of them.
"""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from rapidfuzz.distance import OSA

from sandbox.errors import BadInput
from sandbox.lists.keyed import without_one

_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"0*(\d+)\s*([号栋幢座楼单元室层弄院村组户]?)")
#: characters that say what a number counts, and nothing beside it
_UNITS = re.compile(r"[号栋幢座楼单元室层弄院组户\W\d_]+")
#: characters that make another street of the same name
_APART = frozenset("东南西北中前后左右上下内外大小新老一二三四五六七八九十路街道巷")
_SHORT = {
    "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard",
    "dr": "drive", "ln": "lane", "ct": "court", "pl": "place", "sq": "square", "hwy": "highway",
    "pkwy": "parkway", "apt": "apartment", "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
_LATIN_APART = frozenset(
    {"north", "south", "east", "west", "upper", "lower", "new", "old", "first", "second", "third"}
)
#: characters at the end of an address's words that are there whatever is left out in front
_TAIL = 4
#: words of a name whose orders are all tried; a longer one as it is and sorted
_TRIED = 3


@dataclass(frozen=True)
class Nearness:
    """How much of a name or an address may be wrong."""

    #: letters from which on a Latin name may have one error
    name_letters: int = 10
    #: characters from which on a Chinese name may have one error
    name_characters: int = 5
    #: characters of an address's words from which on they may have one error
    address_characters: int = 7
    #: numbers in an address from which on its beginning may be missing
    address_numbers: int = 3

    def __post_init__(self) -> None:
        for name, least in (
            ("name_letters", 4), ("name_characters", 4), ("address_characters", 4),
            ("address_numbers", 2),
        ):  # fmt: skip
            if getattr(self, name) < least:
                raise BadInput(
                    f"{name} is {getattr(self, name)}; it is {least} or more: below that different "
                    "people and homes are taken for one another."
                )


@dataclass(frozen=True)
class NameForm:
    """A name without what does not tell people apart."""

    #: its words, sorted; a Chinese name is one
    words: tuple[str, ...]
    chinese: bool

    @property
    def text(self) -> str:
        """The words behind one another."""
        return " ".join(self.words)

    def forgives(self, nearness: Nearness) -> bool:
        """Whether it may have an error."""
        least = nearness.name_characters if self.chinese else nearness.name_letters
        return sum(map(len, self.words)) >= least

    def orders(self) -> list[str]:
        """Its words in all orders, sorted first: an error may put them in another."""
        if len(self.words) > _TRIED:
            return [self.text]
        return [" ".join(words) for words in permutations(self.words)]


@dataclass(frozen=True)
class AddressForm:
    """An address as numbers and words."""

    #: in order, without leading zeros, and what each counts
    numbers: tuple[str, ...]
    counted: frozenset[tuple[str, str]]
    #: Chinese without units; Latin with abbreviations written out
    words: str
    #: the same with Latin words sorted
    ordered: str
    #: Latin words that make it another street, sorted
    apart: tuple[str, ...]

    @property
    def block(self) -> tuple[str, ...]:
        """The numbers whatever their order."""
        return tuple(sorted(self.numbers))

    def forgives(self, nearness: Nearness) -> bool:
        """Whether its words may have an error."""
        return len(self.words) >= nearness.address_characters


@lru_cache(maxsize=4096)
def name_form(name: str) -> NameForm:
    """The form of a normalised name.

    >>> name_form("smith, josé").words, name_form("买买提·艾力").words
    (('jose', 'smith'), ('买买提艾力',))
    """
    if _CHINESE.search(name):
        return NameForm(("".join(_WORD.findall(name)),), True)
    return NameForm(tuple(sorted(_WORD.findall(_plain(name)))), False)


@lru_cache(maxsize=4096)
def address_form(address: str) -> AddressForm:
    """The form of a normalised address.

    >>> address_form("振兴中路97号4单元0704室").words, address_form("97 n. elm st").words
    ('振兴中路', 'north elm street')
    >>> address_form("振兴中路97号4单元0704室").numbers
    ('97', '4', '704')
    """
    pairs = _NUMBER.findall(address)
    numbers, counted = tuple(number for number, _ in pairs), frozenset(pairs)
    if _CHINESE.search(address):
        words = _UNITS.sub("", address)
        return AddressForm(numbers, counted, words, words, ())
    spelled = [_SHORT.get(word, word) for word in _WORD.findall(_plain(address))]
    ordered = sorted(spelled)
    apart = tuple(word for word in ordered if word in _LATIN_APART)
    return AddressForm(numbers, frozenset(), " ".join(spelled), " ".join(ordered), apart)


def keys_of(kind: str, value: str, nearness: Nearness, asked: bool = False) -> list[int]:
    """Under which keys an entry stands; with `asked`, under which a value is looked for."""
    if kind == "name":
        name = name_form(value)
        texts = name.orders() if asked else [name.text]
        if not name.forgives(nearness):
            return [hash(text) for text in texts]
        return [key for text in texts for key in without_one(text)]
    address = address_form(value)
    keys = [hash(address.ordered)]
    if address.forgives(nearness):
        keys += without_one(address.words)
    if len(address.numbers) >= nearness.address_numbers:
        keys.append(hash(address.words[-_TAIL:]))
    block = hash(address.block)
    return [hash((block, key)) for key in keys]


def similarity(
    kind: str, asked: str, entry: str, nearness: Nearness, known: Container[str] = frozenset()
) -> float:
    """Of two normalised values, from 0 to 1: 1 for equal forms, 0 where they are not near.

    `known` are words that are names of their own.

    >>> round(similarity("name", "katharine johnson", "johnson katherine", Nearness()), 3)
    0.941
    >>> similarity("name", "katharine johnson", "johnson katherine", Nearness(), {"katharine"})
    0.0
    >>> similarity("name", "王小芳", "王晓芳", Nearness())
    0.0
    >>> one, other = "邯郸市振兴中路97号18栋4单元1704室", "邯郸市振新中路97号18-4-1704"
    >>> round(similarity("address", one, other, Nearness()), 3)
    0.857
    """
    if kind == "name":
        return _near_names(name_form(asked), name_form(entry), nearness, known)
    return _near_addresses(address_form(asked), address_form(entry), nearness)


def _near_names(
    asked: NameForm, entry: NameForm, nearness: Nearness, known: Container[str]
) -> float:
    if asked.words == entry.words:
        return float(bool(asked.words))
    enough = asked.forgives(nearness), entry.forgives(nearness)
    if asked.chinese != entry.chinese or not any(enough):
        return 0.0
    if not all(enough) and len(asked.text) == len(entry.text):
        # a space in place of a letter makes one of them too short, and leaves no key in common
        return 0.0
    other = set(asked.words) - set(entry.words)
    if all(word in known for word in other):
        return 0.0
    errors = min(OSA.distance(text, entry.text, score_cutoff=1) for text in asked.orders())
    return 1.0 - errors / max(len(asked.text), len(entry.text)) if errors <= 1 else 0.0


def _near_addresses(asked: AddressForm, entry: AddressForm, nearness: Nearness) -> float:
    in_order = asked.numbers == entry.numbers
    if not in_order and not (asked.counted and asked.counted == entry.counted):
        return 0.0
    if asked.ordered == entry.ordered:
        return float(bool(asked.ordered))
    shorter, longer = sorted((asked.words, entry.words), key=len)
    many = len(asked.numbers) >= nearness.address_numbers
    if many and len(shorter) >= _TAIL and longer.endswith(shorter):
        return len(shorter) / len(longer)
    if asked.apart != entry.apart or not (asked.forgives(nearness) or entry.forgives(nearness)):
        return 0.0
    errors = OSA.distance(shorter, longer, score_cutoff=1)
    return 1.0 - errors / len(longer) if errors <= 1 and not _apart(shorter, longer) else 0.0


def _apart(shorter: str, longer: str) -> bool:
    """Whether the one error between two texts is a character that makes another street."""
    place = next((k for k, c in enumerate(shorter) if c != longer[k]), len(shorter))
    if len(shorter) < len(longer):
        return longer[place] in _APART
    swapped = shorter[place + 1 :] != longer[place + 1 :]
    return not swapped and shorter[place] in _APART and longer[place] in _APART


def _plain(text: str) -> str:
    """Without accents, in small letters."""
    parted = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parted if not unicodedata.combining(c)).casefold()
