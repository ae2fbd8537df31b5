"""Shapes of money's way: who pays whom in which step, and how much arrives where.

A shape is a batch of small graphs, one a case, over roles (a case's first, second ... account)
that are later given to accounts. Edges of a later step leave an account after everything of the
earlier steps has arrived there. AMLSim's eight shapes are layers of roles, each paying all of
the next, or walks from role to role; and so are the shapes of honest money.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.streams import Floats, Ints

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Shape:
    """Edges of a batch of cases: arrays of cases × edges; -1 where a case has fewer."""

    #: role that pays, and role that is paid
    source: Ints
    target: Ints
    #: step in which it does, from 0
    step: Ints
    #: roles of each case
    roles: Ints

    def __post_init__(self) -> None:
        if not self.source.shape == self.target.shape == self.step.shape:
            raise InvalidInput("A shape's sources, targets and steps differ in shape; give alike.")
        if (self.there & (self.source == self.target)).any():
            raise InvalidInput("A role pays itself; give every edge two roles.")

    @property
    def there(self) -> Flags:
        """Edges that exist."""
        return self.step >= 0

    @property
    def steps(self) -> int:
        """Steps of the longest case."""
        return int(self.step.max(initial=-1)) + 1

    @property
    def most_roles(self) -> int:
        """Roles of the largest case."""
        return int(self.roles.max(initial=1))

    @property
    def paid(self) -> Flags:
        """Whether anybody pays a role, cases × roles."""
        return by_role(self.there.astype(float), self.target, self) > 0

    @property
    def pays(self) -> Flags:
        """Whether a role pays anybody, cases × roles."""
        return by_role(self.there.astype(float), self.source, self) > 0


def width(ends: tuple[int, int], uniform: Floats) -> Ints:
    """How many there are of a role in each case: whole numbers between the `ends`, all as likely.

    >>> width((2, 5), np.array([0.0, 0.3, 0.99])).tolist()
    [2, 3, 5]
    """
    least, most = ends
    whole: Ints = least + np.floor((most - least + 1) * uniform).astype(np.int64)
    return whole


def layers(widths: Ints, most: tuple[int, ...]) -> Shape:
    """Everyone of a layer pays everyone of the next; `widths` has cases × layers.

    `most`: the widths of the largest case that there can be, whose edges have the columns.

    >>> shape = layers(np.array([[2, 1, 2]]), (2, 1, 2))
    >>> shape.source.tolist(), shape.target.tolist(), shape.step.tolist()
    ([[0, 1, 2, 2]], [[2, 2, 3, 4]], [[0, 0, 1, 1]])
    """
    if widths.ndim != 2 or widths.shape[1] != len(most) or len(most) < 2:
        raise InvalidInput("Layers need a width each, and there must be two layers at least.")
    if (widths < 1).any() or (widths > np.array(most)).any():
        raise InvalidInput(f"Widths of layers are 1 to {most}; one of those given is not.")
    first = np.cumsum(widths, axis=1) - widths
    parts = []
    for step in range(widths.shape[1] - 1):
        i, j = (grid.ravel() for grid in np.indices(most[step : step + 2]))
        there = (i < widths[:, [step]]) & (j < widths[:, [step + 1]])
        edge = (first[:, [step]] + i, first[:, [step + 1]] + j, np.full_like(i, step))
        parts.append([np.where(there, values, -1) for values in edge])
    source, target, at = (np.concatenate(values, axis=1) for values in zip(*parts, strict=True))
    return Shape(source, target, at, widths.sum(axis=1))


def walk(path: Ints) -> Shape:
    """Money that goes from role to role along `path`, cases × stops; -1 where it has ended.

    >>> shape = walk(np.array([[0, 1, 0], [0, 1, -1]]))
    >>> shape.target.tolist(), shape.step.tolist(), shape.roles.tolist()
    ([[1, 0], [1, -1]], [[0, 1], [0, -1]], [2, 2])
    """
    if path.ndim != 2 or path.shape[1] < 2:
        raise InvalidInput("A walk needs two stops at least.")
    there = path[:, 1:] >= 0
    source, target = (np.where(there, ends, -1) for ends in (path[:, :-1], path[:, 1:]))
    step = np.where(there, np.arange(path.shape[1] - 1), -1)
    return Shape(source, target, step, path.max(axis=1, initial=-1) + 1)


def flow(shape: Shape, placed: Floats, weight: Floats, kept: Floats, unit: Floats) -> Floats:
    """Amount of each edge, cases × edges, whole cents; 0 where there is none.

    `placed` (cases × roles, cents) is what the first to pay start with, and pay out in full. A
    role sends what it has received less the share `kept` (cases × roles), by `weight` (cases ×
    edges) to those it pays, rounded down to a multiple of `unit` (cases × edges, cents) where as
    much is sent. What is rounded off stays with the sender, so that no money is made.

    >>> one = np.ones((1, 2))
    >>> way = walk(np.array([[0, 1, 2]]))
    >>> flow(way, np.array([[1000., 0, 0]]), one, np.full((1, 3), 0.05), one).tolist()
    [[1000.0, 950.0]]
    """
    cases = np.arange(len(placed))[:, None]
    amount = np.zeros(shape.step.shape)
    held = placed.astype(float)
    first = held > 0
    for step in range(shape.steps):
        now = shape.step == step
        source = np.maximum(shape.source, 0)
        share = np.where(now, weight, 0.0)
        whole = by_role(share, source, shape)[cases, source]
        sends = held * np.where(first, 1.0, 1.0 - kept)
        sent = np.divide(sends[cases, source] * share, whole, out=np.zeros_like(share), where=now)
        rounded = np.where(sent >= unit, np.floor(sent / unit) * unit, np.floor(sent))
        amount = np.where(now, rounded, amount)
        gone = by_role(now.astype(float), source, shape) > 0
        arrived = by_role(np.where(now, rounded, 0.0), shape.target, shape)
        held = np.where(gone, 0.0, held) + arrived
        first = first & ~gone
    return amount


def by_role(values: Floats, role: Ints, shape: Shape) -> Floats:
    """Sums over a case's edges by role, cases × roles; role -1 counts as 0."""
    width = shape.most_roles
    where = np.arange(len(values))[:, None] * width + np.maximum(role, 0)
    flat = np.bincount(where.ravel(), values.ravel(), len(values) * width)
    return flat.astype(np.float64).reshape(len(values), width)
