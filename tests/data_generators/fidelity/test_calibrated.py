"""Which figures bind a calibrated portfolio, and what is asked of every one."""

import dataclasses

import pytest

from data_generators import InvalidInput, World, scenarios
from data_generators.calibration import CardBook, CardMarket, PanelMapping, simulate_table
from data_generators.fidelity import Standing, calibrated, figures

TAIWAN = PanelMapping.taiwan()


def world_of(mapping: PanelMapping) -> World:
    cards = CardMarket(CardBook(), mapping, rows=1_000, misfit=(1.0,))
    return World(dataclasses.replace(scenarios.travel, cards=cards), 2_000, 6, seed=2)


def published(mapping: PanelMapping):
    held_out = simulate_table(CardBook(), mapping, 2_000, seed=3)
    world = world_of(mapping)
    return calibrated._published(world, held_out, world.portfolio())


def test_figures_of_cards_are_gates_on_the_table_that_they_were_measured_on():
    lines = published(TAIWAN)
    assert [line.figure for line in lines] == [f for f in figures() if f.id.startswith("taiwan.")]
    assert {line.standing for line in lines} <= {Standing.INSIDE, Standing.OUTSIDE}
    assert all("on accounts held out" in line.note for line in lines)


def test_on_another_table_they_are_printed_side_by_side():
    other = dataclasses.replace(TAIWAN, limit="LIMITE")
    lines = published(other)
    assert len(lines) == 19
    assert {line.standing for line in lines} == {Standing.BESIDE}
    assert not any(line.figure.gate for line in lines)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [("learned", 0.95, 0.949), ("told_apart", 0.74, 0.81), ("not_copied", 1.1, 0.99)],
)
def test_what_is_asked_of_every_calibration(name, inside, outside):
    (figure,) = (g for g in calibrated.GATES if g.id == f"calibration.{name}")
    assert figure.gate
    assert figure.holds(inside)
    assert not figure.holds(outside)


def test_a_market_of_applicants_is_not_held_against_cards():
    table = simulate_table(CardBook(), TAIWAN, 1_000, seed=3)
    with pytest.raises(InvalidInput, match="no portfolio of cards"):
        calibrated.resemblance(World(scenarios.travel, 10), table, table)
