"""The published figures that a world must meet, in every market they apply to.

The seeds are fixed, so a world gives the same values each time: these fail when the structure or
a parameter moves a figure out of its band, and never by chance.
"""

import pytest

import data_generators as dg
from data_generators.fidelity import Setting, Standing, compare, measured

#: enough months for businesses to default in, and few enough for a quick test
MONTHS = {"micro_business": 24}


def outside(name, seed):
    world = dg.World(dg.scenarios.by_name(name), 20_000, MONTHS.get(name, 14), seed)
    lines = compare(Setting(world.scenario), measured(world, progress=False))
    gates = [line for line in lines if line.figure.gate]
    assert sum(line.standing in (Standing.INSIDE, Standing.OUTSIDE) for line in gates) >= 2
    return {line.figure.id for line in gates if line.standing is Standing.OUTSIDE}


@pytest.mark.parametrize("name", ["online_rental", "ecommerce", "micro_business"])
def test_every_gate_that_applies_is_met(name):
    assert outside(name, seed=1) == set()


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("name", list(dg.scenarios.catalogue()))
def test_every_gate_that_applies_is_met_in_every_market(name, seed):
    if name in ("car_purchase", "online_education", "travel", "medical_beauty", "home_renovation"):
        world = dg.World(dg.scenarios.by_name(name), 20_000, 12, seed)
        assert 0.0085 < (world.truth.fraud() != "").mean() < 0.015
    else:
        assert outside(name, seed) == set()
