"""Traces: each case shows a part of them, look-alikes show one, and columns stay consistent."""

import numpy as np
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.scenarios.fraud import FraudMix
from data_generators.streams import BLOCK, Block, Streams
from data_generators.typologies import TYPOLOGIES
from data_generators.typologies.contract import shows
from data_generators.typologies.traces import LOOK_ALIKES, look_alikes

STREAMS = Streams(5, Block(0, 0, BLOCK))
SHOWING = [typology for typology in TYPOLOGIES if typology.traces]
each_typology = pytest.mark.parametrize("typology", SHOWING, ids=lambda typology: typology.name)


def shown(typology, difficulty):
    """Number of traces that each customer would show as a case."""
    mix = FraudMix().at_difficulty(difficulty)
    return sum(
        shows(f"{typology.name}_{trace.name}", mix, STREAMS, trace.share).astype(int)
        for trace in typology.traces
    )


@each_typology
def test_no_trace_is_common_to_all_cases_and_most_show_some(typology):
    count = {difficulty: shown(typology, difficulty) for difficulty in ("easy", "medium", "hard")}
    assert 0.95 * len(typology.traces) > count["easy"].mean()
    assert (count["easy"] >= count["medium"]).all()
    assert (count["medium"] >= count["hard"]).all()
    # At medium most cases show two or more, and hardly any shows all.
    assert (count["medium"] >= 2).mean() > 0.7
    assert (count["medium"] == len(typology.traces)).mean() < 0.01


@each_typology
def test_look_alikes_are_a_few_times_as_frequent_as_the_fraud(typology):
    alike = look_alikes(typology.name, STREAMS).mean()
    # 164 of them, give or take 13
    assert alike == pytest.approx(LOOK_ALIKES, abs=0.003)
    fraud = FraudMix().rate * getattr(FraudMix(), typology.name)
    assert 3 * fraud < LOOK_ALIKES


@pytest.mark.parametrize("market", ["ecommerce", "micro_business"])
def test_columns_of_frauds_agree_with_one_another(market):
    easy = scenarios.by_name(market).at_difficulty("easy").replace(fraud__rate=0.5)
    world = dg.World(easy, BLOCK, 2, 3)
    seen = world.observed()
    table = seen.applications.merge(seen.profiles.drop(columns=["event_time", "known_at"]))
    table = table[np.asarray(world.truth.fraud()) != ""]
    bureau = table.dropna(subset=["bureau_lenders"])
    assert (bureau["bureau_lenders_30d"] <= bureau["bureau_lenders"]).all()
    assert (bureau["bureau_90_plus_24m"] <= bureau["bureau_overdue_24m"]).all()
    assert bureau["bureau_utilisation"].between(0, 1).all()
    months = sum(bureau[f"bureau_inquiries_m{k}"] for k in range(1, 7))
    assert (months == bureau["bureau_inquiries_6m"]).all()
    shop = table.dropna(subset=["shop_orders_12m"])
    assert (sum(shop[f"shop_orders_q{k}"] for k in range(1, 5)) == shop["shop_orders_12m"]).all()
    assert (shop["shop_late_payments_12m"] <= shop["shop_orders_12m"]).all()
    assert table["apply_hour"].between(0, 23).all()
    assert (table["requested_amount"] > 0).all()
