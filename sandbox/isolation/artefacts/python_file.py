"""A class and its parameters as text: read and parsed, never imported."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput


def read(path: Path) -> tuple[str, tuple[str, ...]]:
    """The source of a Python file and the classes that it defines; BadInput when it is none."""
    try:
        source = path.read_text(encoding="utf-8")
        return source, tuple(node.name for node in _classes(ast.parse(source).body))
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8 ({error.reason}).") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadInput(f"{path} is not Python that can be parsed ({error}).") from error


def with_params(record: Mapping[str, str], params: Mapping[str, Any], name: str) -> bytes:
    """The record and its parameters as JSON; BadInput with the parameter that is none."""
    for key, value in params.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise BadInput(
                f"Parameter {key}={value!r} of {name} cannot be written as JSON; use numbers, "
                "text, lists or None."
            ) from error
    return json.dumps({**record, "params": dict(params)}, sort_keys=True).encode()


def _classes(body: Sequence[ast.stmt]) -> Iterator[ast.ClassDef]:
    """Classes that a module's code defines when it runs, also under `if` and `try`."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            yield from _classes([*node.body, *node.orelse])
