"""A store of its own for a module of tests, whatever the environment names."""

import pytest

from sandbox.tracking import open_store
from sandbox.workspace import Workspace


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield open_store(Workspace(tmp_path_factory.mktemp("results")))
