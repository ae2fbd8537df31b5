"""Where a loan's money goes from the customer's account: what for, to whom, how soon.

Honest borrowers buy what they borrowed for, or pay bills, family, other debts. Purpose misuse
goes to a broker or into property within hours; cash-out to a colluding merchant in round tickets
near the sum, of which 97 to 99 per cent come back; inflated price comes back in part from the
partner, who also pays the first instalment. Other frauds take the money out or pass it on.
Look-alikes: refunds, price adjustments of partners, money sent to family at once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from data_generators.fund_flows.accounts import CASH, RANGES
from data_generators.fund_flows.loans import AccountMonths, Told, numbered
from data_generators.fund_flows.movements import CHANNELS, KINDS, REFERENCES, USES, Movements
from data_generators.fund_flows.people import People
from data_generators.fund_flows.seen import chance
from data_generators.fund_flows.times import hour_of
from data_generators.streams import BLOCK, Floats, Ints
from data_generators.typologies import TYPOLOGIES

#: uses of honest borrowers, kept in the account last: share of first payments (assumed)
HONEST = {"purpose": 0.42, "spending": 0.20, "bills": 0.07, "rent": 0.05, "family": 0.08,
          "other_debt": 0.07, "cash": 0.05, "": 0.06}  # fmt: skip
#: the same of frauds who never pay, and of those who misuse a loan (assumed)
RUNNERS = {"cash": 0.40, "passed_on": 0.40, "spending": 0.12, "": 0.08}
MISUSERS = {"broker": 0.55, "property": 0.45}
#: days until the money moves on, mean: honest borrowers, runners, misuse that shows (assumed)
_HONEST_DAYS, _RUN_DAYS, _MISUSE_DAYS = 2.5, 1.2, 0.25
#: days until a camouflaged one moves, mean (assumed)
_HIDDEN_DAYS = 2.5
#: share that makes a second payment out of the loan (assumed)
_SECOND = 0.4
#: colluding merchants of a block, and what of a ticket they keep, from and to [W]
COLLUDING, _KEPT = 16, (0.01, 0.03)
#: days until they hand it back, mean (assumed); share of the price that a partner hands back
_BACK_DAYS, _KICKBACK = 0.8, (0.20, 0.45)
#: share of honest purchases with a price adjustment by the partner (assumed)
_ADJUSTED = 0.04
#: kind, channel and reference of each use
_BOOKED = {
    "purpose": ("spending", "app", "none"), "spending": ("spending", "card", "none"),
    "bills": ("bill", "app", "none"), "rent": ("rent", "app", "rent"),
    "family": ("transfer", "app", "family"), "other_debt": ("bill", "app", "loan"),
    "cash": ("withdrawal", "terminal", "none"), "broker": ("transfer", "app", "investment"),
    "property": ("transfer", "app", "none"), "passed_on": ("transfer", "app", "none"),
}  # fmt: skip
#: the same as codes, a row each of `USES`, and where the use stands among those booked
_BOOKED_AS = np.zeros((len(USES), 3), dtype=np.int64)
_PLACE = np.zeros(len(USES), dtype=np.int64)
for _place, (_use, _words) in enumerate(_BOOKED.items()):
    _PLACE[USES.index(_use)] = _place
    _BOOKED_AS[USES.index(_use)] = [
        words.index(word) for words, word in zip((KINDS, CHANNELS, REFERENCES), _words, strict=True)
    ]
#: paid in hundreds of RMB
_ROUND = ("family", "cash", "broker", "property", "passed_on")


def uses(people: People, paid_out: Told, account: AccountMonths) -> Told:
    """Everything that loans set off, whatever becomes of them later."""
    loan = paid_out.movements.loan
    typology = people.residents.typology[loan]
    own = paid_out.movements.target < BLOCK
    misused, cashed, inflated = (
        typology == 1 + _code(name) for name in ("purpose_misuse", "cash_out", "inflated_price")
    )
    runs = (typology > 0) & ~misused & ~cashed & ~inflated
    hidden = people.scenario.fraud.camouflage
    return Told.together(
        [
            _spent(people, paid_out.take(own & (typology == 0)), HONEST, _HONEST_DAYS, 0.0),
            _spent(people, paid_out.take(own & runs), RUNNERS, _RUN_DAYS, hidden),
            _spent(people, paid_out.take(own & misused), MISUSERS, _MISUSE_DAYS, hidden),
            _cashed_out(people, paid_out.take(own & cashed)),
            _kickbacks(people, paid_out.take(~own & inflated), _KICKBACK, "kickback"),
            _adjusted(people, paid_out.take(~own & (typology == 0))),
            _first_instalments(people, account),
        ]
    )


def _code(name: str) -> int:
    return [t.name for t in TYPOLOGIES].index(name)


def _spent(
    people: People, paid_out: Told, shares: dict[str, float], days: float, hidden: float
) -> Told:
    """One payment out of a loan, or two."""
    seed, loans = people.streams.seed, paid_out.movements
    two = chance(paid_out.ids, seed, "use_second") < _SECOND
    first = np.where(two, 0.3 + 0.5 * chance(paid_out.ids, seed, "use_share"), 0.9)
    first = np.where(two, first, first + 0.1 * chance(paid_out.ids, seed, "use_share"))
    parts, left, after = [], loans.amount, loans.time
    for turn in range(2):
        u = chance(paid_out.ids, seed, f"use_what_{turn}")
        names = list(shares)
        what = np.searchsorted(np.cumsum(list(shares.values())), u * sum(shares.values()))
        code = np.array([USES.index(name) for name in names])[np.minimum(what, len(names) - 1)]
        amount = first * loans.amount if turn == 0 else 0.9 * left
        slow = chance(paid_out.ids, seed, f"use_slow_{turn}") < hidden
        mean = np.where(slow, np.maximum(days, _HIDDEN_DAYS), days)
        after = _later(after, -mean * np.log1p(-chance(paid_out.ids, seed, f"use_when_{turn}")))
        rows = np.flatnonzero((code > 0) & (two if turn else np.ones(len(two), dtype=bool)))
        amount = _round(amount, code, chance(paid_out.ids, seed, f"use_round_{turn}"))
        amount = np.minimum(amount, left)
        parts.append(_booked(people, paid_out, turn, rows, code, amount, after))
        left = left - amount
    return Told.together(parts)


def _booked(
    people: People, paid_out: Told, turn: int, rows: Ints, code: Ints, amount: Floats, time: Floats
) -> Told:
    rows = rows[amount[rows] >= 100.0]
    rows = rows[np.argsort(_PLACE[code[rows]], kind="stable")]
    # Whoever has the account it was paid into spends it; the partner is the borrower's.
    who, borrower = paid_out.movements.target[rows], paid_out.movements.loan[rows]
    ids = paid_out.ids[rows]
    u = chance(ids, people.streams.seed, f"use_whom_{turn}")
    stage, ranges = people.stage(0.0, 1.0), RANGES
    whom: dict[str, Callable[[Ints], Ints]] = {
        "purpose": lambda some: people.platform[borrower[some]],
        "spending": lambda some: stage.merchants(u[some]),
        "bills": lambda some: stage.of("public", u[some]),
        "rent": lambda some: people.landlord[who[some]],
        "family": lambda some: ranges["person"].pick(u[some]),
        "other_debt": lambda some: people.lender[who[some]],
        "broker": lambda some: stage.of("broker", u[some]),
        "property": lambda some: stage.of("property", u[some]),
        "passed_on": lambda some: ranges["person"].pick(u[some]),
    }
    target, use = np.full(len(rows), CASH), code[rows]
    for name, paid in whom.items():
        some = np.flatnonzero(use == USES.index(name))
        target[some] = paid(some)
    kind, channel, reference = _BOOKED_AS[use].T
    trade = (use == USES.index("purpose")) & people.traits.business[who]
    moved = Movements.of(
        time=time[rows], source=who, target=target, amount=amount[rows],
        kind=np.where(trade, _supplier(), kind), channel=channel, reference=reference,
        device=np.where(channel == CHANNELS.index("app"), who, -1), use=use, hop=1,
    )  # fmt: skip
    return Told(moved, _next_ids(people, ids, turn))


def _kind(name: str) -> int:
    return KINDS.index(name)


def _supplier() -> int:
    return _kind("supplier")


def _next_ids(people: People, ids: Ints, turn: int) -> Ints:
    """Ids of what a transfer sets off: as hidden as its own."""
    from data_generators.identifiers import opaque

    return opaque(ids, f"{people.streams.seed}/set_off/{turn}")


def _cashed_out(people: People, paid_out: Told) -> Told:
    """Round tickets near the sum at a colluding merchant, who hands nearly all of it back."""
    seed, loans, ids = people.streams.seed, paid_out.movements, paid_out.ids
    hidden = people.scenario.fraud.camouflage
    number = (chance(ids, seed, "colludes") * COLLUDING).astype(np.int64)
    merchant = RANGES["merchant"].first + (number * 127 + 61) % RANGES["merchant"].count
    parts, after, left = [], loans.time, loans.amount
    tickets = 1 + (chance(ids, seed, "tickets") * 2.0).astype(np.int64)
    for turn in range(2):
        there = np.flatnonzero(turn < tickets)
        share = np.where(tickets == 1, 0.92 + 0.08 * chance(ids, seed, f"ticket_{turn}"), 0.48)
        unit = np.where(chance(ids, seed, f"ticket_round_{turn}") < hidden, 100.0, 10_000.0)
        amount = np.minimum(np.floor(share * loans.amount / unit) * unit, left)
        left = left - amount
        after = _later(after, -0.5 * np.log1p(-chance(ids, seed, f"ticket_when_{turn}")))
        there = there[amount[there] >= 10_000.0]
        low, high = _KEPT
        kept = low + (high - low) * chance(ids, seed, f"ticket_kept_{turn}")
        back = np.floor(amount * (1.0 - kept) / 100.0) * 100.0
        returned = _later(after, -_BACK_DAYS * np.log1p(-chance(ids, seed, f"ticket_back_{turn}")))
        refunds = chance(ids, seed, f"ticket_as_{turn}") < 0.5
        who = loans.target[there]
        common: dict[str, Any] = {"case": -1, "use": USES.index("cash_out")}
        parts += [
            Told(
                Movements.of(
                    time=after[there], source=who, target=merchant[there], amount=amount[there],
                    kind="spending", channel="card", hop=1, **common,
                ),
                _next_ids(people, ids[there], 2 + turn),
            ),
            Told(
                Movements.of(
                    time=returned[there], source=merchant[there], target=who, amount=back[there],
                    kind=np.where(refunds[there], _kind("refund"), _kind("transfer")),
                    channel=np.where(refunds[there], 1, 0), hop=2, **common,
                ),
                _next_ids(people, ids[there], 4 + turn),
            ),
        ]  # fmt: skip
    return Told.together(parts)


def _kickbacks(people: People, paid_out: Told, part: tuple[float, float], use: str) -> Told:
    """The partner hands a part of the price to the customer."""
    seed, loans, ids = people.streams.seed, paid_out.movements, paid_out.ids
    low, high = part
    share = low + (high - low) * chance(ids, seed, "kickback")
    amount = np.floor(share * loans.amount / 10_000.0) * 10_000.0
    time = _later(loans.time, 0.5 - 3.0 * np.log1p(-chance(ids, seed, "kickback_when")))
    rows = np.flatnonzero(amount > 0)
    refunds = chance(ids, seed, "kickback_as")[rows] < 0.6
    moved = Movements.of(
        time=time[rows], source=loans.target[rows], target=loans.loan[rows], amount=amount[rows],
        kind=np.where(refunds, _kind("refund"), _kind("transfer")),
        channel=np.where(refunds, 1, 0), use=USES.index(use), hop=1,
    )  # fmt: skip
    return Told(moved, _next_ids(people, ids[rows], 6))


def _adjusted(people: People, paid_out: Told) -> Told:
    """Honest price adjustments: a service shortened, a deposit given back."""
    some = chance(paid_out.ids, people.streams.seed, "adjusted") < _ADJUSTED
    return _kickbacks(people, paid_out.take(some), (0.05, 0.5), "")


def _first_instalments(people: People, account: AccountMonths) -> Told:
    """Partners in collusion put the first instalment into the customer's account."""
    typology = people.residents.typology[account.who]
    paid = np.flatnonzero((account.repaid > 0) & (typology == 1 + _code("inflated_price")))
    _, first = np.unique(account.who[paid], return_index=True)
    rows = paid[first]
    who = account.who[rows]
    ids = numbered(people, 4, who, account.mob[rows])
    u = chance(ids, people.streams.seed, "pays_first")
    time = _later(account.start[rows] + 21.0, 4.0 * u)
    moved = Movements.of(
        time=time, source=RANGES["person"].pick(u), target=who, amount=account.repaid[rows],
        kind="transfer", channel="app", use=USES.index("kickback"), hop=2,
    )  # fmt: skip
    return Told(moved, ids)


def _round(cents: Floats, code: Ints, u: Floats) -> Floats:
    """Amounts in hundreds where people round, and mostly in RMB elsewhere."""
    rounds = np.isin(code, [USES.index(name) for name in _ROUND]) & (u < 0.7)
    unit = np.where(rounds, 10_000.0, np.where(u < 0.85, 100.0, 1.0))
    return np.floor(cents / unit) * unit


def _later(time: Floats, days: Floats) -> Floats:
    """`days` later; at night it is put off until people are up, most often."""
    after = time + days
    day = np.floor(after)
    at = 24.0 * (after - day)
    u = np.modf(1e4 * after)[0]
    awake = np.where(at >= 23.0, day + 1.0, day) + hour_of(u) / 24.0
    asleep = ((at >= 23.0) | (at < 7.0)) & (u < 0.9)
    return np.where(asleep, np.maximum(awake, after), after)
