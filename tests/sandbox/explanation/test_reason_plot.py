"""One applicant's reasons, drawn: every sentence, its code and its figure."""

import pandas as pd
import pytest
from matplotlib import font_manager

from sandbox.errors import BadInput
from sandbox.explanation.plot_reasons import plot_reasons
from sandbox.explanation.reason_catalogue import Catalogue


def reasons(language: str = "en", rows: tuple[int, ...] = (3, 3)) -> pd.DataFrame:
    codes = ["R15", "R10"][: len(rows)]
    texts = [Catalogue.built_in().text(code, language) for code in codes]
    pushes = [1.59, 0.4][: len(rows)]
    return pd.DataFrame(
        {
            "row": list(rows),
            "rank": list(range(1, len(rows) + 1)),
            "code": codes,
            "contribution": pushes,
            "text": texts,
        }
    )


def test_the_strongest_reason_stands_on_top_with_its_figure():
    axes = plot_reasons(reasons(), "log-odds of default")
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [0.4, 1.59]
    written = [text.get_text() for text in axes.texts]
    assert "+1.59" in written
    assert any(w.startswith("R15") and "late payments" in w for w in written)
    assert axes.get_xlabel() == "contribution to log-odds of default"


def test_nothing_is_written_outside_the_picture():
    axes = plot_reasons(reasons(), "log-odds of default")
    axes.figure.draw_without_rendering()
    edge = axes.figure.bbox
    for text in axes.texts:
        box = text.get_window_extent()
        assert edge.x0 <= box.x0 < box.x1 <= edge.x1
        assert edge.y0 <= box.y0 < box.y1 <= edge.y1


@pytest.mark.parametrize("rows", [(), (1, 2)])
def test_reasons_of_no_one_or_of_several_are_refused(rows):
    with pytest.raises(BadInput, match="give those of one"):
        plot_reasons(reasons(rows=rows), "log-odds of default")


def test_chinese_without_a_font_is_refused_and_with_one_it_is_used(monkeypatch):
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans"])
    with pytest.raises(BadInput, match="No font with Chinese characters"):
        plot_reasons(reasons("zh"), "log-odds of default")
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["SimHei", "DejaVu Sans"])
    axes = plot_reasons(reasons("zh"), "log-odds of default")
    assert "SimHei" in axes.texts[-1].get_fontfamily()
