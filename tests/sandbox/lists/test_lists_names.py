"""`sandbox.lists` names what the room has, and loads it when it is asked for."""

import subprocess
import sys

import pytest

from sandbox import lists


@pytest.mark.parametrize("name", lists.__all__)
def test_every_name_it_offers_is_there(name):
    assert getattr(lists, name).__name__ == name


def test_a_name_it_lacks_is_told_with_those_it_has():
    with pytest.raises(AttributeError, match=r"has no 'Macher'; it has .*Matcher"):
        _ = lists.Macher


@pytest.mark.parametrize(
    ("imports", "absent"),
    [
        ("import sandbox.lists", {"sqlalchemy", "pandas", "numpy", "rapidfuzz"}),
        ("from sandbox.lists import settled, Matcher, promote", {"sqlalchemy", "alembic"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(imports, absent):
    asked = f"import sys; {imports}; print(*{absent!r} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
