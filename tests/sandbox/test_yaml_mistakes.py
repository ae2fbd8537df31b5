"""A mistake in a policy, definitions or a sign-off card is told in plain words, with its line."""

import pytest

from sandbox.errors import BadInput
from sandbox.portfolio.account_months import PanelColumns
from sandbox.report.sign_off import ModelCard
from sandbox.validation.definitions import Definitions
from sandbox.validation.policy import Policy

POLICY = """\
id: ours
version: "1"
thresholds:
  discrimination.auc:
    {better: higher, warn: 0.7, fail: 0.6, severity: S1, source: us}
"""
CARD = 'model_id: PD\nversion: "3"\n'


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (
            Policy,
            POLICY.replace("thresholds:", "threshold:"),
            "line 3: there is no key threshold; the nearest is thresholds.",
        ),
        (Policy, POLICY.replace("fail:", "fial:"), "fial; the nearest is fail."),
        (
            Policy,
            POLICY.replace("fail: 0.6, ", ""),
            "line 4: thresholds.discrimination.auc.fail is missing; write it.",
        ),
        (
            Policy,
            POLICY.replace("S1", "high"),
            "severity is 'high'; it is one of 'S1', 'S2', 'S3' or 'S4'.",
        ),
        (Policy, POLICY.replace('"1"', "1"), "line 2: version is 1; it has to be words, in quotes"),
        (Policy, POLICY.replace("0.7", "much"), "warn is 'much'; it has to be a number."),
        (Policy, "- a list\n", "line 1: the file has to start with keys"),
        (
            Policy,
            "id: ours\nextends: [standard]\nversion: '1'\nthresholds: {}\n",
            "line 2: extends is ['standard']",
        ),
        (
            Policy,
            "id: ours\nversion: '1'\nextends: standard\nthresholds: 5\n",
            "thresholds is 5; it has to be keys with values",
        ),
        (
            ModelCard,
            CARD + "developer: Li Wei\n",
            "line 3: developer is 'Li Wei'; it has to be keys with values",
        ),
        (
            ModelCard,
            CARD + "developer: {nmae: Li Wei}\n",
            "no key developer.nmae; the nearest is name.",
        ),
        (
            Definitions,
            'id: ours\nversion: "1"\ndefault: {days: 60}\n',
            "line 3: default.source is missing; write it.",
        ),
        (PanelColumns, "column: {account: A}\n", "there is no key column; the nearest is columns."),
    ],
)
def test_it_names_the_place_the_mistake_and_what_is_needed(tmp_path, read, text, said):
    path = tmp_path / "ours.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as told:
        read.from_file(path)
    assert said in str(told.value)
    assert "Input should" not in str(told.value)


def test_a_file_that_is_not_there_a_folder_or_no_text_is_told_in_plain_words(tmp_path):
    with pytest.raises(BadInput, match=r"none\.yaml cannot be read \(there is no such file"):
        Policy.from_file(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="it is a folder"):
        Policy.from_file(tmp_path)
    (tmp_path / "p.yaml").write_bytes(b"PAR1\x80\xff")
    with pytest.raises(BadInput, match="it is not UTF-8 text"):
        Policy.from_file(tmp_path / "p.yaml")


def test_a_policy_that_extends_the_standard_keeps_all_other_bounds(tmp_path):
    (tmp_path / "alone.yaml").write_text(POLICY)
    (tmp_path / "own.yaml").write_text("extends: standard\n" + POLICY)
    alone, own = Policy.from_file(tmp_path / "alone.yaml"), Policy.from_file(tmp_path / "own.yaml")
    built_in = Policy.default().thresholds
    assert (alone.silent_on, own.silent_on) == (len(built_in) - 1, 0)
    assert own.thresholds["discrimination.auc"].source == "us"
    others = own.thresholds.keys() - {"discrimination.auc"}
    assert {name: own.thresholds[name] for name in others} == {
        name: bounds for name, bounds in built_in.items() if name != "discrimination.auc"
    }


def test_the_digest_of_a_policy_is_that_of_its_bounds_however_they_were_written(tmp_path):
    (tmp_path / "short.yaml").write_text(
        "id: ours\nversion: '1'\nextends: standard\nthresholds: {}\n"
    )
    short = Policy.from_file(tmp_path / "short.yaml")
    spelt_out = Policy.default().model_copy(update={"id": "ours", "version": "1"})
    assert short.digest == spelt_out.digest
