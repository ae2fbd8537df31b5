"""The folder of results, given as a path or as text."""

from pathlib import Path

import pytest

from sandbox.errors import BadInput
from sandbox.workspace import Workspace


def test_a_folder_may_be_given_as_text(tmp_path):
    workspace = Workspace(str(tmp_path / "results"))
    assert workspace == Workspace(tmp_path / "results")
    assert workspace.made().database == tmp_path / "results" / "mlflow.db"
    assert Workspace().root == Path("results")


def test_what_is_no_folder_is_refused_in_a_sentence():
    with pytest.raises(BadInput, match="root is 5; give a folder, as a path or as text"):
        Workspace(5)
