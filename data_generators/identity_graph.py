"""The identity graph: customers and what they use, as far as the bank knew it on some day.

Nodes are customers, devices, phones, addresses, accounts and merchants; an edge says that a
customer was seen with one of them, and when. Two customers are two hops apart when they share
something. A merchant has thousands of customers and ties nobody to anybody: paths go through
merchants only where they are asked to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data_generators.errors import InvalidInput
from data_generators.links import NODES
from data_generators.observation import Observed, check_as_of
from data_generators.schema import LINKS
from data_generators.streams import Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: kinds of nodes by which customers are tied to one another
TIES = ("device", "phone", "address", "account")
#: columns that are needed of transfers
_OF_TRANSFERS = (
    "event_time",
    "known_at",
    "from_customer_id",
    "to_account",
    "to_holder",
)


@dataclass(frozen=True)
class IdentityGraph:
    """Edges of the identity graph, and questions about them.

    >>> from data_generators import World, scenarios
    >>> seen = World(scenarios.travel, customers=2_000, months=6, seed=7).observed()
    >>> graph = identity_graph(seen)
    >>> first = int(graph.customers[0])
    >>> set(graph.neighbours(first, hops=2)) <= set(graph.component(first))
    True
    """

    #: a row an edge, columns as in `schema.LINKS`, in order of when it became known
    edges: pd.DataFrame

    def __post_init__(self) -> None:
        missing = [c.name for c in LINKS.columns if c.name not in self.edges]
        if missing:
            raise InvalidInput(
                f"edges lack {', '.join(missing)}; pass observed tables to identity_graph()."
            )
        kinds = {str(k) for k in self.edges["target_kind"].unique()} - set(NODES)
        if kinds:
            raise InvalidInput(
                f"target_kind is {min(kinds)!r}; it must be one of {', '.join(NODES)}."
            )

    @cached_property
    def customers(self) -> Ints:
        """Ids of the customers in the graph, ascending."""
        ids: Ints = np.unique(self.edges["source_id"].to_numpy(dtype=np.int64))
        return ids

    def degrees(self) -> pd.DataFrame:
        """Nodes that customers use: `kind`, `id`, `customers` (distinct), most used first."""
        once = self.edges.drop_duplicates(["source_id", "target_kind", "target_id"])
        size = once.groupby(["target_kind", "target_id"], observed=True).size()
        table = size.rename("customers").reset_index()
        table.columns = pd.Index(["kind", "id", "customers"])
        return table.sort_values("customers", ascending=False, kind="stable", ignore_index=True)

    def neighbours(self, customer: int, hops: int = 2, through: Sequence[str] = TIES) -> Ints:
        """Other customers at most `hops` edges away, ascending.

        An edge leads from a customer to a device or from it to a customer: two hops reach those
        who share something, four hops those who share something with them. `through`: kinds of
        nodes that paths may go through. Raises InvalidInput for a customer who is not in the
        graph, fewer hops than two and unknown kinds.
        """
        if not _is_whole(hops) or hops < 2:
            raise InvalidInput(
                f"hops is {hops!r}; it must be a whole number from 2 up: one edge leads to a "
                "device, the next to a customer."
            )
        uses = self._uses(_kinds(through))
        reached = np.zeros(uses.shape[0], dtype=bool)
        reached[self._place(customer)] = True
        for _ in range(int(hops) // 2):
            before = reached.sum()
            reached = (uses @ (uses.T @ reached.astype(np.float64))) > 0
            reached[self._place(customer)] = True
            if reached.sum() == before:
                break
        reached[self._place(customer)] = False
        found: Ints = self.customers[reached]
        return found

    def component(
        self, customer: int, through: Sequence[str] = TIES, most: int | None = None
    ) -> Ints:
        """All customers whom a path ties to this one, itself among them, ascending.

        With `most`, nodes that more customers use tie nobody: shops' terminals and dormitories
        otherwise join rings and families to one large component.
        """
        label = self._components(_kinds(through), most)
        found: Ints = self.customers[label == label[self._place(customer)]]
        return found

    def components(self, through: Sequence[str] = TIES, most: int | None = None) -> pd.DataFrame:
        """Each customer's component: `customer_id`, `component` (its lowest id), `size`."""
        label = self._components(_kinds(through), most)
        _, first, of, size = np.unique(
            label, return_index=True, return_inverse=True, return_counts=True
        )
        lowest = self.customers[first][of]
        return pd.DataFrame(
            {"customer_id": self.customers, "component": lowest, "size": size[of].astype(np.int64)}
        )

    def subgraph(self, customers: Iterable[int], *, shared_only: bool = False) -> pd.DataFrame:
        """Edges of these customers, for a plot: each once, as first known, without merchants.

        With `shared_only` those to nodes that two of them or more use. To plot a ring with its
        surroundings, pass its members and their `neighbours`. Raises InvalidInput for nobody,
        and for a customer who is not in the graph.
        """
        who = np.unique([int(customer) for customer in customers])
        if not len(who):
            raise InvalidInput("customers is empty; pass one or more ids.")
        for customer in who:
            self._place(int(customer))
        node = ["target_kind", "target_id"]
        mine = self.edges["source_id"].isin(who) & self.edges["target_kind"].isin(TIES)
        edges = self.edges[mine].drop_duplicates(["source_id", *node])
        if shared_only:
            edges = edges[edges.duplicated(node, keep=False)]
        return edges.reset_index(drop=True)

    def _place(self, customer: int) -> int:
        """Row of a customer."""
        place = int(np.searchsorted(self.customers, customer)) if _is_whole(customer) else 0
        if place >= len(self.customers) or self.customers[place] != customer:
            raise InvalidInput(
                f"customer {customer!r} is not in the graph; it has {len(self.customers):,} "
                "customers, see its `customers`."
            )
        return place

    @cached_property
    def _incidence(self) -> dict[str, "csr_array"]:
        """By kind: customers × nodes of the kind, 1 where one uses the other."""
        from scipy.sparse import coo_array

        who = np.searchsorted(self.customers, self.edges["source_id"].to_numpy())
        kinds = self.edges["target_kind"].astype(str).to_numpy()
        target = self.edges["target_id"].to_numpy()
        matrices = {}
        for kind in NODES[1:]:
            mine = np.flatnonzero(kinds == kind)
            node, column = np.unique(target[mine], return_inverse=True)
            shape = (len(self.customers), len(node))
            ones = np.ones(len(mine))
            matrices[kind] = coo_array((ones, (who[mine], column)), shape=shape).tocsr()
        return matrices

    def _uses(self, kinds: tuple[str, ...]) -> "csr_array":
        """Customers × nodes of these kinds."""
        from scipy.sparse import hstack

        return hstack([self._incidence[kind] for kind in kinds], format="csr")

    def _components(self, kinds: tuple[str, ...], most: int | None) -> Ints:
        """Number of each customer's component."""
        from scipy.sparse import block_array
        from scipy.sparse.csgraph import connected_components

        uses = self._uses(kinds)
        if most is not None:
            if not _is_whole(most) or most < 2:
                raise InvalidInput(f"most is {most!r}; it must be a whole number from 2 up.")
            uses = uses[:, np.bincount(uses.indices, minlength=uses.shape[1]) <= most]
        _, label = connected_components(block_array([[None, uses], [uses.T, None]]), directed=False)
        customers: Ints = label[: len(self.customers)].astype(np.int64)
        return customers


def identity_graph(
    observed: Observed, transfers: pd.DataFrame | None = None, as_of: float | None = None
) -> IdentityGraph:
    """The graph of what was known `as_of` a day (None: everything in the tables).

    `observed` are a world's observed tables. With `transfers`, those of its fund flows, customers
    are tied to the merchants whom they pay, too, from when the bank first saw it; ids of those
    are account numbers. Raises InvalidInput for other tables, and for an `as_of` that is no day.
    """
    links = getattr(observed, "links", None)
    if not isinstance(links, pd.DataFrame):
        raise InvalidInput(
            f"observed is {observed!r:.60}; it must be observed tables: say world.observed()."
        )
    check_as_of(as_of)
    parts = [links] if transfers is None else [links, _paid_merchants(transfers)]
    edges = pd.concat([_plain(part) for part in parts], ignore_index=True)
    if as_of is not None:
        edges = edges[edges["known_at"] <= as_of]
    order = ["known_at", "source_id", "target_kind", "target_id"]
    edges = edges.sort_values(order, kind="stable", ignore_index=True)
    kinds = ("source_kind", "target_kind")
    return IdentityGraph(edges.astype({c: pd.CategoricalDtype(list(NODES)) for c in kinds}))


def _plain(edges: pd.DataFrame) -> pd.DataFrame:
    return edges.astype({"source_kind": "str", "target_kind": "str"})


def _paid_merchants(transfers: pd.DataFrame) -> pd.DataFrame:
    """An edge from a customer to each merchant whom it was seen to pay, as first known."""
    missing = [name for name in _OF_TRANSFERS if name not in transfers]
    if missing:
        raise InvalidInput(
            f"transfers lack {', '.join(missing)}; pass world.fund_flows().transfers."
        )
    to_merchant = transfers["to_holder"].astype(str) == "merchant"
    paid = transfers.loc[to_merchant & (transfers["from_customer_id"] >= 0), list(_OF_TRANSFERS)]
    paid = paid.sort_values("known_at", kind="stable")
    paid = paid.drop_duplicates(["from_customer_id", "to_account"])
    return pd.DataFrame(
        {
            "source_kind": "customer",
            "source_id": paid["from_customer_id"].to_numpy(dtype=np.int64),
            "target_kind": "merchant",
            "target_id": paid["to_account"].to_numpy(dtype=np.int64),
            "event_time": paid["event_time"].to_numpy(dtype=np.float64),
            "known_at": paid["known_at"].to_numpy(dtype=np.float64),
        }
    )


def _kinds(through: Sequence[str]) -> tuple[str, ...]:
    kinds = (through,) if isinstance(through, str) else tuple(through)
    odd = [kind for kind in kinds if kind not in NODES[1:]]
    if odd or not kinds:
        raise InvalidInput(
            f"through is {through!r}; it must be one or more of {', '.join(NODES[1:])}."
        )
    return kinds


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)
