"""The page stands alone, escapes what it is given, and says what is missing."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest

from sandbox import plots
from sandbox.policy import CommitteePage
from sandbox.policy.committee import (
    Book,
    customer_exposure,
    largest_exposures,
    over_the_cap,
    plot_exposures,
    regret_of,
)
from sandbox.policy.committee.beyond_the_policy import EXPOSURE_HEIGHT
from sandbox.policy.committee.exhibits import NARROW
from tests.sandbox.policy.committee.books import NEW, OLD, decisions, expected, large
from tests.sandbox.policy.committee.test_exhibits import EXPOSURES


@pytest.fixture(scope="module")
def full():
    old, new, features = large()
    limit = new.limit.copy()
    limit[:9] = np.where(limit[:9] > 0, 0.0, 5e3)
    final = Book("as done", decisions(limit, new.decisions["pd"]), new.outcomes)
    reason = new.decisions["reason"].where(limit != new.limit, "")
    page = CommitteePage(
        old, new, title="Change <b>now</b>", date="1 May 2026", features=features, final=final,
        override_reason=reason, exposures=EXPOSURES, expected=expected(),
    )  # fmt: skip
    return page, page.text()


def test_every_exhibit_is_on_the_page_once(full):
    page, text = full
    assert len(page.exhibits()) == 9
    assert not any(each.gap for each in page.exhibits())
    assert len(re.findall(r'<figure id="exhibit-', text)) == 9


def test_the_page_needs_no_network_and_runs_no_script(full):
    _, text = full
    without = re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', without)
    assert "<script" not in text
    assert "url(http" not in text
    assert "default-src 'none'" in text


def test_ids_on_the_page_do_not_clash(full):
    _, text = full
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_what_is_given_is_escaped(full):
    _, text = full
    assert "<b>now</b>" not in text
    assert "Change &lt;b&gt;now&lt;/b&gt;" in text


def test_the_same_page_twice_is_the_same_bytes(full, tmp_path):
    page, text = full
    path = page.html(tmp_path / "page.html")
    assert path.read_text(encoding="utf-8") == text


def test_in_a_notebook_the_page_keeps_to_a_frame(full):
    page, text = full
    shown = page._repr_html_()
    assert shown.startswith("<iframe")
    assert unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == text


def test_what_is_missing_is_said_and_comes_last():
    gaps = [each.gap for each in CommitteePage(OLD, NEW).exhibits()]
    assert [gap != "" for gap in gaps] == [False] * 3 + [True] * 6
    assert all(gap.startswith("Not shown: ") for gap in gaps[3:])
    assert "Not shown: no overrides given." in gaps


def test_no_row_of_the_page_has_a_hole_that_a_later_exhibit_could_fill(full):
    page, _ = full
    for shown in (page, replace(page, expected=None), replace(page, final=None)):
        used = 0
        for each in shown.exhibits():
            assert used % 3 + each.span <= 3
            used += each.span


def test_reasons_and_officers_are_told_with_what_they_earned():
    hand = pd.Series(["known", "", "known", "", "", ""])
    page = CommitteePage(
        OLD, NEW, final=NEW, overridden=OLD, override_reason=hand, override_by=hand
    )
    text = page.text()
    assert "By reason: " in text
    assert "known (2: earned +110 RMB" in text
    assert "By officer: " in text


def test_what_the_law_does_not_cap_counts_no_share_of_it():
    lines = EXPOSURES.assign(counts=EXPOSURES["scenario"] != "car")
    assert over_the_cap(EXPOSURES) == 1
    assert over_the_cap(lines) == 0
    table = customer_exposure(lines, 1).set_index("scenario")
    assert table.loc["all scenarios", ["limit", "of_cap"]].tolist() == [210e3, 110e3 / 200e3]
    assert largest_exposures(lines, 3)["customer_id"].tolist() == [1, 3, 2]


def test_a_change_within_the_noise_is_called_so():
    assert "within the noise" in CommitteePage(OLD, NEW).text()


class Known:
    """Two customers, at limits 0 and 10,000, whose best limits are 10,000 and 0."""

    pd = np.array([[0.0, 0.01], [0.0, 0.9]])
    profit_to_score = np.array([[0.0, 100.0], [0.0, -500.0]])

    def oracle(self):
        return np.array([1e4, 0.0])

    def at(self, table, limit):
        return table[np.arange(2), (limit > 0).astype(int)]


def test_regret_is_not_known_beyond_the_customers_of_the_truth():
    regret = regret_of(np.array([1e4, 0.0, 5e3]), Known(), np.array([1, 0, 7]))
    assert regret.tolist()[:2] == [500.0, 100.0]
    assert np.isnan(regret[2])


def test_a_legend_of_nine_markets_is_whole():
    names = [f"a long market {number}" for number in range(9)]
    lines = pd.DataFrame(
        {"customer_id": 1234, "scenario": names, "limit": 2e5, "balance": 1.0, "counts": [True] * 9}
    )
    with plots.style():
        ax = plots.new_axes(NARROW, EXPOSURE_HEIGHT)
        plot_exposures(lines, ax)
        ax.figure.draw_without_rendering()
        box, whole = ax.get_legend().get_window_extent(), ax.figure.bbox
    assert whole.y0 <= box.y0
    assert whole.x0 <= box.x0
    assert box.x1 <= whole.x1
