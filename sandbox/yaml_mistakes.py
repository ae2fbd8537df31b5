"""What a schema found wrong in a bank's YAML, in one plain sentence with the file and the line."""

import difflib
from pathlib import Path
from typing import Any, get_args, get_origin

import pydantic

from sandbox.errors import BadInput
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


def text_of(path: Path, what: str) -> str:
    """The text of a small file; BadInput where it is not there, or is no text.

    `what` names it in the sentence: "policy".
    """
    if path.is_dir():
        raise BadInput(f"The {what} file {path} is a folder; give the file inside it.")
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(f"There is no {what} file {path}; check the path.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"The {what} file {path} is not UTF-8 text; save it as such.") from error
    except OSError as error:
        raise BadInput(f"The {what} file {path} cannot be read ({error.strerror}).") from error


def sentence(
    error: pydantic.ValidationError, located: Located, path: Path, model: type[pydantic.BaseModel]
) -> str:
    """The first mistake; `model` is the schema, for the names that are near a misspelt one."""
    # a misspelt key is the cause of the key that is then missing
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    place: Place = tuple(first["loc"])
    where = ".".join(str(step) for step in place)
    return f"{path}, line {located.line(place)}: {_said(first, where, _keys(model, place[:-1]))}."


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
        return f"{where} is {given!r}; it is one of {first['ctx']['expected']}"
    if needed and kind.endswith(("_type", "_parsing")):
        return f"{where} is {given!r}; it has to be {needed}"
    message = first["msg"][:1].lower() + first["msg"][1:]
    return f"{where} is {given!r}; {message}"


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
