"""Every attack bare, where it must succeed, and held, where an observer outside must see it fail.

What is expected stands in the catalogue; a result that differs in either direction fails.
"""

import pytest
import stage
import tally
from catalogue import ATTACKS

POSSIBLE = [a for a in ATTACKS if not tally.vacuous(a)]
BY_HAND = [a for a in POSSIBLE if not a.supervisor]


CASES = [
    pytest.param(
        cell,
        who,
        attack,
        id=f"{cell}-{who}-{attack.category}-{attack.name}",
        marks=() if tally.short(attack, cell, who) else pytest.mark.long,
    )
    for attack in POSSIBLE
    for cell, who in tally.CELLS
]


def check(attack, cell, who):
    answer = tally.of(cell, who, not tally.short(attack, cell, who))[attack.name]
    assert answer in (True, False), f"it broke off: {answer}"
    assert answer is attack.expected(cell, who), f"seen at: {attack.witness}"


@pytest.mark.parametrize(("cell", "who", "attack"), CASES)
def test_an_attack_succeeds_bare_and_fails_held(cell, who, attack):
    check(attack, cell, who)


@pytest.mark.long
@pytest.mark.parametrize(("cell", "who"), tally.ALONE, ids="-".join)
@pytest.mark.parametrize("attack", BY_HAND, ids=lambda a: f"{a.category}-{a.name}")
def test_a_layer_alone_stops_what_it_is_for(cell, who, attack):
    check(attack, cell, who)


def test_the_suite_is_as_large_as_promised_and_in_every_category():
    assert len(POSSIBLE) >= 165
    assert len({a.name for a in ATTACKS}) == len(ATTACKS)
    assert {a.category for a in POSSIBLE} == {
        "network",
        "files",
        "kernel",
        "resources",
        "life cycle",
        "protocol",
        "loading",
        "cheating",
        "failing closed",
    }


def test_what_is_vacuous_or_not_contained_is_said_with_its_reason():
    for attack in ATTACKS:
        assert attack.bare == {"user", "root"} or attack.reason
        assert attack.alone or attack.supervisor
    assert {a.name for a in ATTACKS if a.open_at_lsm} <= {
        "the process list",
        "size of a file, by stat",
    }


def test_as_an_ordinary_user_nothing_is_said_of_root():
    if stage.WHO == ("user",):
        words = [words for _, words in tally.rows() if not words[0].startswith("impossible")]
        assert all(row[1] == row[3] == "not run: not root" for row in words)
    else:
        assert ("namespace", "root") in tally.CELLS
