"""The published figures: data that loads, binds where it says, and equals its origin."""

import json
from importlib import resources
from pathlib import Path

import pytest

from data_generators import InvalidInput, scenarios
from data_generators.fidelity import Figure, Setting, applies, by_id, figures
from data_generators.fidelity.applicability import APPLIES

ORIGIN = Path(__file__).parents[4] / "shared" / "REFERENCE_FIGURES.json"


def figure(**changes) -> Figure:
    said = {
        "id": "x.y",
        "quantity": "a share",
        "value": 0.2,
        "band": (0.1, 0.3),
        "unit": "share",
        "population": "all",
        "source": "a paper",
        "evidence": "read",
        "gate": True,
        "applies_to": "shape only",
    }
    return Figure(**said | changes)


def test_every_figure_loads_once():
    names = [f.id for f in figures()]
    assert len(names) == len(set(names)) == 52
    assert all(f.quantity and f.source and f.evidence for f in figures())


def test_pairs_and_bands_are_tuples_of_numbers():
    assert by_id("gmsc.default_by_age.young_old").value == (0.112, 0.023)
    assert by_id("limit.mpb.low").band == (0.5, 0.68)


# Needs ../shared, which users do not have; a skipped test would fail in CI, so there is none.
if ORIGIN.is_file():

    def test_the_copy_is_the_original():
        copy = resources.files("data_generators.fidelity") / "reference_figures.json"
        original = json.loads(ORIGIN.read_text(encoding="utf-8"))
        assert json.loads(copy.read_text(encoding="utf-8")) == original


def test_every_figure_has_a_rule_and_every_rule_a_figure():
    assert {f.applies_to for f in figures()} == set(APPLIES)


def test_a_figure_of_unknown_applicability_is_refused():
    with pytest.raises(InvalidInput, match=r"x\.y applies to 'the moon', for which there is no"):
        applies(figure(applies_to="the moon"), Setting(scenarios.online_rental))


def test_figures_of_calibrated_cards_apply_to_calibrated_cards_only():
    rental = scenarios.online_rental
    taiwan = [f for f in figures() if f.id.startswith("taiwan.")]
    assert len(taiwan) == 19
    assert not any(applies(f, Setting(rental)) for f in taiwan)
    assert all(applies(f, Setting(rental, calibrated=True)) for f in taiwan)


@pytest.mark.parametrize(("value", "inside"), [(0.1, True), (0.3, True), (0.09, False)])
def test_the_ends_of_a_band_are_inside(value, inside):
    assert figure().holds(value) is inside


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"band": None}, "is a gate without a band"), ({"band": (0.3, 0.1)}, "its ends must rise")],
)
def test_nonsense_is_refused(changes, said):
    with pytest.raises(InvalidInput, match=said):
        figure(**changes)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({}, "gate"), ({"gate": False}, "guide"), ({"gate": False, "band": None}, "shape")],
)
def test_a_gate_binds_a_guide_has_a_band_a_shape_has_none(changes, kind):
    assert figure(**changes).kind == kind


def test_an_unknown_id_is_refused():
    with pytest.raises(InvalidInput, match="no figure 'roll'"):
        by_id("roll")
