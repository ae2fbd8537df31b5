"""The walls of the house, each held by looking at what is imported."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imported_by(path):
    """Names of modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def importers_of(package, *folders):
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if any(name == package or name.startswith(f"{package}.") for name in imported_by(path))
    }


def test_the_search_for_importers_finds_what_is_there():
    assert "data_generators/world.py" in importers_of("numpy", "data_generators")


def test_data_generators_never_imports_sandbox():
    assert importers_of("sandbox", "data_generators") == set()


@pytest.mark.parametrize(
    ("package", "home"), [("mlflow", "sandbox/tracking"), ("shap", "sandbox/explanation")]
)
def test_only_its_own_room_imports(package, home):
    everywhere = importers_of(package, "sandbox", "data_generators")
    assert everywhere, f"nobody imports {package}: the test would prove nothing"
    assert {path for path in everywhere if not path.startswith(home)} == set()


def test_only_isolation_and_tracking_start_processes():
    """tracking starts MLflow's server; nothing but isolation starts one for a model."""
    homes = ("sandbox/isolation/", "sandbox/tracking/")
    strays = importers_of("subprocess", "sandbox", "data_generators")
    strays |= importers_of("multiprocessing", "sandbox", "data_generators")
    assert {path for path in strays if not path.startswith(homes)} == set()


def test_metrics_and_models_know_neither_worlds_nor_runs():
    for room in ("sandbox/validation", "sandbox/models", "sandbox/policy", "sandbox/explanation"):
        assert importers_of("data_generators", room) == set()
        assert importers_of("sandbox.experiment", room) == set()
        assert importers_of("sandbox.tracking", room) == set()


def test_only_experiment_and_the_shell_know_worlds():
    homes = ("sandbox/experiment/", "sandbox/main_job.py", "sandbox/cli")
    # The report says what columns mean: in the words of the data dictionary, which knows no world.
    dictionary = "sandbox/report/inputs.py"
    of_worlds = {n for n in imported_by(ROOT / dictionary) if n.startswith("data_generators")}
    assert of_worlds == {"data_generators.schema"}
    strays = importers_of("data_generators", "sandbox") - {dictionary}
    assert {path for path in strays if not path.startswith(homes)} == set()


def test_nothing_outside_the_worker_unpickles():
    """The sandboxed worker and the level `none`, which trusted callers opt into, open models.

    The other two start processes with joblib, and send them nothing but their own objects.
    """
    openers = {
        path
        for package in ("pickle", "dill", "cloudpickle", "joblib")
        for path in importers_of(package, "sandbox", "data_generators")
    }
    allowed = (
        "sandbox/isolation/",
        "sandbox/experiment/parallel.py",
        "data_generators/dataset/workers.py",
    )
    assert {path for path in openers if not path.startswith(allowed)} == set()


@pytest.mark.parametrize("heavy", ["mlflow", "shap", "sklearn", "matplotlib", "data_generators"])
def test_importing_sandbox_stays_light(heavy):
    code = f"import sys, sandbox; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_drawer_for_odds_and_ends():
    odd = {"utils", "helpers", "manager", "common", "core", "misc"}
    stems = {
        p.stem for folder in ("sandbox", "data_generators") for p in (ROOT / folder).rglob("*")
    }
    assert stems & odd == set()


def test_no_module_takes_the_name_of_what_its_package_offers():
    """Once imported, a module `x.py` replaces a function `x` that its package exports."""
    code = (
        "import importlib, pkgutil, sandbox\n"
        "for found in pkgutil.walk_packages(sandbox.__path__, 'sandbox.'):\n"
        "    importlib.import_module(found.name)\n"
        "from sandbox.isolation import probe, worker\n"
        "from sandbox.report import assemble\n"
        "assert all(map(callable, (probe, worker, assemble)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
