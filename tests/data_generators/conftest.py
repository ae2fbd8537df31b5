"""For tests whose gates are statistical."""

import secrets

import pytest


@pytest.fixture
def seed() -> int:
    """One that nobody has seen, for each test; pytest shows it where the test fails."""
    drawn = secrets.randbits(64)
    print(f"seed {drawn}")
    return drawn
