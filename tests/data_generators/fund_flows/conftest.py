"""For tests whose gates are statistical and whose worlds take long to make."""

import secrets

import pytest


@pytest.fixture(scope="module")
def seed() -> int:
    """One that nobody has seen, for all tests of a module, which may then share a world."""
    drawn = secrets.randbits(64)
    print(f"seed {drawn}")
    return drawn
