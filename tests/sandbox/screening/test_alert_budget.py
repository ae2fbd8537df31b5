"""The budget of alerts: never exceeded, spent on what saves most, the same after a restart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.screening.budget import MUST, UNASKED, AlertBudget, lot_of

RANKS = st.sampled_from([UNASKED, UNASKED, -3.0, 0.5, 7.0, 7.0, 900.0, MUST])
STREAMS = st.lists(st.tuples(st.floats(0.0, 6.0), RANKS), min_size=1, max_size=120)


def asked(budget, stream):
    return [
        budget.ask(time, rank, lot_of(place)).day
        for place, (time, rank) in enumerate(sorted(stream, key=lambda each: each[0]))
    ]


@given(stream=STREAMS, capacity=st.integers(1, 6), wait=st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_no_day_ever_has_more_alerts_than_the_budget(stream, capacity, wait):
    days = asked(AlertBudget(capacity, longest_wait=wait), stream)
    granted = [day for day in days if day is not None]
    assert not granted or np.bincount(granted).max() <= capacity


@given(stream=STREAMS, capacity=st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_nobody_is_reviewed_who_did_not_ask_and_the_must_only_wait_forward(stream, capacity):
    budget = AlertBudget(capacity, longest_wait=2)
    ordered = sorted(stream, key=lambda each: each[0])
    for (time, rank), day in zip(ordered, asked(budget, stream), strict=True):
        assert day is None or rank > UNASKED
        if day is not None:
            assert 0 <= day - int(time) <= (2 if rank == MUST else 0)


def stream_of(seed, days=30, a_day=200, asking=0.2):
    """Poisson days with an evening peak; a fifth asks, with exponential savings."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        hours = np.sort(rng.beta(4, 2, rng.poisson(a_day)))
        wants = rng.random(len(hours)) < asking
        saves = np.where(wants, rng.exponential(100.0, len(hours)), UNASKED)
        rows += zip(day + hours * 0.999, saves, strict=True)
    return rows


def test_it_spends_nearly_all_of_a_scarce_budget_on_what_saves_most():
    stream, capacity = stream_of(3), 10
    days = asked(AlertBudget(capacity), stream)
    granted = sum(rank for (_, rank), day in zip(stream, days, strict=True) if day is not None)
    in_hindsight = in_order = 0.0
    for day in range(30):
        ranks = [rank for time, rank in stream if int(time) == day and rank > UNASKED]
        in_hindsight += sum(sorted(ranks)[-capacity:])
        in_order += sum(ranks[:capacity])
    spent = np.bincount([day for day in days if day is not None], minlength=30)
    assert spent[1:].mean() > 0.9 * capacity
    # of what a day known in advance would save; first come, first served is far below
    assert granted > 0.85 * in_hindsight > 1.5 * in_order


def test_with_room_for_all_who_ask_all_are_granted():
    stream = stream_of(4, days=5, a_day=40)
    days = asked(AlertBudget(60), stream)
    late = [(rank, day) for (time, rank), day in zip(stream, days, strict=True) if time >= 1]
    assert all((day is not None) == (rank > UNASKED) for rank, day in late)


def test_equal_ranks_share_the_day_by_lot_and_not_by_the_hour():
    stream = [(day + hour / 100, 5.0) for day in range(20) for hour in range(100)]
    days = asked(AlertBudget(10), stream)
    hours = [time % 1 for (time, _), day in zip(stream, days, strict=True) if day and day > 0]
    assert len(hours) > 150
    assert 0.3 < np.mean(hours) < 0.7


def test_what_must_be_reviewed_waits_for_a_free_day_and_fails_when_there_is_none():
    budget = AlertBudget(1, longest_wait=1)
    assert [budget.ask(0.5, MUST, 0.1).day for _ in range(3)] == [0, 1, None]
    # tomorrow's only alert is spent
    assert budget.ask(1.5, 1e9, 0.1).day is None


def test_a_budget_recalled_from_what_it_granted_goes_on_as_it_would_have():
    stream = stream_of(5, days=6, a_day=60)
    whole, first = AlertBudget(4), AlertBudget(4)
    half, again = len(stream) // 2, AlertBudget(4)
    expected = [whole.ask(t, r, lot_of(k)) for k, (t, r) in enumerate(stream)]
    for k, (time, rank) in enumerate(stream[:half]):
        again.recall(time, rank, lot_of(k), first.ask(time, rank, lot_of(k)).day)
    rest = [again.ask(t, r, lot_of(half + k)) for k, (t, r) in enumerate(stream[half:])]
    assert rest == expected[half:]


def test_a_day_that_is_over_takes_no_applications():
    budget = AlertBudget(2)
    budget.ask(3.2, UNASKED, 0.0)
    with pytest.raises(BadInput, match="order of their days"):
        budget.ask(2.9, UNASKED, 0.0)


@pytest.mark.parametrize("arguments", [{"capacity": 0}, {"capacity": 2.5}, {"capacity": True},
                                       {"capacity": 1, "longest_wait": -1}])  # fmt: skip
def test_a_budget_that_makes_no_sense_is_refused(arguments):
    with pytest.raises(BadInput, match="whole number"):
        AlertBudget(**arguments)
