"""Connected components of a graph that grows: how large they were at any time, and what was known.

A union-find that lives through the edges in order of time. Edges, marks and questions are read
once, so that a million of them take a second or two.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: bits of a count within a packed number: more nodes or marks than anybody has
BITS = 40
LOW = (1 << BITS) - 1


@dataclass(frozen=True)
class Happening:
    """What happens to nodes, by number, at times: one entry each."""

    node: Ints
    time: Floats


def components_at(
    edges: tuple[Ints, Ints, Floats],
    marks: tuple[Happening, ...],
    asked: Happening,
    nodes: int,
) -> tuple[Ints, list[Ints]]:
    """Size of the component of each node asked for, and its marks of each kind, at that time.

    `edges`: one end, the other end and when it was there. What happens at the time asked for
    counts. Nodes are numbers below `nodes`.

    >>> edges = (np.array([0, 1]), np.array([1, 2]), np.array([1.0, 3.0]))
    >>> asked = Happening(np.array([0, 0]), np.array([2.0, 3.0]))
    >>> components_at(edges, (Happening(np.array([2]), np.array([0.0])),), asked, 3)
    (array([2, 3]), [array([0, 1])])
    """
    one, other, since = edges
    parts = [(one, other, since), *((m.node, m.node, m.time) for m in marks)]
    what = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    first, second, time = (np.concatenate([part[k] for part in parts]) for k in range(3))
    order = np.argsort(time, kind="stable")
    turn = np.argsort(asked.time, kind="stable")
    stops = np.searchsorted(time[order], asked.time[turn], side="right")
    events = zip(what[order].tolist(), first[order].tolist(), second[order].tolist(), strict=True)
    answers = _lived(events, stops.tolist(), asked.node[turn].tolist(), nodes, len(marks))
    found = np.empty((1 + len(marks), len(turn)), dtype=np.int64)
    for k in range(1 + len(marks)):
        found[k, turn] = [answer >> BITS * k & LOW for answer in answers]
    return found[0], list(found[1:])


def _lived(
    events: "zip[tuple[int, int, int]]", stops: list[int], asked: list[int], nodes: int, kinds: int
) -> list[int]:
    """Go through events; before event number `stops[k]` answer question k: a packed number."""
    parent = list(range(nodes))
    # By root: the size, and above it the marks of each kind, in one number that adds up.
    held = [1] * nodes
    unit = [0, *(1 << BITS * kind for kind in range(1, kinds + 1))]
    answers = []
    done = 0
    for stop, node in zip(stops, asked, strict=True):
        for kind, one, other in islice(events, stop - done):
            a, b = one, other
            while parent[a] != a:
                parent[a] = a = parent[parent[a]]
            if kind:
                held[a] += unit[kind]
                continue
            while parent[b] != b:
                parent[b] = b = parent[parent[b]]
            if a != b:
                if held[a] & LOW < held[b] & LOW:
                    a, b = b, a
                parent[b] = a
                held[a] += held[b]
        done = max(done, stop)
        root = node
        while parent[root] != root:
            parent[root] = root = parent[parent[root]]
        answers.append(held[root])
    return answers
