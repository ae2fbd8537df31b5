"""Cells of two models over three seeds, and their report."""

import pytest
from cells import DATE, cell, failed

from sandbox.report import assemble
from sandbox.report.render import html


@pytest.fixture(scope="module")
def limit_cells():
    return (
        [cell(seed=s) for s in (1, 2, 3)]
        + [cell("causal", seed=s, noise=0.3) for s in (1, 2, 3)]
        + [failed()]
    )


@pytest.fixture(scope="module")
def limit_html(limit_cells):
    return html(assemble(limit_cells, date=DATE))
