"""The suite's table at the end of the run."""

import sys


def lines():
    tally = sys.modules.get("tally")
    if tally is None or not tally._gathered:
        return []
    return [*tally.plain(), "", *tally.summary()]


def pytest_sessionfinish(session):
    """With tests on several processes the one that prints is another."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["table"] = ["attacks on isolation", lines()]


def pytest_terminal_summary(terminalreporter):
    if table := lines():
        terminalreporter.section("attacks on isolation")
        terminalreporter.write_line("\n".join(table))
