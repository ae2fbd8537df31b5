"""What a study refuses, before it runs."""

from dataclasses import replace

import pytest
from studies import WORLD, Raises, study

import sandbox as sb
from sandbox.errors import BadInput
from sandbox.experiment import StudyResults
from sandbox.experiment.entrant import Entrant
from sandbox.workspace import held_alone


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"level": "strong"}, "no isolation level 'strong'"),
        ({"jobs": 0}, "jobs is 0"),
        ({"refits": 1}, "refits is 1; give 0 for none, or from 2 to 20"),
    ],
)
def test_a_study_refuses_nonsense(tmp_path, fields, words):
    with pytest.raises(BadInput, match=words):
        study(tmp_path, [sb.models.RuleMatrix()], **fields)


def test_a_file_needs_a_role():
    with pytest.raises(BadInput, match="judged as"):
        Entrant.of("vendor.pkl")


def test_a_study_that_is_not_there_names_those_that_are(tmp_path):
    study(tmp_path, [Raises()]).run(progress=False, track=False)
    with pytest.raises(BadInput, match="there are a-study"):
        StudyResults.load(sb.Workspace(tmp_path / "results"), "another")


def test_two_cells_of_one_name_are_refused(tmp_path):
    twice = study(tmp_path, [sb.models.BoostedPD(), sb.models.BoostedPD(depth=2)])
    with pytest.raises(BadInput, match="2 cells of the study are called 'boosted PD"):
        twice.planned()
    named = [sb.models.BoostedPD(), Entrant.of(sb.models.BoostedPD(depth=2), name="shallow")]
    assert len({p.cell.digest for p in study(tmp_path, named).planned()}) == 2


def test_a_study_that_is_running_is_not_started_again(tmp_path):
    one = study(tmp_path, [sb.models.RuleMatrix()])
    with held_alone(one.folder), pytest.raises(BadInput, match="Another process is at work"):
        # flock holds between open files, so this process can stand for another one.
        one.run(progress=False, track=False)


def test_two_names_that_would_share_a_folder_are_told_apart(tmp_path):
    study(tmp_path, [Raises()]).run(progress=False, track=False)
    with pytest.raises(BadInput, match="is kept in"):
        replace(study(tmp_path, [Raises()]), name="a, study").run(progress=False, track=False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"worlds": [replace(WORLD, months=3)]}, "3 months"),
    ],
)
def test_what_could_only_be_judged_wrongly_is_refused_before_it_runs(tmp_path, change, words):
    one = study(tmp_path, [sb.models.RuleMatrix()], **change)
    with pytest.raises(BadInput, match=words):
        one.run(progress=False, track=False)
