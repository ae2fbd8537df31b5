"""What a schema found wrong in a bank's YAML, in one plain sentence with the file and the line."""

import difflib
from typing import Any, get_args, get_origin

import pydantic

from sandbox.located_yaml import Located, Place

#: pydantic's types of error -> what is needed there
_NEEDED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "words, in quotes where they look like a number",
    "dict": "keys with values, as in {key: value}",
    "model": "keys with values, as in {key: value}",
    "list": "a list, as in [a, b]",
    "tuple": "a list, as in [a, b]",
    "date": "a day, as in 2026-12-01",
}

#: characters of a wrong value that a sentence shows
_LONGEST = 40


def sentence(
    error: pydantic.ValidationError, located: Located, source: str, model: type[pydantic.BaseModel]
) -> str:
    """The first mistake; `model` is the schema, for the names that are near a misspelt one."""
    # a misspelt key is the cause of the key that is then missing
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    place: Place = tuple(first["loc"])
    where = ".".join(str(step) for step in place)
    return f"{source}, line {located.line(place)}: {_said(first, where, _keys(model, place[:-1]))}."


def _said(first: Any, where: str, keys: tuple[str, ...]) -> str:
    kind, given = str(first["type"]), first.get("input")
    needed = _NEEDED.get(kind.partition("_")[0])
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), keys, n=1, cutoff=0.6)
        there = f"the nearest is {near[0]}" if near else f"there are {', '.join(keys)}"
        return f"there is no key {where}; {there}"
    if kind == "missing":
        return f"{where} is missing; write it"
    if kind == "value_error":
        said = first["msg"].removeprefix("Value error, ")
        return f"{where}: {said}" if where else str(said)
    if not where:
        return "the file has to start with keys, such as id: and version:"
    if kind in {"literal_error", "enum"}:
        return f"{where} is {_short(given)}; it is one of {first['ctx']['expected']}"
    if needed and kind.endswith(("_type", "_parsing")):
        return f"{where} is {_short(given)}; it has to be {needed}"
    asked = first["msg"].partition(" should ")[2]
    return f"{where} is {_short(given)}; " + (f"it has to {asked}" if asked else first["msg"])


def _short(given: object) -> str:
    shown = repr(given)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _keys(model: Any, place: Place) -> tuple[str, ...]:
    """The keys that the schema knows at `place`."""
    for step in place:
        if isinstance(model, type) and issubclass(model, pydantic.BaseModel):
            field = model.model_fields.get(str(step))
            model = None if field is None else field.annotation
        else:
            model = (get_args(model) or (None,))[-1] if get_origin(model) is dict else None
        models = [a for a in get_args(model) if isinstance(a, type)]
        if get_origin(model) is not dict and models:
            model = models[0]
    is_model = isinstance(model, type) and issubclass(model, pydantic.BaseModel)
    return tuple(model.model_fields) if is_model else ()
