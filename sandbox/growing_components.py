"""Connected components of a graph that grows: how large they were at any time, and what was known.

A union-find that lives through the edges in order of time. Edges, marks and questions are read
once, so that a million of them take a second or two.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    table = np.empty((len(turn), 1 + len(marks)), dtype=np.int64)
    table[turn] = np.array(answers, dtype=np.int64).reshape(len(turn), 1 + len(marks))
    return table[:, 0], [table[:, k] for k in range(1, 1 + len(marks))]


def _lived(
    events: "zip[tuple[int, int, int]]", stops: list[int], asked: list[int], nodes: int, kinds: int
) -> list[list[int]]:
    """Go through events; before event number `stops[k]` answer question k."""
    parent = list(range(nodes))
    # By root: the size, then the marks of each kind.
    held = [[1] * nodes, *([0] * nodes for _ in range(kinds))]
    size = held[0]
    answers = []
    done = 0
    for stop, node in zip(stops, asked, strict=True):
        while done < stop:
            kind, a, b = next(events)
            done += 1
            a = _root(parent, a)
            if kind:
                held[kind][a] += 1
                continue
            b = _root(parent, b)
            if a != b:
                if size[a] < size[b]:
                    a, b = b, a
                parent[b] = a
                for each in held:
                    each[a] += each[b]
        root = _root(parent, node)
        answers.append([each[root] for each in held])
    return answers


def _root(parent: list[int], node: int) -> int:
    """The root of a node; halves the way to it for the next time."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
