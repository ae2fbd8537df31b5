"""How fast identifiers are matched against lists, and which misspellings are found.

    python benchmarks/list_matching.py                      1,000,000 entries, 100,000 of each text
    python benchmarks/list_matching.py --entries 100000 --texts 20000
    python benchmarks/list_matching.py --promotion          what promoted lists say about fraud

Two tables. Speed: entries of four exact kinds, names and addresses, together and each by itself,
are built into matchers and asked one application at a time. Finding: names and addresses of made-up
people are entered, then asked again with one thing changed; a hit on the person's own entry counts
as found, one on another as "others hit". People not on the list are asked for, too: all that they
hit is false. A minute or two on one core.

With --promotion, one other table: in every market, applications by fraudsters and by honest people
that had an identifier on a list promoted from outcomes confirmed before. Two minutes.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.lists.hits import COLUMNS, list_hits_as_of
from sandbox.lists.matching import ListHit, Matcher
from sandbox.lists.normalise import normalise

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("device", "phone", "account", "customer")
LOCALES = ("zh_CN", "en_US")


def entries_of(kind: str, values: list[str]) -> pd.DataFrame:
    table = pd.DataFrame({"value": [normalise(kind, value) for value in values]})
    return table.assign(
        entry_id=np.arange(len(values)), list="black", kind=kind, reason="confirmed fraud",
        valid_from=START, valid_until=pd.Series(pd.NaT, table.index, "datetime64[us, UTC]"),
    )  # fmt: skip


def timed(ask: Callable[[int], tuple[ListHit, ...]], count: int) -> tuple[float, float, float]:
    """Median and 99th percentile of a question, and the latter of the processor's own time, µs."""
    spent, own = [], []
    for k in range(count):
        start, begun = time.perf_counter(), time.thread_time()
        ask(k)
        own.append(time.thread_time() - begun)
        spent.append(time.perf_counter() - start)
    late = np.percentile(own, 99)
    return tuple(np.array([*np.percentile(spent, [50, 99]), late]) * 1e6)


def built(table: pd.DataFrame) -> tuple[Matcher, float]:
    start = time.perf_counter()
    matcher = Matcher.of(table)
    return matcher, time.perf_counter() - start


def row_of(
    what: str, matcher: Matcher, seconds: float, late: tuple[float, float, float], many: str = ""
) -> dict[str, str]:
    return {
        "matched": what,
        "entries": f"{len(matcher):,}",
        "build s": f"{seconds:.2f}",
        "MB": f"{matcher.bytes / 1e6:.0f}",
        "p50 µs": f"{late[0]:.0f}",
        "p99 µs": f"{late[1]:.0f}",
        "of CPU": f"{late[2]:.0f}",
        "in a batch": many,
    }


def exact_speed(entries: int, asked: int, rng: np.random.Generator) -> dict[str, str]:
    value = rng.integers(-(2**63), 2**63 - 1, entries).astype(str)
    table = entries_of("device", value.tolist())
    table["kind"] = np.array(KINDS)[np.arange(entries) % len(KINDS)]
    matcher, seconds = built(table)
    some = rng.integers(0, entries, asked)
    strange = rng.integers(-(2**63), 2**63 - 1, (asked, 2)).astype(str)

    def ask(k: int) -> tuple[ListHit, ...]:
        row = some[k]
        known = {KINDS[row % len(KINDS)]: [value[row]]}
        return matcher.match({"merchant": [strange[k, 0]], "id_number": [strange[k, 1]], **known})

    assert all(ask(k) for k in range(100))
    late = timed(ask, asked)
    start = time.perf_counter()
    batch = pd.DataFrame({kind: np.roll(value, shift) for shift, kind in enumerate(KINDS)})
    hits = len(matcher.match_many(batch, START))
    many = f"{entries / (time.perf_counter() - start):,.0f}/s, {hits:,} hits"
    return row_of("three identifiers", matcher, seconds, late, many)


def text_speed(
    locale: str, kind: str, values: list[str], asked: int, rng: np.random.Generator
) -> dict[str, str]:
    matcher, seconds = built(entries_of(kind, values))
    some = rng.integers(0, len(values), asked)
    letters = "".join(values[:100]).lower()
    questions = [wrong_character(values[row], letters, rng) for row in some]
    late = timed(lambda k: matcher.match({kind: [questions[k]]}), asked)
    return row_of(f"{kind}, {locale}", matcher, seconds, late)


def application_speed(
    entries: int, texts: dict[str, list[str]], asked: int, rng: np.random.Generator
) -> dict[str, str]:
    """Everything in one matcher, asked for by a whole application."""
    value = rng.integers(-(2**63), 2**63 - 1, entries).astype(str).tolist()
    exact = entries_of("device", value)
    exact["kind"] = np.array(KINDS)[np.arange(entries) % len(KINDS)]
    tables = [exact, *(entries_of(kind, values) for kind, values in texts.items())]
    table = pd.concat(tables, ignore_index=True)
    matcher, seconds = built(table.assign(entry_id=np.arange(len(table))))
    letters = "".join(texts["address"][:100])

    def ask(k: int) -> tuple[ListHit, ...]:
        kinds = (*KINDS, "merchant")
        own = {kind: [value[(k * len(kinds) + j) % entries]] for j, kind in enumerate(kinds)}
        near = {kind: [questions[kind][k]] for kind in texts}
        return matcher.match({**own, **near, "id_number": ["130100197501062389"]})

    questions = {
        kind: [wrong_character(values[row], letters, rng) for row in
               rng.integers(0, len(values), asked)]
        for kind, values in texts.items()
    }  # fmt: skip
    return row_of("an application", matcher, seconds, timed(ask, asked))


def wrong_character(text: str, letters: str, rng: np.random.Generator) -> str:
    """Another character, as often as in the list, in place of one that is no digit."""
    places = [k for k, c in enumerate(text) if c.isalpha()]
    k = places[rng.integers(len(places))]
    other = [c for c in letters if c.isalpha() and c != text[k].lower()]
    return text[:k] + other[rng.integers(len(other))] + text[k + 1 :]


def missing_character(text: str, letters: str, rng: np.random.Generator) -> str:
    places = [k for k, c in enumerate(text) if c.isalpha()]
    k = places[rng.integers(len(places))]
    return text[:k] + text[k + 1 :]


def swapped(text: str, letters: str, rng: np.random.Generator) -> str:
    """Two letters beside one another change places."""
    places = [
        k for k in range(len(text) - 1)
        if text[k].isalpha() and text[k + 1].isalpha() and text[k] != text[k + 1]
    ]  # fmt: skip
    if not places:  # 丽丽
        return text
    k = places[rng.integers(len(places))]
    return text[:k] + text[k + 1] + text[k] + text[k + 2 :]


def two_wrong(text: str, letters: str, rng: np.random.Generator) -> str:
    return wrong_character(missing_character(text, letters, rng), letters, rng)


def words_reversed(text: str, letters: str, rng: np.random.Generator) -> str:
    return " ".join(reversed(text.split(" ")))


def full_width(text: str, letters: str, rng: np.random.Generator) -> str:
    """Digits and letters as a Chinese keyboard may write them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def wrong_digit(text: str, letters: str, rng: np.random.Generator) -> str:
    places = [k for k, c in enumerate(text) if c.isdigit()]
    k = places[rng.integers(len(places))]
    return text[:k] + str((int(text[k]) + rng.integers(1, 9)) % 10 or 1) + text[k + 1 :]


CHANGES = {
    "name": (full_width, words_reversed, wrong_character, missing_character, swapped, two_wrong),
    "address": (full_width, wrong_character, missing_character, swapped, two_wrong, wrong_digit),
}


def found(
    locale: str, kind: str, values: list[str], strangers: list[str], rng: np.random.Generator
) -> list[dict[str, str]]:
    """How many of those asked for are found as themselves, and what strangers hit."""
    table = entries_of(kind, values)
    matcher, rows = Matcher.of(table), []
    on_list, letters = set(table["value"]), "".join(values[:100]).lower()
    for change in CHANGES[kind]:
        right = wrong = 0
        some = rng.integers(0, len(values), min(5_000, len(values)))
        for row in some:
            hits = matcher.match({kind: [change(values[row], letters, rng)]})
            right += any(hit.value == table["value"][row] for hit in hits)
            wrong += any(hit.value != table["value"][row] for hit in hits)
        rows.append(
            {
                "matched": f"{kind}, {locale}",
                "changed": change.__name__.replace("_", " "),
                "found": f"{right / len(some):.2%}",
                "others hit": f"{wrong / len(some):.2%}",
            }
        )
    other = [value for value in strangers if normalise(kind, value) not in on_list]
    false = sum(bool(matcher.match({kind: [value]})) for value in other)
    missed = {"matched": f"{kind}, {locale}", "changed": "not on the list", "found": ""}
    rows.append({**missed, "others hit": f"{false / len(other):.2%}"})
    return rows


def promotion(customers: int, seed: int) -> list[dict[str, str]]:
    """By market and list: how many applications hit it, of frauds and of honest customers."""
    rows = []
    for scenario in map(scenarios.by_name, scenarios.catalogue()):
        world = World(scenario, customers=customers, months=24, seed=seed)
        hits = list_hits_as_of(world.observed()) > 0
        fraud = world.truth.fraud() != ""
        for name in COLUMNS:
            hit = hits[name].to_numpy()
            rows.append(
                {
                    "market": scenario.name.replace("_", " "),
                    "list": name.removeprefix("list_"),
                    "frauds": f"{fraud.sum():,}",
                    "hit it": f"{hit[fraud].sum():,}",
                    "of frauds": f"{hit[fraud].mean():.2%}",
                    "honest that hit it": f"{hit[~fraud].sum():,}",
                    "of honest": f"{hit[~fraud].mean():.2%}",
                    "frauds among hits": f"{fraud[hit].mean():.1%}" if hit.any() else "–",
                    "among all": f"{fraud.mean():.1%}",
                }
            )
    return rows


def people(locale: str, customers: int) -> dict[str, list[str]]:
    """Names, and addresses with region and city."""
    table = World(scenarios.ecommerce, customers=customers, seed=5).identities(
        locale, progress=False
    )
    parts = [table[name].astype(str) for name in ("region", "city", "address")]
    if locale == "zh_CN":
        addresses = parts[0] + parts[1] + parts[2]
    else:
        addresses = parts[2] + ", " + parts[1] + ", " + parts[0]
    return {"name": table["full_name"].astype(str).tolist(), "address": addresses.tolist()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000, help="of exact kinds")
    parser.add_argument("--texts", type=int, default=100_000, help="names, and addresses")
    parser.add_argument("--asked", type=int, default=20_000, help="questions whose time is taken")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--promotion", action="store_true", help="what promoted lists say")
    parser.add_argument("--customers", type=int, default=100_000, help="with --promotion")
    given = parser.parse_args()
    if given.promotion:
        rows = promotion(given.customers, given.seed)
        print_table(list(rows[0]), [list(row.values()) for row in rows], figures=7)
        return
    rng = np.random.default_rng(given.seed)
    speed = [exact_speed(given.entries, given.asked, rng)]
    finding = []
    for locale in LOCALES:
        both = people(locale, given.texts + 20_000)
        if locale == LOCALES[0]:
            all_of_it = {kind: list(dict.fromkeys(values)) for kind, values in both.items()}
            speed.append(application_speed(given.entries, all_of_it, given.asked, rng))
        for kind, values in both.items():
            # Namesakes are one entry: the store refuses duplicates.
            listed, strangers = list(dict.fromkeys(values[20_000:])), values[:5_000]
            speed.append(text_speed(locale, kind, listed, given.asked, rng))
            finding.extend(found(locale, kind, listed, strangers, rng))
    for rows in (speed, finding):
        print_table(list(rows[0]), [list(row.values()) for row in rows])


if __name__ == "__main__":
    main()
