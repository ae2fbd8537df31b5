"""Mistakes in a mapping, each in one sentence with its line."""

import difflib
from collections.abc import Mapping, Sequence

import pydantic

from sandbox.located_yaml import Located, Place

#: keys that are known at the top of a mapping, under target:, under a feature and under panel:
Known = Mapping[str, Sequence[str]]
#: how that which has keys of its own is written
EXAMPLES = {
    "target": "{column: default}",
    "features": "{column: LIMIT_BAL}",
    "panel": "{limit: credit_limit, statuses: [...], bills: [...], payments: [...]}",
}


def first_mistake(
    error: pydantic.ValidationError, located: Located, path: str, known: Known
) -> str:
    """The first mistake that the schema found; `known` has "", "target", "features", "panel"."""
    # a misspelt key is the cause of the key that is then missing
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    place = tuple(first["loc"])
    at, key = f"{path}, line {located.line(place)}", place[-1] if place else ""
    match first["type"]:
        case "extra_forbidden":
            keys = known["" if len(place) < 2 else str(place[0])]
            return f"{at}: unknown key {key!r}{nearest(str(key), keys)}."
        case "missing":
            return f"{at}: {spoken(place)} is missing; a mapping needs it."
        case "string_type" if first["input"] is None:
            return f"{at}: {spoken(place)} is empty; give it a value."
        case "string_type":
            return f"{at}: {spoken(place)} is {first['input']!r}; write words, or put it in quotes."
        case "string_too_long":
            length, most = len(first["input"]), first["ctx"]["max_length"]
            return f"{at}: {spoken(place)} has {length:,} characters; at most {most} are possible."
        case "string_pattern_mismatch" if key == "currency":
            return f"{at}: currency is {first['input']!r}; give three capital letters such as CNY."
        case "tuple_type":
            return f"{at}: {spoken(place)} is {first['input']!r}; give a list as in [a, b, c]."
        case "dict_type" | "model_type":
            example = EXAMPLES[str(place[0])]
            return f"{at}: {spoken(place)} is {first['input']!r}; write it as in {example}."
        case "value_error":
            return f"{at}: {first['ctx']['error']}."
        case _:
            message = first["msg"][:1].lower() + first["msg"][1:]
            return f"{at}: {spoken(place)} is {first['input']!r}; {message}."


def spoken(place: Place) -> str:
    """A place as a person says it.

    >>> spoken(("features", "limit", "kind"))
    'features.limit.kind'
    """
    return ".".join(str(step) for step in place)


def nearest(word: str, known: Sequence[str]) -> str:
    """The end of a sentence about a word that is not known: those it may stand for.

    >>> nearest("LIMIT", ["LIMIT_BAL", "SEX"])
    '; the nearest is LIMIT_BAL'
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=3, cutoff=0.6)
    if near:
        names = ", ".join(by_lower[n] for n in near)
        return f"; the nearest {'is' if len(near) == 1 else 'are'} {names}"
    some = ", ".join(list(known)[:8])
    return f"; there are {some}{', ...' if len(known) > 8 else ''}"
