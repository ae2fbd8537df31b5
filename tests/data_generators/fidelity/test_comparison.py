"""Where a world's value stands: every figure once, and never a value that was not measured."""

import pytest

from data_generators import World, scenarios
from data_generators.fidelity import (
    Reading,
    Setting,
    Standing,
    compare,
    figures,
    gates_outside,
    measured,
    measurement,
)
from data_generators.fidelity.comparison import utilisation_shape

SETTING = Setting(scenarios.online_rental)


def standing(**readings: Reading) -> dict[str, Standing]:
    named = {name.replace("__", "."): reading for name, reading in readings.items()}
    return {line.figure.id: line.standing for line in compare(SETTING, named)}


def test_every_figure_stands_somewhere_once():
    assert list(standing()) == [f.id for f in figures()]


def test_bands_are_judged():
    found = standing(fraud__prevalence=Reading(0.011), roll__m0_m1=Reading(0.05))
    assert found["fraud.prevalence"] is Standing.INSIDE
    assert found["roll.m0_m1"] is Standing.OUTSIDE


def test_what_was_not_read_counts_as_not_there_and_has_no_value():
    lines = {line.figure.id: line for line in compare(SETTING, {"timing.gap_cv": Reading(None)})}
    assert lines["timing.gap_cv"].standing is Standing.NOT_YET
    assert lines["timing.gap_cv"].value is None
    assert lines["fraud.prevalence"].standing is Standing.NOT_YET


def test_an_empty_group_is_no_value():
    lines = compare(SETTING, {"roll.m3_m4": Reading(float("nan"))})
    line = next(line for line in lines if line.figure.id == "roll.m3_m4")
    assert (line.standing, line.value) == (Standing.NOT_YET, None)


def test_figures_of_other_scenarios_are_not_judged_even_if_read():
    found = standing(taiwan__default_rate=Reading(0.9), bnpl__order=Reading(135.0))
    assert found["taiwan.default_rate"] is Standing.NOT_HERE
    assert found["bnpl.order"] is Standing.NOT_HERE


def test_a_calibrated_world_is_judged_by_the_figures_of_cards():
    calibrated = Setting(scenarios.online_rental, calibrated=True)
    lines = compare(calibrated, {"taiwan.default_rate": Reading(0.9)})
    assert lines[0].standing is Standing.OUTSIDE
    assert gates_outside(lines) == 1


def test_only_gates_count_against_a_world():
    guides = {"roll.m0_m1": Reading(0.9), "truth.auc": Reading(0.5)}
    assert gates_outside(compare(SETTING, guides)) == 0
    assert gates_outside(compare(SETTING, {"fraud.prevalence": Reading(0.5)})) == 1


@pytest.mark.parametrize(
    ("rates", "alike"),
    [
        ((0.018, 0.031, 0.096, 0.194, 0.372), True),
        ((0.018, 0.031, 0.096, 0.05, 0.372), False),  # falls
        ((0.10, 0.12, 0.14, 0.16, 0.20), False),  # rises, but not ten-fold
        ((0.018, 0.031, 0.096, float("nan"), 0.372), False),  # nobody near the limit
    ],
)
def test_default_rises_about_tenfold_with_utilisation(rates, alike):
    assert utilisation_shape(list(rates)) is alike


@pytest.mark.parametrize(("age", "said"), [((0.1, 0.02), Standing.ALIKE), ((0.1, 0.2), "other")])
def test_default_falls_with_age(age, said):
    found = standing(gmsc__default_by_age__young_old=Reading(age))
    assert found["gmsc.default_by_age.young_old"].value.startswith(said.split()[0])


@pytest.fixture
def _few_replicas(monkeypatch):
    monkeypatch.setattr(measurement, "AUC_REPLICAS", 16)


@pytest.mark.usefixtures("_few_replicas")
def test_a_world_is_measured_on_what_applies_to_it_and_the_same_for_the_same_seed():
    world = World(scenarios.online_rental, customers=3_000, months=12, seed=11)
    found = measured(world)
    assert {"limit.mpb.low", "roll.m0_m1", "truth.auc", "timing.gap_cv"} <= found.keys()
    assert "taiwan.default_rate" not in found
    assert found["lgd.by_time"] == Reading(None, missing=measurement.NOT_YET["lgd.by_time"])
    assert 0.8 <= found["timing.gap_cv"].value <= 1.3
    assert "at the incumbent's own limit" in found["limit.mpb.low"].note
    again = measured(world)
    assert repr(again) == repr(found)


@pytest.mark.usefixtures("_few_replicas")
@pytest.mark.parametrize("name", list(scenarios.catalogue()))
def test_every_scenario_is_measured_and_no_value_is_made_up(name):
    world = World(scenarios.by_name(name), customers=1_000, months=12, seed=3)
    lines = compare(Setting(world.scenario), measured(world))
    assert {line.figure.id for line in lines} == {f.id for f in figures()}
    without = [line for line in lines if line.value is None]
    assert all(line.standing in (Standing.NOT_YET, Standing.NOT_HERE) for line in without)
    assert all(line.note for line in without)


@pytest.mark.usefixtures("_few_replicas")
def test_a_tiny_world_is_measured_without_an_error():
    found = measured(World(scenarios.online_rental, customers=30, months=2, seed=1))
    assert found["truth.auc"].value is None
