"""Replay of history gives at every moment what a simple model in memory had then."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.lists import DuplicateEntry, ListStore, NewEntry
from tests.sandbox.lists.clocks import Clock, day

VALUES = ("a", "b", "c")
LISTS = ("black", "white")
ENDS = st.one_of(st.none(), st.integers(0, 12))
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("add"), st.sampled_from(LISTS), st.sampled_from(VALUES), st.integers(0, 6), ENDS
        ),
        st.tuples(st.just("add many"), st.lists(st.sampled_from(VALUES), max_size=4)),
        st.tuples(st.just("change"), st.integers(1, 8), ENDS),
        st.tuples(st.just("withdraw"), st.integers(1, 8)),
        st.tuples(st.just("expire")),
        st.tuples(st.just("wait"), st.integers(1, 4)),
    ),
    max_size=15,
)


class Model:
    """The list as dictionaries: entry -> [list, value, from, until] of those not withdrawn."""

    def __init__(self):
        self.entries, self.next = {}, 1

    def standing(self, list_name, value, now):
        for number, (its_list, its_value, _, until) in self.entries.items():
            if (its_list, its_value) == (list_name, value) and (until is None or until > now):
                return number
        return None

    def add(self, list_name, value, start, until, now):
        if until is not None and (until <= start or until <= now):
            return "refused"
        found = self.standing(list_name, value, now)
        if found is not None:
            return found
        self.entries[self.next] = (list_name, value, start, until)
        self.next += 1
        return None

    def in_force(self, now):
        return {
            number
            for number, (_, _, start, until) in self.entries.items()
            if start <= now and (until is None or until > now)
        }

    def stands(self, number, now):
        return number in self.entries and (
            self.entries[number][3] is None or self.entries[number][3] > now
        )


def take(step, store, model, now):
    """One step in both; they have to agree on whether it is possible."""
    what, *how = step
    if what == "add":
        list_name, value, start, until = how
        expected = model.add(list_name, value, start, until, now)
        assert outcome(store, list_name, value, start, until) == expected
    elif what == "add many":
        expected = [model.add("black", value, now, None, now) for value in how[0]]
        new = [NewEntry("black", "device", value, "fraud") for value in how[0]]
        assert store.add_many(new, by="li").added == expected.count(None)
    elif what == "expire":
        store.expire(by="li")
    else:
        change_one(what, how, store, model, now)


def outcome(store, list_name, value, start, until):
    """As `Model.add` says it."""
    when = None if until is None else day(until)
    try:
        new = NewEntry(list_name, "device", value, "fraud", "", day(start), when)
        store.add(new, by="li")
    except DuplicateEntry as told:
        return told.entry_id
    except BadInput:
        return "refused"
    return None


def change_one(what, how, store, model, now):
    number, possible = how[0], model.stands(how[0], now)
    if what == "change":
        until = how[1]
        if possible:
            possible = until is None or until > max(model.entries[number][2], now)
        if possible:
            model.entries[number] = (*model.entries[number][:3], until)
        when = None if until is None else day(until)
        try:
            store.change(number, "li", "checked", valid_until=when)
            assert possible
        except BadInput:
            assert not possible
        return
    if possible:
        del model.entries[number]
    try:
        store.withdraw(number, "li", "mistake")
        assert possible
    except BadInput:
        assert not possible


def replayed(store, moments):
    return [set(store.as_of(when, columns=("entry_id",))["entry_id"]) for when, _ in moments]


def check(url, steps):
    clock, model = Clock(), Model()
    moments = []
    with ListStore(url, now=clock) as store:
        for step in steps:
            if step[0] == "wait":
                moments.append((clock.at, model.in_force((clock.at - day(0)).days)))
                clock.forward(days=step[1])
                continue
            take(step, store, model, (clock.at - day(0)).days)
        moments.append((clock.at, model.in_force((clock.at - day(0)).days)))
        assert replayed(store, moments) == [numbers for _, numbers in moments]
        clock.forward(days=100)
        store.expire(by="li")  # writing down what ran out alters no answer
        assert replayed(store, moments) == [numbers for _, numbers in moments]


@given(steps=STEPS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_replay_equals_a_model_in_memory(new_url, backend, steps):
    check(new_url(backend), steps)


@pytest.mark.long
@given(steps=STEPS)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_replay_equals_a_model_in_memory_over_many_histories(new_url, backend, steps):
    check(new_url(backend), steps)
