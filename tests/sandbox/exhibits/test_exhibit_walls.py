"""Exhibits stand below policies and validation: both read them, they read neither."""

import ast
from pathlib import Path

import sandbox
from sandbox.exhibits import book, by_hand, cut_offs, swaps, utilisation, waterfall
from sandbox.policy import committee

ROOM = Path(sandbox.__file__).parent


def imported(folder):
    for path in (ROOM / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)


def of_sandbox(folder):
    return {".".join(name.split(".")[:2]) for name in imported(folder) if name[:7] == "sandbox"}


def test_exhibits_know_neither_policies_nor_validation_nor_plots():
    assert of_sandbox("exhibits") == {"sandbox.errors", "sandbox.exhibits"}


def test_validation_does_not_know_policies():
    found = of_sandbox("validation")
    assert "sandbox.exhibits" in found
    assert "sandbox.policy" not in found


def test_a_committee_reads_the_same_exhibits():
    assert committee.Book is book.Book
    assert committee.swap_set is swaps.swap_set
    assert committee.overrides is by_hand.overrides
    assert committee.cut_off_ladder is cut_offs.cut_off_ladder
    assert committee.utilisation_ladder is utilisation.utilisation_ladder
    assert committee.approval_waterfall is waterfall.approval_waterfall
