"""In continuous integration a test that is skipped counts as failed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SKIPPING = """
import pytest

def test_that_runs(): pass

@pytest.mark.skip(reason="no oven")
def test_that_is_skipped(): pass

@pytest.mark.xfail(strict=True)
def test_known_to_fail(): assert False
"""


def pytest_in(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on a folder of its own with this project's conftest.py."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", folder, folder],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
    )


@pytest.mark.parametrize(
    ("ci", "status", "closing"), [("", 0, "1 skipped"), ("true", 1, "1 error")]
)
def test_a_skipped_test_fails_in_ci_and_only_there(
    tmp_path: Path, ci: str, status: int, closing: str
) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    done = pytest_in(tmp_path, ci)
    assert done.returncode == status
    assert closing in done.stdout.splitlines()[-1]
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert ("counts as failed in CI: Skipped: no oven" in done.stdout) is bool(ci)


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_oven')")
    done = pytest_in(tmp_path, "true")
    assert done.returncode != 0
    assert "no_such_oven" in done.stdout
    assert "1 error" in done.stdout.splitlines()[-1]
