"""`risk-sandbox fidelity --portfolio`: cards calibrated to a bank's own, and how close they are."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from data_generators import World
    from data_generators.calibration import PanelMapping
    from data_generators.fidelity.calibrated import Resemblance
    from data_generators.scenarios import Scenario
    from sandbox.portfolio import Mapping

#: share of the accounts that the fit sees
FIT_SHARE = 0.6


def held_against(
    file: Path, mapping: str, scenario: "Scenario", customers: int | None, seed: int
) -> "tuple[World, Resemblance]":
    """A world calibrated to 60% of the accounts, beside the rest of them.

    The world has as many accounts as the table unless `customers` says otherwise; `seed` is of
    the split and of the world.
    """
    from data_generators import World
    from data_generators.calibration.fidelity_to_table import split
    from data_generators.calibration.panel import LEAST_ACCOUNTS
    from data_generators.fidelity.calibrated import resemblance
    from sandbox.portfolio import Mapping
    from sandbox.portfolio.panel_table import read_panel

    said = Mapping.from_file(mapping)
    table = read_panel(file, said)
    if min(FIT_SHARE, 1 - FIT_SHARE) * len(table) < LEAST_ACCOUNTS:
        least = round(LEAST_ACCOUNTS / min(FIT_SHARE, 1 - FIT_SHARE))
        raise BadInput(
            f"{file} has {len(table):,} accounts with an outcome; a calibration and its check need "
            f"{least:,} or more."
        )
    is_watched = sys.stderr.isatty()
    roles = roles_of(said)
    train, held_out = split(table[list(roles.columns)], FIT_SHARE, seed)
    calibrated = scenario.calibrated_to(train, roles, progress=is_watched)
    world = World(calibrated, customers or len(table), len(roles.bills), seed)
    return world, resemblance(world, train, held_out, progress=is_watched)


def roles_of(mapping: "Mapping") -> "PanelMapping":
    """The bank's columns by role; the mapping has a `panel`."""
    from data_generators.calibration import PanelMapping

    panel = mapping.panel
    if panel is None:
        raise BadInput(f"{mapping.origin} has no panel:; write one as in the mapping taiwan.")

    def column(feature: str | None) -> str | None:
        return None if feature is None else mapping.features[feature].column

    def every(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(mapping.features[name].column for name in names)

    return PanelMapping(
        limit=mapping.features[panel.limit].column,
        statuses=every(panel.statuses),
        bills=every(panel.bills),
        payments=every(panel.payments),
        target=mapping.target.column,
        age=column(panel.age),
        sex=column(panel.sex),
        education=column(panel.education),
        marriage=column(panel.marriage),
    )


def title(world: "World", file: Path) -> str:
    """What was calibrated to what."""
    return (
        f"{world.scenario.title} of {file.name}: {world.customers:,} accounts, "
        f"{world.months} statements, seed {world.seed}"
    )


def print_more(found: "Resemblance") -> None:
    """What stands behind the three gates: by model, by column and by quantile."""
    for table, heading in (
        (found.learned, "Boosted trees on accounts held out"),
        (found.given_away, "What gives simulated rows away, most first"),
        (found.nearest, "Distance to the closest training row"),
    ):
        print_frame(table, heading)


def print_frame(table: "pd.DataFrame", heading: str) -> None:
    """A table of words and numbers, three digits each."""
    from sandbox.cli.tables import print_table

    rows = [
        [f"{cell:.3f}" if isinstance(cell, float) else cell for cell in row]
        for row in table.itertuples(index=False)
    ]
    headings = [str(name).replace("_", " ") for name in table]
    figures = sum(kind.kind in "fi" for kind in table.dtypes)
    print_table(headings, rows, heading, figures)
