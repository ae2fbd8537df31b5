"""All columns of fraud screening in one call, each as it was known at application."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.application import application_columns, application_names
from sandbox.features.families import FAMILIES, LISTED, PURPOSES, VELOCITY, family_of
from sandbox.features.graph import GRAPH, asked_of, graph_columns
from sandbox.features.neighbours import OF_NEIGHBOURS, neighbours_of
from sandbox.features.numbering import Floats
from sandbox.features.purposes import Tracings, purpose_columns
from sandbox.features.side_by_side import each
from sandbox.features.velocity import velocity_pieces


class Tables(Protocol):
    """The observed tables that are read; all that a bank sees has them."""

    @property
    def applications(self) -> pd.DataFrame:
        """One row an applicant."""

    @property
    def profiles(self) -> pd.DataFrame:
        """More of each applicant."""

    @property
    def links(self) -> pd.DataFrame:
        """Who was seen with what."""

    @property
    def fraud_labels(self) -> pd.DataFrame:
        """Confirmed fraud."""

    @property
    def decisions(self) -> pd.DataFrame:
        """Decisions; a limit of 0 is a decline."""


def screening_features(
    observed: Tables,
    traced: pd.DataFrame | None = None,
    lists: pd.DataFrame | None = None,
    *,
    columns: Sequence[str] | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """What a screening model may see of n applications: n × d, float64, in their order.

    By family (`family_of`): "application", the numbers of `applications` and `profiles`, and
    flags of 0 or 1 for their categories; "velocity", others' applications and their amounts in
    windows of 1, 7, 30 and 90 days by device, phone, address, account and partner; "graph", as
    `graph_features` has it; "purposes", what became of the money of earlier loans, from `traced`
    (`purposes.TRACED`; None: nothing is traced); "lists", the columns of `lists`, which has a row
    an application and names that begin with `list_`. Whatever was not known at an application's
    `event_time` has no say, nor have its own decision and label.

    `columns` are those that a model was trained on, and only their families are computed; None:
    all, without those of the application that are 0 or unknown throughout. With `threads` above 1
    pieces are computed side by side, with the same result.

    Raises BadInput for tables that lack columns, customers who apply twice, times that are no
    numbers, lists of another length or name, and `columns` that cannot be made.
    """
    applications = observed.applications
    names = _every_name(observed, lists) if columns is None else list(columns)
    block = _Block(names, len(applications))
    wanted = {family: [n for n in names if family_of(n) == family] for family in FAMILIES}
    each(lambda piece: piece(), _pieces(observed, traced, lists, wanted, block, threads), threads)
    missing = [name for name in names if name not in block.written]
    if missing:
        raise BadInput(f"No table that was given makes the column {missing[0]}; pass what does.")
    return pd.DataFrame(block.values.T, index=applications.index, columns=names, copy=False)


class _Block:
    """The table as it is written: a row a column, as trees read it fastest."""

    def __init__(self, names: list[str], rows: int) -> None:
        self.place = {name: k for k, name in enumerate(names)}
        if len(self.place) != len(names):
            raise BadInput("A column is asked for twice; name each once.")
        self.values = np.empty((len(names), rows))
        self.written: set[str] = set()

    def write(self, found: Iterable[tuple[str, Floats]]) -> None:
        """Those of the columns found that are asked for."""
        for name, values in found:
            if name in self.place:
                self.values[self.place[name]] = values
                self.written.add(name)


def _pieces(
    observed: Tables,
    traced: pd.DataFrame | None,
    lists: pd.DataFrame | None,
    wanted: dict[str, list[str]],
    block: _Block,
    threads: int,
) -> list[Callable[[], None]]:
    """Work that can be done side by side, the longest first."""
    applications = observed.applications

    def of_application() -> None:
        names = wanted["application"]
        block.write(application_columns(applications, observed.profiles, names))
        if lists is not None:
            names = _listed(lists, applications)
            block.write((name, lists[name].to_numpy(np.float64)) for name in names)

    def of_graph() -> None:
        if wanted["graph"] or wanted["purposes"]:
            block.write(_graph(observed, traced, wanted, threads))

    velocity = velocity_pieces(applications, observed.links) if wanted["velocity"] else []
    return [
        of_graph,
        of_application,
        *(lambda piece=piece: block.write(piece()) for piece in velocity),
    ]


def _every_name(observed: Tables, lists: pd.DataFrame | None) -> list[str]:
    applications = observed.applications
    return [
        *application_names(applications, observed.profiles),
        *VELOCITY,
        *graph_names(applications),
        *PURPOSES,
        *_listed(lists, applications),
    ]


def graph_names(applications: pd.DataFrame) -> list[str]:
    """Names of the graph columns; means are of the columns that applications have."""
    means = [f"neighbours_{name}" for name in OF_NEIGHBOURS if name in applications]
    return [*GRAPH, *means]


def _graph(
    observed: Tables,
    traced: pd.DataFrame | None,
    wanted: dict[str, list[str]],
    threads: int,
) -> Iterable[tuple[str, Floats]]:
    asked = asked_of(
        observed.applications, observed.links, observed.fraud_labels, observed.decisions, None,
        threads,
    )  # fmt: skip
    row, pair = asked.sightings.of_customers(asked.customer, asked.time)
    pairs = neighbours_of(asked, row, pair)
    if wanted["purposes"]:
        yield from purpose_columns(asked, pairs, Tracings.of(traced)).items()
    if wanted["graph"]:
        yield from graph_columns(asked, row, pair, pairs, threads).items()


def _listed(lists: pd.DataFrame | None, applications: pd.DataFrame) -> list[str]:
    if lists is None:
        return []
    if len(lists) != len(applications) or not lists.index.equals(applications.index):
        raise BadInput(
            f"lists has {len(lists)} rows for {len(applications)} applications, or another index; "
            "give a row an application, in their order."
        )
    names = [str(name) for name in lists.columns]
    wrong = [name for name in names if not name.startswith(LISTED)]
    if wrong:
        raise BadInput(f"lists has a column {wrong[0]!r}; names begin with {LISTED}.")
    return names
