"""What a service holds to make features of the next application, and how events change it."""

from dataclasses import dataclass, field

import numpy as np

from sandbox.features.book import MONEY, Book
from sandbox.features.families import KEYS
from sandbox.features.graph import TIED
from sandbox.features.numbering import NONE, Floats, Ints
from sandbox.features.sightings import TIES
from sandbox.features.timelines import Timelines


class Belongings:
    """The nodes of each customer: kind, number and when it was known; in the order of knowing."""

    def __init__(self, who: Ints, kind: Ints, number: Ints, known: Floats, customers: int) -> None:
        """From pairs of customer and node in any order."""
        order = np.argsort(who, kind="stable")
        self._start = np.searchsorted(who[order], np.arange(customers + 1)).astype(np.int32)
        self._kind = kind[order].astype(np.int8)
        self._number = number[order].astype(np.int32)
        self._known = known[order]
        self._new: dict[int, list[tuple[int, int, float]]] = {}

    def of(self, customer: int) -> list[tuple[int, int, float]]:
        """(kind, number, known) of each."""
        new = self._new.get(customer, [])
        if customer < 0 or customer + 1 >= len(self._start):
            return new
        mine = slice(int(self._start[customer]), int(self._start[customer + 1]))
        old = zip(
            self._kind[mine].tolist(), self._number[mine].tolist(), self._known[mine].tolist(),
            strict=True,
        )  # fmt: skip
        return [*old, *new]

    def add(self, customer: int, kind: int, number: int, known: float) -> None:
        """One more."""
        self._new.setdefault(customer, []).append((kind, number, known))

    @property
    def nbytes(self) -> int:
        """Bytes of what was loaded."""
        held = (self._start, self._kind, self._number, self._known)
        return sum(each.nbytes for each in held)


@dataclass
class State:
    """Customers, nodes of the graph, applications by key, traced loans by partner."""

    book: Book
    #: by kind of tie: who was known on it
    nodes: tuple[Timelines, ...]
    belongings: Belongings
    #: by key of velocity: who applied with it
    keys: dict[str, Timelines]
    #: by partner: loans, and cents traced, against and back
    partners: dict[int, Ints] = field(default_factory=dict)

    def see(self, customer: int, kind: int, target: int, known_at: float) -> None:
        """A customer is known with a device, phone, address or account; again changes nothing."""
        nodes = self.nodes[kind]
        number = nodes.number(target)
        mine = [(n, known) for k, n, known in self.belongings.of(customer) if k == kind]
        if any(n == number for n, _ in mine):
            return
        others = nodes.count(number) if number >= 0 else 0
        number = nodes.add(target, known_at, customer)
        self.belongings.add(customer, kind, number, known_at)
        if 0 < others < TIED:
            self.book.tie(nodes.first(number), customer)
        if TIES[kind] == "account":
            self._account(customer, target, known_at, [known for _, known in mine])

    def _account(self, customer: int, target: int, known_at: float, before: list[float]) -> None:
        """The account applied with is the first known; the lowest id of several known at once."""
        book = self.book
        held = int(book.ids["account"][customer])
        time = float(book.read["event_time"][customer])
        applied = book.applied(customer)
        if (before and (min(before) < known_at or target > held)) or (applied and known_at > time):
            return
        book.ids["account"][customer] = target
        if applied:
            if held != NONE:
                self.keys["account"].withdraw(held, customer)
            self.keys["account"].add(target, time, customer, int(book.cents[customer]))

    def apply(self, customer: int, time: float) -> None:
        """A customer, whose ids stand in the book, applies with a device, a phone, ..."""
        for key, timeline in self.keys.items():
            name = int(self.book.ids[key if key == "account" else f"{key}_id"][customer])
            if name != NONE:
                timeline.add(name, time, customer, int(self.book.cents[customer]))

    def lent(self, customer: int, traced: int, against: int, back: int) -> None:
        """The money of a customer's loan was followed; sums in cents, at the customer's partner."""
        for name, cents in zip(MONEY, (traced, against, back), strict=True):
            self.book.money[name][customer] = cents
        partner = int(self.book.ids["partner_id"][customer])
        if self.book.applied(customer):
            sums = self.partners.setdefault(partner, np.zeros(4, dtype=np.int64))
            sums += np.array([1, traced, against, back])


def empty(customers: Ints) -> State:
    """A state that knows nothing but who there is."""
    none, never = np.zeros(0, dtype=np.int64), np.zeros(0)
    return State(
        Book(customers),
        tuple(Timelines(none, never, none) for _ in TIES),
        Belongings(none, none, none, never, 0),
        {key: Timelines(none, never, none, none) for key in KEYS},
    )
