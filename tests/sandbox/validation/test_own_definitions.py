"""A bank's own definitions: read, refused with the line, hashed by what they say."""

from pathlib import Path

import pytest

import sandbox.validation.definitions as module
from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions

BUILT_IN = Path(module.__file__).with_name("definitions.yaml").read_text(encoding="utf-8")


def written(tmp_path, old="", new=""):
    assert old in BUILT_IN
    path = tmp_path / "definitions.yaml"
    path.write_text(BUILT_IN.replace(old, new, 1), encoding="utf-8")
    return path


def test_built_in_definitions_are_the_default():
    built = Definitions.built_in()
    assert built.default.days == 90
    assert built.five_categories.days == (0, 90, 270, 360)
    assert built.overdue.names == ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7")
    assert len(built.digest) == 64


def test_the_digest_follows_the_content_and_not_the_layout(tmp_path):
    same = written(tmp_path, "  days: 90\n", "  # a comment\n  days:   90\n")
    assert Definitions.from_file(same).digest == Definitions.built_in().digest
    other = written(tmp_path, "  days: 90\n", "  days: 60\n")
    assert Definitions.from_file(other).digest != Definitions.built_in().digest


def test_what_was_not_read_in_the_official_text_says_so():
    assert not Definitions.built_in().five_categories.verified
    assert not Definitions.built_in().stages.verified


def test_words_stand_with_the_figures_that_they_are_of():
    built = Definitions.built_in()
    read = {
        name: words
        for section in (built.default, built.five_categories, built.stages)
        for words in section.words
        for name in words.figures
    }
    assert "10%" in read["cross_default_share"].text
    assert "20%" in read["all_banks_share"].text
    assert "270天" in read["doubtful_days"].text
    assert "360天" in read["loss_days"].text
    assert "30 days" in read["stage_2_days"].text
    assert "90 days" in read["stage_3_days"].text
    # of the five categories only the share in the bank itself was read in the order
    own = {name for name in read if read[name].own_words}
    assert own == {"days", "cross_default_share", "stage_2_days", "stage_3_days"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  days: 90\n", "  days: -1\n", "default.days"),
        ("  days: 90\n", "  dayz: 90\n", "default.dayz"),
        ("[0, 30, 60,", "[0, 60, 30,", "start with 0 and rise"),
        ("doubtful_days: 270", "doubtful_days: 80", "must rise"),
        ("stage_2_days: 30", "stage_2_days: 95", "is not below stage_3_days"),
        ("good_days: 30", "good_days: 120", "is above bad_days"),
        (
            "loss_share: null\n  loss_loss_share: null",
            "loss_share: 0.5\n  loss_loss_share: 0.4",
            "exchange",
        ),
        ("figures: [days]", "figures: [dayz]", "is no figure of this section"),
        ("seen: quotations", "seen: secondary", "not those of the text itself"),
        ("seen: quotations", "seen: hearsay", "default.words.0.seen"),
        ("  window_months: 12\n", "", "performance.window_months"),
        ('version: "2"', "version: 2", "version"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path, old, new, said):
    path = written(tmp_path, old, new)
    with pytest.raises(BadInput, match="line") as caught:
        Definitions.from_file(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="there is no such file"):
        Definitions.from_file(tmp_path / "none.yaml")
