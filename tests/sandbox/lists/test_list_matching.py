"""What a matcher finds, and what it leaves alone."""

import pickle
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data_generators import World, scenarios
from sandbox.errors import BadInput
from sandbox.lists.clock import microseconds
from sandbox.lists.entries import Entry
from sandbox.lists.fuzzy import Nearness, keys_of, similarity
from sandbox.lists.keyed import KeyIndex
from sandbox.lists.matching import Matcher
from sandbox.lists.normalise import normalise

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOME = "河北省邯郸市振兴中路97号18栋4单元1704室"


def entry(entry_id, kind, value, name="black", start=START, stop=None):
    normal = normalise(kind, value)
    return Entry(entry_id, name, kind, normal, value, "fraud", "", start, stop, "", "x", start)


def numbers(hits):
    return [hit.entry_id for hit in hits]


@pytest.fixture(params=["built with", "added later"])
def matcher_of(request):
    """Entries hit alike whether a matcher was built with them or they were added."""

    def made(*entries):
        if request.param == "built with":
            return Matcher.of(entries)
        matcher = Matcher.of([])
        for each in entries:
            matcher.add(each)
        return matcher

    return made


def test_every_kind_is_matched_exactly_and_by_its_own_kind_only(matcher_of):
    values = {
        "id_number": "130100197501062389", "device": "AA:BB:CC", "phone": "13800138000",
        "account": "6222 0212", "merchant": "M-1", "customer": "42", "name": "王芳",
        "address": HOME,
    }  # fmt: skip
    matcher = matcher_of(*(entry(k, kind, v) for k, (kind, v) in enumerate(values.items())))
    for k, (kind, value) in enumerate(values.items()):
        assert numbers(matcher.match({kind: [value]}, START)) == [k]
    assert matcher.match({"account": ["42"], "merchant": ["42"], "device": ["42"]}, START) == ()


def test_an_entry_hits_from_its_first_moment_until_just_before_its_end(matcher_of):
    matcher = matcher_of(entry(1, "device", "d", start=START, stop=START + DAY))
    second = timedelta(microseconds=1)
    times = [START - second, START, START + DAY - second, START + DAY]
    assert [len(matcher.match({"device": ["d"]}, at)) for at in times] == [0, 1, 1, 0]


def test_a_near_entry_that_is_not_in_force_does_not_hit(matcher_of):
    matcher = matcher_of(entry(1, "name", "katherine johnson", stop=START + DAY))
    asked = {"name": ["katharine johnson"]}
    assert numbers(matcher.match(asked, START)) == [1]
    assert matcher.match(asked, START + DAY) == ()


def test_a_value_on_two_lists_hits_twice(matcher_of):
    matcher = matcher_of(entry(1, "device", "d"), entry(2, "device", "d", "white"))
    assert [hit.list for hit in matcher.match({"device": ["d"]}, START)] == ["black", "white"]


def test_what_is_withdrawn_hits_no_more_and_what_is_changed_hits_as_changed(matcher_of):
    matcher = matcher_of(entry(1, "device", "d"), entry(2, "phone", "13800138000"))
    matcher.withdraw(1)
    assert matcher.match({"device": ["d"]}, START) == ()
    matcher.add(entry(2, "phone", "13800138000", stop=START + DAY))
    asked = {"phone": ["13800138000"]}
    assert numbers(matcher.match(asked, START)) == [2]
    assert matcher.match(asked, START + DAY) == ()
    with pytest.raises(BadInput, match="No entry 1 stands"):
        matcher.withdraw(1)


def test_what_is_withdrawn_and_added_again_hits_again(matcher_of):
    matcher = matcher_of(entry(1, "device", "d"))
    matcher.withdraw(1)
    matcher.add(entry(1, "device", "d"))
    assert numbers(matcher.match({"device": ["d"]}, START)) == [1]


def test_an_identifier_without_a_valid_form_hits_nothing(matcher_of):
    matcher = matcher_of(entry(1, "phone", "13800138000"))
    asked = {"phone": ["call me", "", "138 0013 8000"], "id_number": ["130100197501062388"]}
    assert numbers(matcher.match(asked, START)) == [1]


def test_an_entry_hits_once_however_often_it_is_asked_for(matcher_of):
    matcher = matcher_of(entry(1, "name", "katherine johnson"))
    asked = {"name": ["Katharine Johnson", "Johnson Katherine", "katherine  johnson"]}
    assert [h.similarity for h in matcher.match(asked, START)] == [1.0]


@pytest.mark.parametrize(
    ("kind", "asked", "listed", "near"),
    [
        ("name", "王小芳", "王晓芳", False),
        ("name", "欧阳建华", "欧阳建国", False),
        ("name", "买买提·艾力江", "买买提艾力江", True),
        ("name", "买买提艾力将", "买买提艾力江", True),
        ("name", "Müller, Anneliese", "anneliese muller", True),
        ("name", "Jon Smith", "John Smith", False),
        ("name", "Johnathan Smith", "Smith Jonathan", True),
        ("name", "Pohnathan Smith", "Johnathan Smith", True),
        ("name", "Jonathan Smith", "Jonathan Smythe", False),
        ("address", HOME.replace("振兴", "兴振"), HOME, True),
        ("address", HOME.replace("振兴", "振新"), HOME, True),
        ("address", "邯郸市振兴中路97号18-4-1704", HOME, True),
        ("address", HOME.replace("97号18栋", "18栋97号"), HOME, True),
        ("address", HOME.replace("中路", "北路"), HOME, False),
        ("address", HOME.replace("中路", "路"), HOME, False),
        ("address", HOME.replace("1704", "1703"), HOME, False),
        ("address", HOME.replace("18栋4单元", "4栋18单元"), HOME, False),
        ("address", "2869 N. Maria St, Springfield", "2869 north maria street springfield", True),
        ("address", "2869 Mariia Street, Springfield", "2869 maria street springfield", True),
        ("address", "2868 Maria Street, Springfield", "2869 maria street springfield", False),
        ("address", "Springfield, 2869 Maria Street", "2869 maria street springfield", True),
        ("address", "2869 East Maria St", "2869 West Maria St", False),
    ],
)  # fmt: skip
def test_near_is(matcher_of, kind, asked, listed, near):
    matcher = matcher_of(entry(1, kind, listed))
    assert bool(matcher.match({kind: [asked]}, START)) is near


def test_a_name_that_others_bear_is_no_misspelling(matcher_of):
    brian, *others = "brian hamilton", "bryan jones", "bryan smith"
    asked = {"name": ["Bryan Hamilton"]}
    assert numbers(matcher_of(entry(1, "name", brian)).match(asked, START)) == [1]
    listed = [entry(k, "name", value) for k, value in enumerate([brian, *others])]
    assert matcher_of(*listed).match(asked, START) == ()


LETTERS = st.text("abcdeé 中", min_size=1, max_size=16).filter(str.strip)


@given(LETTERS, st.integers(0, 15), st.sampled_from(["drop", "add", "swap", "other"]))
@example("a aa", 1, "other")
@example("aaaa", 1, "drop")
def test_whatever_is_near_shares_a_key(text, at, change):
    """The index looks at nothing else, so that a near entry without a common key would be lost."""
    loose = Nearness(4, 4, 4, 2)
    k = at % len(text)
    parts = {
        "drop": text[:k] + text[k + 1 :], "add": text[:k] + "a" + text[k:],
        "swap": text[:k] + text[k + 1 : k + 2] + text[k] + text[k + 2 :],
        "other": text[:k] + "d" + text[k + 1 :],
    }  # fmt: skip
    for kind, tail in (("name", ""), ("address", " 12 3")):
        one, other = text + tail, parts[change] + tail
        if similarity(kind, one, other, loose) > 0.0:
            keys = set(keys_of(kind, other, loose))
            assert keys & set(keys_of(kind, one, loose, asked=True))


def test_misspelt_people_are_found_and_strangers_are_not():
    table = World(scenarios.ecommerce, customers=3_000, seed=5).identities("en_US", progress=False)
    values = list(dict.fromkeys(table["full_name"].str.lower()))
    listed, strangers = values[:1_500], values[1_500:]
    matcher = Matcher.of([entry(k, "name", value) for k, value in enumerate(listed)])
    rng = np.random.default_rng(3)
    found = long = 0
    for k, value in enumerate(listed):
        if len(value) > 12:
            place = rng.integers(len(value))
            wrong = value[:place] + "q" + value[place + 1 :]
            found += k in numbers(matcher.match({"name": [wrong]}, START))
            long += 1
    assert long > 500
    assert found / long > 0.95
    false = sum(bool(matcher.match({"name": [value]}, START)) for value in strangers)
    assert false / len(strangers) < 0.03


def test_a_batch_hits_what_applications_hit_one_by_one(matcher_of):
    entries = [
        entry(0, "device", "1"), entry(1, "device", "1", "white"), entry(2, "phone", "13800138000"),
        entry(3, "device", "2", stop=START + DAY), entry(4, "address", HOME),
        entry(5, "device", "7"),
    ]  # fmt: skip
    matcher = matcher_of(*entries)
    matcher.withdraw(5)
    table = pd.DataFrame(
        {
            "device": ["1", "2", "2", None, "7", "1"],
            "phone": ["+8613800138000", None, "x", None, "+8613800138000", "y"],
            "address": [HOME, None, HOME.replace("振兴", "振新"), HOME, None, None],
        }
    )
    days = START + DAY * np.array([0, 0, 2, 3, 4, -1])
    when = np.array([microseconds(day) for day in days])
    many = matcher.match_many(table, when, nearly=True)
    alone = []
    for row, day in enumerate(days):
        asked = {kind: [v] for kind, v in table.iloc[row].items() if isinstance(v, str)}
        alone += [(row, h.entry_id, h.similarity) for h in matcher.match(asked, day)]
    assert len(alone) == 8
    assert sorted(many[["row", "entry_id", "similarity"]].itertuples(index=False)) == sorted(alone)


def test_two_values_with_one_key_are_told_apart(monkeypatch):
    monkeypatch.setattr("sandbox.lists.matching._key", lambda kind, value: 7)
    values = [("device", "d"), ("device", "e"), ("phone", "12345")]
    matcher = Matcher.of([entry(k, *value) for k, value in enumerate(values)])
    assert numbers(matcher.match({"device": ["e"]}, START)) == [1]
    many = matcher.match_many(pd.DataFrame({"device": ["e", "f"]}), START)
    assert many["entry_id"].tolist() == [1]


def test_a_key_index_gives_all_rows_of_a_key():
    keys = np.random.default_rng(0).integers(0, 50, 400)
    index = KeyIndex(keys[:300], np.arange(300))
    for row in range(300, 400):
        index.add([int(keys[row])], row)
    asked = np.array([3, 49, 3, 1_000])
    for key in asked.tolist():
        assert sorted(index.rows([key])) == np.flatnonzero(keys == key).tolist()
    at, rows = index.pairs(asked)
    assert sorted(rows[at == 2]) == np.flatnonzero(keys == 3).tolist()


def test_misuse_is_refused():
    matcher = Matcher.of([entry(1, "device", "d")])
    with pytest.raises(BadInput, match="no kind of identifier"):
        matcher.match({"devise": ["d"]}, START)
    with pytest.raises(BadInput, match="one text"):
        matcher.match({"device": "d"}, START)
    with pytest.raises(BadInput, match="no time zone"):
        matcher.match({"device": ["d"]}, datetime(2026, 1, 1))
    with pytest.raises(BadInput, match="another process"):
        pickle.dumps(matcher)
    with pytest.raises(BadInput, match="lack entry_id"):
        Matcher.of(pd.DataFrame({"list": []}))
    with pytest.raises(BadInput, match="no column"):
        matcher.match_many(pd.DataFrame({"x": [1]}))
    with pytest.raises(BadInput, match="microseconds"):
        matcher.match_many(pd.DataFrame({"device": ["d"]}), np.array([1.0]))
    with pytest.raises(BadInput, match="name_letters is 1"):
        Nearness(name_letters=1)
