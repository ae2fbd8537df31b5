"""Who shares what with an applicant, as it was known at a time."""

from dataclasses import dataclass

import pandas as pd

#: customers on an identifier from which on it is told of in words and not drawn
CROWD = 15
#: steps from the applicant over shared identifiers
STEPS = 2
#: nodes that a picture holds
MOST = 120
KINDS = ("device", "phone", "address", "account")


@dataclass(frozen=True)
class Neighbourhood:
    """A part of the table `links` round one customer."""

    customer_id: int
    #: rows of `links`; what the applicant has alone is among them
    edges: pd.DataFrame
    #: customers that share an identifier with the applicant: customer_id, shares (kinds, as text),
    #: kinds (how many), since (day on which the tie became known), fraud (confirmed by then)
    neighbours: pd.DataFrame
    #: identifiers not drawn, a sentence each
    left_out: tuple[str, ...]
    #: those on the picture who were confirmed as fraud by then
    frauds: tuple[int, ...]


def neighbourhood(
    links: pd.DataFrame, labels: pd.DataFrame, customer_id: int, as_of: float
) -> Neighbourhood:
    """The applicant, who shares an identifier, and who shares one with these, as of a day.

    `links` and `labels` are observed tables; what was known after `as_of` is not there. An
    identifier of more than 15 customers (a dormitory, a terminal) is counted and not followed.
    """
    known = links[(links["known_at"] <= as_of) & links["target_kind"].isin(KINDS)]
    known = known.assign(target_kind=known["target_kind"].astype(str))
    frauds = set(labels.loc[labels["known_at"] <= as_of, "customer_id"])
    use = known.groupby(["target_kind", "target_id"])["source_id"].nunique()
    crowd = set(use.index[use > CROWD])
    pairs = pd.MultiIndex.from_frame(known[["target_kind", "target_id"]])
    drawn = known[~pairs.isin(list(crowd))]
    own = known[known["source_id"] == customer_id]
    edges = _grown(drawn, customer_id)
    shared = own.merge(known, on=["target_kind", "target_id"], suffixes=("_own", ""))
    shared = shared[shared["source_id"] != customer_id]
    places = pd.MultiIndex.from_frame(shared[["target_kind", "target_id"]])
    neighbours = _neighbours(shared[~places.isin(list(crowd))], frauds)
    return Neighbourhood(
        customer_id,
        edges,
        neighbours,
        tuple(_sentence(kind, int(use[kind, target])) for kind, target in _own_crowd(own, crowd)),
        tuple(sorted(frauds & set(edges["source_id"].tolist()))),
    )


def _neighbours(shared: pd.DataFrame, frauds: set[int]) -> pd.DataFrame:
    by = shared.groupby("source_id")
    found = pd.DataFrame(
        {
            "shares": by["target_kind"].agg(lambda kinds: ", ".join(sorted(set(kinds)))),
            "kinds": by["target_kind"].nunique(),
            "since": by["known_at"].min(),
        }
    )
    found = found.rename_axis("customer_id").reset_index()
    found["fraud"] = found["customer_id"].isin(frauds)
    return found.sort_values(["fraud", "kinds", "since"], ascending=False, ignore_index=True)


def _grown(drawn: pd.DataFrame, customer_id: int) -> pd.DataFrame:
    """Edges within some steps, as many as a picture holds."""
    reached = {customer_id}
    mine = drawn[drawn["source_id"] == customer_id]
    edges = mine
    for _ in range(STEPS):
        keys = edges[["target_kind", "target_id"]].drop_duplicates()
        met = drawn.merge(keys, on=["target_kind", "target_id"])
        wider = set(met["source_id"]) | reached
        theirs = drawn[drawn["source_id"].isin(wider)]
        # of what others have, only what ties two who are there
        tied = theirs.groupby(["target_kind", "target_id"])["source_id"].transform("nunique") > 1
        theirs = theirs[tied | (theirs["source_id"] == customer_id)]
        things = theirs[["target_kind", "target_id"]].drop_duplicates()
        if theirs["source_id"].nunique() + len(things) > MOST:
            break
        edges, reached = theirs, wider
    return edges.reset_index(drop=True)


def _own_crowd(own: pd.DataFrame, crowd: set[tuple[str, int]]) -> list[tuple[str, int]]:
    mine = zip(own["target_kind"], own["target_id"], strict=True)
    return [pair for pair in dict.fromkeys(mine) if pair in crowd]


def _sentence(kind: str, customers: int) -> str:
    return f"The {kind} is used by {customers:,} customers and is not drawn."
