"""Potential outcomes: the oracle leads, the clairvoyant leads it, and files hold everything."""

import numpy as np
import pytest

import data_generators as dg
from data_generators.potential import PotentialOutcomes


@pytest.fixture(scope="module")
def world():
    return dg.World(dg.scenarios.ecommerce, customers=1_200, months=18, seed=31)


@pytest.fixture(scope="module")
def potential(world):
    return world.truth.potential_outcomes(replicas=24)


def policies(potential):
    rng = np.random.default_rng(3)
    flat = {f"flat {limit:g}": limit for limit in potential.limits}
    return {**flat, "random": rng.uniform(0, potential.limits[-1], len(potential.pd))}


def test_nothing_beats_the_oracle_beyond_its_luck(potential):
    for limit in policies(potential).values():
        regret = potential.regret(limit)
        assert regret.mean() > -3.3 * regret.std() / np.sqrt(len(regret))


def test_no_single_customer_beats_the_clairvoyant(potential):
    for limit in [*policies(potential).values(), potential.oracle()]:
        assert (potential.clairvoyant_regret(limit) >= -1e-9).all()
    assert potential.clairvoyant_regret(potential.oracle()).mean() > 10


def test_the_oracle_never_scores_on_what_it_chose_by(potential):
    """On the choosing half it is best for each customer; on the other it need not be."""
    best = potential.profit_to_choose.max(axis=1)
    assert (potential.at(potential.profit_to_choose, potential.oracle()) == best).all()
    scored = potential.value(potential.oracle())
    assert (scored < potential.profit_to_score.max(axis=1)).any()
    assert potential.profit_to_score.max(axis=1).mean() > scored.mean()


def test_a_comparison_is_sorted_and_its_errors_are_those_of_the_mean(potential):
    table = potential.compare({"none": 0.0, "flat": 5_000.0})
    assert table["value"].is_monotonic_decreasing
    by_name = table.set_index("policy")
    assert by_name.loc["oracle", "regret"] == 0
    assert by_name.loc["none", "value"] == 0
    assert by_name.loc["none", "value_se"] == 0
    each = potential.regret(5_000.0)
    assert by_name.loc["flat", "regret"] == pytest.approx(each.mean())
    assert by_name.loc["flat", "regret_se"] == pytest.approx(each.std(ddof=1) / np.sqrt(len(each)))


def test_a_comparison_counts_those_asked_for(potential):
    some = np.arange(len(potential.pd)) < 100
    table = potential.compare({"flat": 5_000.0}, among=some).set_index("policy")
    assert table.loc["flat", "value"] == pytest.approx(potential.value(5_000.0)[:100].mean())


def test_the_first_customers_are_the_same_in_a_world_of_any_size(world, potential):
    first = world.truth.potential_outcomes(replicas=24, customers=300)
    for name in ("pd", "profit_to_choose", "profit_to_score", "clairvoyant"):
        assert (getattr(first, name) == getattr(potential, name)[:300]).all()


def test_a_saved_file_holds_everything_and_needs_no_pickle(potential, tmp_path):
    potential.save(tmp_path / "outcomes")
    loaded = PotentialOutcomes.load(tmp_path / "outcomes")
    assert vars(loaded).keys() == vars(potential).keys()
    assert loaded.replicas == potential.replicas
    for name, values in vars(potential).items():
        assert np.array_equal(getattr(loaded, name), values)


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "text").write_text("limits")
    np.savez(tmp_path / "other.npz", limits=np.zeros(3))
    for name in ("text", "other.npz"):
        with pytest.raises(dg.InvalidInput, match="no file of potential outcomes"):
            PotentialOutcomes.load(tmp_path / name)


@pytest.mark.parametrize("limit", [-1.0, 1e9, np.nan, [1.0, 2.0]])
def test_limits_off_the_grid_or_of_another_length_are_refused(potential, limit):
    with pytest.raises(dg.InvalidInput, match="limit"):
        potential.value(limit)


@pytest.mark.parametrize(
    "wrong", [{"replicas": 0}, {"customers": 0}, {"price": np.nan}, {"price": 1.5}]
)
def test_nonsense_is_refused(world, wrong):
    with pytest.raises(dg.InvalidInput):
        world.truth.potential_outcomes(**{"replicas": 1, **wrong})
