"""A place for a store in SQLite, and one in a real PostgreSQL; each test has its own."""

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.sandbox.lists.postgres import private_cluster

BACKENDS = ("sqlite", "postgresql")
_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of the database `postgres` of a server that the tests started."""
    with private_cluster() as url:
        yield url


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path) -> Callable[[str], str]:
    """Gives the URL of an empty store in a backend."""

    def make(backend: str) -> str:
        name = f"lists_{next(_NUMBERS)}"
        if backend == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        cluster = request.getfixturevalue("cluster")
        with psycopg.connect(cluster, autocommit=True) as connection:
            # a schema each: a database each would be 7 MB on the disk
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{cluster}&options=-csearch_path%3D{name}"

    return make


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> str:
    """The URL of an empty store, in each backend."""
    return new_url(request.param)
