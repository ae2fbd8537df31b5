"""What is no input is refused in one sentence that names the value, before anything happens."""

import numpy as np
import pandas as pd
import pytest

from data_generators import Decisions, InvalidInput, World, dataset, scenarios
from data_generators.calibration import PanelMapping

N = 50
NAN, INF = float("nan"), float("inf")
travel = scenarios.travel


@pytest.fixture(scope="module")
def w():
    return made()


def made(**fields):
    """A world of ecommerce, tiny but for what is given."""
    sizes = {"customers": N, "months": 6, "seed": 1, **fields}
    return World(sizes.pop("scenario", scenarios.ecommerce), **sizes)


def of_table(**changed):
    """Decisions of two customers from a table."""
    rows = {"customer_id": [0, 1], "limit": [1.0, 1.0], "price": [0.1, 0.1], **changed}
    return Decisions.from_table(pd.DataFrame(rows), 2)


#: a bank's table, of text where there should be numbers
TEXT = pd.DataFrame(dict.fromkeys(PanelMapping.taiwan().columns, ["a"] * 1_000))

#: what is asked of a world, and what the sentence has to say
CASES = {
    # a world
    "a name for a scenario": (
        lambda w: made(scenario="ecommerce"),
        ["scenario is 'ecommerce'", "scenarios.by_name('ecommerce')"],
    ),
    "no scenario": (lambda w: made(scenario=None), ["scenario is None", "by_name("]),
    "no scenario's name": (
        lambda w: scenarios.by_name("online_rentl"),
        ["'online_rentl'", "online_rental"],
    ),
    "a number for a name": (lambda w: scenarios.by_name(5), ["scenario 5"]),
    "customers below 1": (lambda w: made(customers=-1), ["customers is -1", "from 1 to"]),
    "part of a customer": (lambda w: made(customers=10.5), ["customers is 10.5", "whole"]),
    "customers as a float": (lambda w: made(customers=10.0), ["customers is 10.0", "whole"]),
    "customers not a number": (lambda w: made(customers=NAN), ["customers is nan"]),
    "customers as text": (lambda w: made(customers="10"), ["customers is '10'"]),
    "customers as a flag": (lambda w: made(customers=True), ["customers is True"]),
    "no months": (lambda w: made(months=0), ["months is 0", "from 1 to 120"]),
    "too many months": (lambda w: made(months=121), ["months is 121", "from 1 to 120"]),
    "a negative seed": (lambda w: made(seed=-1), ["seed is -1", "from 0"]),
    "too large a seed": (lambda w: made(seed=2**128), [f"seed is {2**128}"]),
    "no seed": (lambda w: made(seed=None), ["seed is None"]),
    "reseeded to nobody": (lambda w: w.reseeded(2, customers=0), ["customers is 0"]),
    "a locale": (lambda w: w.identities("fr_FR"), ["'fr_FR'", "zh_CN, en_US"]),
    # decisions
    "a limit not a number": (lambda w: Decisions.of([NAN], 0.18), ["limit", "nan", "10,000,000"]),
    "a limit below 0": (lambda w: Decisions.of([-1.0], 0.18), ["limit of customer 0 is -1"]),
    "a limit without end": (lambda w: Decisions.of([INF], 0.18), ["limit of customer 0 is inf"]),
    "a limit too large": (
        lambda w: Decisions.of([0, 2e7], 0.18),
        ["limit of customer 1 is 20000000", "to 10,000,000 (RMB)"],
    ),
    "a limit as a word": (lambda w: Decisions.of(["a"], 0.18), ["limit", "'a'"]),
    "a limit as digits": (lambda w: Decisions.of(["5000"], 0.18), ["limit", "'5000'"]),
    "no limit": (lambda w: Decisions.of(None, 0.18), ["limit", "None"]),
    "limits in two dimensions": (lambda w: Decisions.of(np.ones((N, 2)), 0.18), ["(50, 2)"]),
    "limits of no shape": (lambda w: Decisions.of([[1.0], [1.0, 2.0]], 0.18), ["limit is [[1.0]"]),
    "a price not a number": (lambda w: Decisions.of([1.0], NAN), ["price", "nan", "0 to 1"]),
    "a price in per cent": (lambda w: Decisions.of([1.0], 18), ["price", "18", "yearly share"]),
    "a price as a word": (lambda w: Decisions.of([1.0], "low"), ["price", "'low'"]),
    "prices of two": (lambda w: Decisions.of(np.ones(N), [0.1, 0.2]), ["2 prices for 50 limits"]),
    "prices in two dimensions": (lambda w: Decisions.of(np.ones(N), [[0.1]]), ["price", "(1, 1)"]),
    "made directly, below 0": (
        lambda w: Decisions(np.full(N, -5.0), np.full(N, 0.18)),
        ["limit of customer 0 is -5"],
    ),
    "made directly, not a number": (
        lambda w: Decisions(np.full(N, NAN), np.full(N, 0.18)),
        ["limit of customer 0 is nan"],
    ),
    "made directly, of two lengths": (
        lambda w: Decisions(np.full(N, 5.0), np.full(49, 0.18)),
        ["49 prices for 50 limits"],
    ),
    "made directly, of a list": (
        lambda w: Decisions([1.0], [0.1]),
        ["limit is [1.0]", "Decisions.of"],
    ),
    "a table's id twice": (lambda w: of_table(customer_id=[0, 0]), ["customer_id 0", "once"]),
    "a table's id missing": (lambda w: of_table(customer_id=[0, NAN]), ["customer_id nan"]),
    "a table's id between two": (lambda w: of_table(customer_id=[0, 0.5]), ["customer_id 0.5"]),
    "a table's ids as text": (lambda w: of_table(customer_id=["0", "1"]), ["customer_id 0"]),
    "a table that is none": (lambda w: Decisions.from_table([1, 2], 2), ["table is [1, 2]"]),
    "a table of nobody": (
        lambda w: Decisions.from_table(pd.DataFrame(), "2"),
        ["customers is '2'"],
    ),
    # a world's answers
    "decisions for others": (
        lambda w: w.replay(Decisions.of(np.ones(49), 0.18)),
        ["49 decisions for 50 customers"],
    ),
    "limits for decisions": (
        lambda w: w.replay(np.ones(N)),
        ["ndarray of shape (50,)", "Decisions.of(limit, price="],
    ),
    "no decisions": (lambda w: w.replay(None), ["decisions is None", "Decisions.of("]),
    "as of no number": (lambda w: w.observed(as_of=NAN), ["as_of is nan", "from 0"]),
    "as of before the first day": (lambda w: w.observed(as_of=-5), ["as_of is -5", "from 0"]),
    "as of a date": (lambda w: w.observed(as_of="2024"), ["as_of is '2024'", "days"]),
    "as of never": (lambda w: w.observed(as_of=INF), ["as_of is inf"]),
    "true pd at no number": (lambda w: w.truth.true_pd(np.full(N, NAN)), ["limit", "nan"]),
    "true pd at one limit": (lambda w: w.truth.true_pd(5_000.0), ["1 limits for 50"]),
    "true pd below 0": (lambda w: w.truth.true_pd(np.full(N, -1.0)), ["limit", "-1"]),
    "true pd of no replica": (lambda w: w.truth.true_pd(np.ones(N), 0), ["replicas is 0"]),
    "true pd of 1.5 replicas": (lambda w: w.truth.true_pd(np.ones(N), 1.5), ["replicas is 1.5"]),
    "true pd of a word": (lambda w: w.truth.true_pd(np.ones(N), "a"), ["replicas is 'a'"]),
    "outcomes of no replica": (lambda w: w.truth.potential_outcomes(0), ["replicas is 0"]),
    "outcomes of 1.5": (lambda w: w.truth.potential_outcomes(1.5), ["replicas is 1.5"]),
    "outcomes of None": (lambda w: w.truth.potential_outcomes(None), ["replicas is None"]),
    "outcomes at 1800%": (lambda w: w.truth.potential_outcomes(2, price=18.0), ["price", "18"]),
    "outcomes at no price": (lambda w: w.truth.potential_outcomes(2, price=NAN), ["price", "nan"]),
    "outcomes of more than there are": (
        lambda w: w.truth.potential_outcomes(2, customers=51),
        ["customers is 51", "50"],
    ),
    "outcomes of nobody": (
        lambda w: w.truth.potential_outcomes(2, customers=0),
        ["customers is 0"],
    ),
    "contributions below 0": (lambda w: w.truth.contributions(-1, [1]), ["limit", "-1"]),
    "contributions at a word": (lambda w: w.truth.contributions("a", [1]), ["limit", "'a'"]),
    "contributions of a stranger": (
        lambda w: w.truth.contributions(5_000, [99]),
        ["customer 99", "0 to 49"],
    ),
    "contributions of nobody": (lambda w: w.truth.contributions(5_000, []), ["customers is []"]),
    "contributions of no replica": (
        lambda w: w.truth.contributions(5_000, [1], replicas=0.5),
        ["replicas is 0.5"],
    ),
    "months at too much": (lambda w: w.truth.monthly_contributions(1e12), ["limit", "1e+12"]),
    # a scenario
    "an unknown field": (lambda w: travel.replace(economics__apt=0.2), ["'apt'", "apr"]),
    "an unknown section": (lambda w: travel.replace(econ__apr=0.2), ["'econ'", "economics"]),
    "a field not a number": (lambda w: travel.replace(economics__apr=NAN), ["apr is nan"]),
    "a field in per cent": (lambda w: travel.replace(economics__apr=22), ["apr is 22", "share"]),
    "a field as a word": (lambda w: travel.replace(economics__apr="x"), ["apr is 'x'"]),
    "shares of no whole": (lambda w: travel.replace(products__instalment=0.5), ["0.9"]),
    "a blend of too much": (lambda w: travel.blend(scenarios.ecommerce, 1.5), ["share is 1.5"]),
    "a blend of no share": (lambda w: travel.blend(scenarios.ecommerce, NAN), ["share is nan"]),
    "a blend with a name": (
        lambda w: travel.blend("ecommerce", 0.5),
        ["other is 'ecommerce'", "scenarios.by_name('ecommerce')"],
    ),
    "a drift to a name": (lambda w: travel.drift("ecommerce"), ["other is 'ecommerce'"]),
    "a drift in no time": (lambda w: travel.drift(scenarios.ecommerce, 0), ["months is 0"]),
    "a grid out of order": (lambda w: travel.replace(limit_grid=(0.0, 5.0, 2.0)), ["5.0, 2.0"]),
    "a grid below 0": (lambda w: travel.replace(limit_grid=(-1.0, 5.0)), ["[-1.0, 5.0]"]),
    "a grid of nothing": (lambda w: travel.replace(limit_grid=()), ["limit_grid is []"]),
    "a start that is no day": (lambda w: travel.replace(start="2024-13-01"), ["'2024-13-01'"]),
    "a term of no month": (
        lambda w: travel.replace(need__tenors=(0,), need__tenor_shares=(1.0,)),
        ["need.tenors is 0"],
    ),
    "no partner a block": (lambda w: travel.replace(partners__a_block=0), ["a_block is 0", "500"]),
    "too many partners": (lambda w: travel.replace(partners__a_block=20_000), ["20000", "500"]),
    "a calibration without roles": (
        lambda w: scenarios.ecommerce.calibrated_to(TEXT, {}),
        ["mapping is {}", "PanelMapping"],
    ),
    "a calibration to nothing": (
        lambda w: scenarios.ecommerce.calibrated_to(None, None),
        ["table is None", "DataFrame"],
    ),
    "a calibration to text": (
        lambda w: scenarios.ecommerce.calibrated_to(TEXT, PanelMapping.taiwan()),
        ["'LIMIT_BAL' holds 'a'"],
    ),
    # files
    "files of no world": (lambda w: dataset.write("ecommerce", "out"), ["world is 'ecommerce'"]),
    "files nowhere": (lambda w: dataset.write(w, None), ["folder is None"]),
    "files in a number": (lambda w: dataset.write(w, 3), ["folder is 3"]),
    "files where none can be": (
        lambda w: dataset.write(w, "/proc/x/y", progress=False),
        ["/proc/x/y", "give a folder"],
    ),
    "files in a full folder": (lambda w: dataset.write(w, "full"), ["full is not empty"]),
    "files in a file": (lambda w: dataset.write(w, "file"), ["file is a file"]),
    "files by nobody": (lambda w: dataset.write(w, "out", workers=0), ["workers is 0", "1,024"]),
    "files by 1.5": (lambda w: dataset.write(w, "out", workers=1.5), ["workers is 1.5"]),
    "files as of no number": (lambda w: dataset.write(w, "out", as_of=NAN), ["as_of is nan"]),
    "files as of a word": (lambda w: dataset.write(w, "out", as_of="x"), ["as_of is 'x'"]),
    "reading what is not there": (lambda w: dataset.read("out", "accounts"), ["out", "manifest"]),
    "reading nothing": (lambda w: dataset.read(None, "accounts"), ["folder is None"]),
    "reading from a number": (lambda w: dataset.read([3], "accounts"), ["folder is 3"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_in_one_sentence_that_names_it(w, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "file").touch()
    ask, words = CASES[case]
    with pytest.raises(InvalidInput) as refused:
        ask(w)
    said = str(refused.value)
    assert all(word in said for word in words), said
    assert said.endswith(".")
    assert not {". ", "\n", "  "} & {said[i : i + k] for k in (1, 2) for i in range(len(said))}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "full"]


def test_numbers_of_any_kind_are_limits():
    """Whole numbers, floats of 32 bits, and numbers that pandas hands over as objects."""
    for limits in ([0, 5_000], np.array([0, 5_000], np.float32), pd.Series([0, 5e3], dtype=object)):
        assert Decisions.of(limits, price=0.18).limit.tolist() == [0.0, 5_000.0]
        assert Decisions.of(limits, price=0.18).limit.dtype == np.float64
