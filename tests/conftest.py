"""For all tests: one thread a process, nothing told to anyone, and no silent skip in CI."""

import os
from collections.abc import Generator

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI a tool that is missing is a fault of the set-up, so a skip there is a failure."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, which counts as failed in CI: {why}"


@pytest.fixture(autouse=True)
def _no_store_left_behind() -> Generator[None, None, None]:
    """`mlflow.set_tracking_uri` sets a variable of the environment, which others would follow."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    yield
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    if before is not None:
        os.environ["MLFLOW_TRACKING_URI"] = before


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


_TABLES: list[tuple[str, list[str]]] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Keep the table that a process of pytest-xdist made, for the end."""
    title, lines = getattr(node, "workeroutput", {}).get("table", ("", []))
    if lines:
        _TABLES.append((title, lines))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for title, lines in _TABLES:
        terminalreporter.section(title)
        terminalreporter.write_line("\n".join(lines))
