"""What a service keeps of each customer, in columns, and the components that customers form."""

import numpy as np
from numpy.typing import NDArray

from sandbox.features.neighbours import OF_NEIGHBOURS
from sandbox.features.numbering import NONE, Ints

#: columns of a customer's application that others' features read, as numbers and as ids
READ = ("event_time", *OF_NEIGHBOURS)
IDS = ("partner_id", "address_id", "device_id", "phone_id")
#: cents of a traced loan
MONEY = ("traced", "against", "back")


class Book:
    """Customers by number, columns that grow with them, and a forest of who is tied to whom."""

    def __init__(self, ids: Ints) -> None:
        """With customers (ascending, each once) of whom nothing is known yet."""
        self._ids = ids
        self._numbers: dict[int, int] = {}
        rows = max(len(ids), 16)
        self.count = len(ids)
        self.id = np.zeros(rows, dtype=np.int64)
        self.id[: len(ids)] = ids
        self.read = {name: np.full(rows, np.nan) for name in READ}
        self.ids = {name: np.full(rows, NONE, dtype=np.int64) for name in (*IDS, "account")}
        self.cents = np.zeros(rows, dtype=np.int64)
        self.known = {name: np.full(rows, np.inf) for name in ("confirmed", "declined", "traced")}
        self.money = {name: np.zeros(rows, dtype=np.int64) for name in MONEY}
        self.parent = np.arange(rows, dtype=np.int32)
        #: by root: customers, confirmed and declined
        self.held = np.zeros((rows, 3), dtype=np.int32)
        self.held[:, 0] = 1

    def find(self, customer_id: int) -> int:
        """The customer's number, -1 for one who was never heard of."""
        place = int(self._ids.searchsorted(customer_id))
        if place < len(self._ids) and self._ids[place] == customer_id:
            return place
        return self._numbers.get(customer_id, -1)

    def number(self, customer_id: int) -> int:
        """The customer's number, a new one if need be."""
        number = self.find(customer_id)
        if number < 0:
            number = self._numbers[customer_id] = self.count
            self.count += 1
            if self.count > len(self.id):
                self._grow()
            self.id[number] = customer_id
        return number

    def applied(self, number: int) -> bool:
        """Whether the customer's application is here."""
        return number >= 0 and bool(self.read["event_time"][number] > -np.inf)

    def tell(self, what: str, number: int, known_at: float) -> bool:
        """Something became known of a customer ("confirmed", ...); False if it was already."""
        if self.known[what][number] < np.inf:
            return False
        self.known[what][number] = known_at
        if what != "traced":
            self.held[self.root(number), 1 + (what == "declined")] += 1
        return True

    def tie(self, one: int, other: int) -> None:
        """Two customers share something: their components are one."""
        a, b = self.root(one), self.root(other)
        if a != b:
            if self.held[a, 0] < self.held[b, 0]:
                a, b = b, a
            self.parent[b] = a
            self.held[a] += self.held[b]

    def root(self, number: int) -> int:
        """The customer whose number stands for the component; shortens the way for next time."""
        parent = self.parent
        while (above := int(parent[number])) != number:
            parent[number] = parent[above]
            number = above
        return number

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return self._ids.nbytes + sum(column.nbytes for _, column in self._columns())

    def _columns(self) -> list[tuple[tuple[str, str], NDArray[np.generic]]]:
        plain = ("id", "cents", "parent", "held")
        tables = ("read", "ids", "known", "money")
        return [
            *((("", name), getattr(self, name)) for name in plain),
            *(((of, name), column) for of in tables for name, column in getattr(self, of).items()),
        ]

    def _grow(self) -> None:
        """Twice as many rows, the new ones as those of nobody."""
        old = len(self.id)
        fresh = Book(np.zeros(0, dtype=np.int64))
        for (of, name), column in self._columns():
            blank = (getattr(fresh, of)[name] if of else getattr(fresh, name))[:1]
            longer = np.concatenate([column, np.repeat(blank, old, axis=0)])
            if of:
                getattr(self, of)[name] = longer
            else:
                setattr(self, name, longer)
        self.parent[old:] = np.arange(old, 2 * old)
