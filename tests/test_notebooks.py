"""Notebooks are committed without output and say the same as their paired scripts."""

from pathlib import Path

import jupytext
import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_stripped_and_short(path):
    notebook = nbformat.read(path, as_version=4)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert len(notebook.cells) <= 20
    assert sum("parameters" in c.metadata.get("tags", []) for c in code) == 1
    assert "assert" in code[-1].source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_its_paired_script(path):
    script = jupytext.read(path.with_suffix(".py"))
    notebook = nbformat.read(path, as_version=4)
    pairs = zip(script.cells, notebook.cells, strict=True)
    assert all((a.cell_type, a.source) == (b.cell_type, b.source) for a, b in pairs)


def test_the_main_job_takes_fewer_than_twenty_lines_of_python():
    notebook = nbformat.read(FOLDER / "main_job.ipynb", as_version=4)
    lines = [
        line
        for c in notebook.cells
        if c.cell_type == "code"
        for line in c.source.splitlines()
        if line.strip()
    ]
    assert len(lines) < 20
