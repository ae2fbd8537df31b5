"""Contradictory hits have one outcome, whatever their order."""

from itertools import combinations, permutations, product

import pytest

from sandbox.errors import BadInput
from sandbox.lists.entries import KINDS, LISTS
from sandbox.lists.matching import ListHit
from sandbox.lists.precedence import OUTCOMES, settled


def hit(name, kind, value="v", near=1.0, entry_id=1):
    return ListHit(name, kind, value, near, entry_id, "a reason")


EVERY = [
    hit(name, kind, value, near, number)
    for number, (name, kind, value, near) in enumerate(
        product(LISTS, ("id_number", "device", "account", "phone", "name"), ("v", "w"), (1.0, 0.9))
    )
    if near == 1.0 or kind == "name"
]


def worse(one, other):
    return OUTCOMES.index(one) > OUTCOMES.index(other)


def test_every_combination_of_three_hits_has_one_outcome_whatever_the_order():
    for some in combinations(EVERY, 3):
        first, *others = (settled(order) for order in permutations(some))
        assert first.outcome in OUTCOMES
        assert all(other == first for other in others)


def test_every_list_and_kind_has_an_outcome():
    for name, kind, near in product(LISTS, KINDS, (1.0, 0.5)):
        assert settled([hit(name, kind, near=near)]).outcome in OUTCOMES


def test_one_more_black_or_grey_hit_never_makes_it_milder():
    for some in combinations(EVERY, 2):
        before = settled(some).outcome
        for more in EVERY:
            if more.list != "white":
                assert not worse(before, settled([*some, more]).outcome)


def test_one_more_white_hit_never_makes_it_worse():
    for some in combinations(EVERY, 2):
        before = settled(some).outcome
        for more in EVERY:
            if more.list == "white":
                assert not worse(settled([*some, more]).outcome, before)


def test_black_on_the_person_or_a_thing_never_passes():
    for black in EVERY:
        if black.list == "black" and black.kind in ("id_number", "device", "account"):
            for some in combinations(EVERY, 2):
                assert settled([black, *some]).outcome != "pass-through"


@pytest.mark.parametrize(
    ("hits", "outcome"),
    [
        ([], "pass-through"),
        ([hit("black", "id_number")], "decline"),
        ([hit("black", "merchant")], "decline"),
        ([hit("black", "phone")], "review"),
        ([hit("black", "name", near=0.9)], "review"),
        ([hit("grey", "customer")], "review"),
        ([hit("grey", "address")], "pass-through"),
        ([hit("black", "device"), hit("white", "device")], "review"),
        ([hit("black", "device"), hit("white", "device", "w")], "decline"),
        ([hit("black", "account"), hit("white", "device")], "decline"),
        ([hit("black", "account"), hit("white", "id_number")], "review"),
        ([hit("black", "address"), hit("white", "id_number")], "pass-through"),
        ([hit("black", "address"), hit("white", "address")], "pass-through"),
        ([hit("black", "id_number"), hit("white", "id_number")], "review"),
        ([hit("black", "name"), hit("white", "name", near=0.9)], "review"),
        (
            [hit("black", "device"), hit("white", "device"), hit("white", "customer"),
             hit("white", "id_number")],
            "review",
        ),
    ],
)  # fmt: skip
def test_the_table_holds(hits, outcome):
    assert settled(hits).outcome == outcome


def test_the_reason_names_both_entries_and_no_value():
    black = hit("black", "device", "secret", entry_id=7)
    white = hit("white", "id_number", "private", entry_id=9)
    found = settled([white, black])
    assert "entry 7" in found.reason
    assert "entry 9" in found.reason
    assert "secret" not in found.reason
    assert "private" not in found.reason
    assert (found.decisive, found.answer) == (black, white)


def test_an_unknown_list_is_refused():
    with pytest.raises(BadInput, match="'purple'"):
        settled([hit("purple", "device")])
