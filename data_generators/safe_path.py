"""Processes that are started away from the modules in the caller's folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: with it, `python -m` and `python -c` do not look for modules in the current folder first
SAFE_PATH = {"PYTHONSAFEPATH": "1"}


@contextmanager
def safe_path() -> Iterator[None]:
    """Processes that start meanwhile run no `joblib.py` that lies in the caller's folder.

    loky starts its workers by `python -m`, and what clears up after them by `python -c`; both
    look there first. They get this process's own path to modules when they are there.

    >>> with safe_path():
    ...     os.environ["PYTHONSAFEPATH"]
    '1'
    """
    before = {name: os.environ.get(name) for name in SAFE_PATH}
    os.environ.update(SAFE_PATH)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
