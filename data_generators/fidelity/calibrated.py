"""A calibrated portfolio of cards beside the bank's own accounts that its fit has not seen.

Accounts held out stand for the bank's own. Three gates are asked of every calibration; the
published figures of cards are gates where the table is the one that they were measured on.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from data_generators.calibration import PanelMapping
from data_generators.calibration.card_worlds import cards_of
from data_generators.calibration.fidelity_to_table import (
    discriminate,
    nearest_rows,
    train_synthetic_test_real,
)
from data_generators.fidelity.applicability import Setting
from data_generators.fidelity.cards import CardColumns, measured_on_cards
from data_generators.fidelity.comparison import Line, Standing, compare
from data_generators.fidelity.figures import Figure
from data_generators.fidelity.reading import Reading

if TYPE_CHECKING:
    from data_generators.world import World

#: AUC on real accounts of a model that learned from simulated ones, share of one that learned
#: from real ones: at least this
LEAST_LEARNED = 0.95
#: AUC of telling simulated from real rows: under this
MOST_TOLD = 0.80


@dataclass(frozen=True)
class Resemblance:
    """How closely a calibrated world meets accounts that its fit has not seen."""

    #: published figures of cards, then the three gates
    lines: tuple[Line, ...]
    #: boosted trees judged on held-out accounts: `trained_on`, `auc`, `of_real`
    learned: pd.DataFrame
    #: a row a column, what gives rows away first: `column`, `auc_alone`, `fall_when_shuffled`
    given_away: pd.DataFrame
    #: distances to the closest training row: `quantile`, `held_out`, `simulated`, `ratio`
    nearest: pd.DataFrame


def resemblance(
    world: "World", train: pd.DataFrame, held_out: pd.DataFrame, *, progress: bool = False
) -> Resemblance:
    """Hold a calibrated `world` against accounts `held_out` from its fit on `train`.

    About 30 seconds for 30,000 accounts. Raises InvalidInput for a world that is not calibrated.
    """
    from tqdm.auto import tqdm

    mapping = cards_of(world).mapping
    simulated = world.portfolio(progress=False)
    with tqdm(total=3, desc="fidelity", disable=not progress, leave=False) as bar:
        learned = train_synthetic_test_real(held_out, simulated, mapping)
        bar.update()
        told = discriminate(held_out, simulated, mapping)
        bar.update()
        nearest = nearest_rows(train, held_out, simulated.iloc[: len(held_out)], mapping)
        nearest["ratio"] = nearest["simulated"] / nearest["held_out"]
        bar.update()
    found = {
        "calibration.learned": float(learned["of_real"][1]),
        "calibration.told_apart": told.auc,
        "calibration.not_copied": float(nearest["ratio"].min()),
    }
    gates = [_gate(figure, found[figure.id]) for figure in GATES]
    lines = (*_published(world, held_out, simulated), *gates)
    return Resemblance(lines, learned, told.columns, nearest)


def _published(world: "World", held_out: pd.DataFrame, simulated: pd.DataFrame) -> list[Line]:
    """The figures of cards; no gates where they were published of another table."""
    mapping = cards_of(world).mapping
    columns = CardColumns.of(mapping)
    own, held = measured_on_cards(simulated, columns), measured_on_cards(held_out, columns)
    readings = {
        name: Reading(value, f"{held[name]:.3f} on accounts held out")
        for name, value in own.items()
    }
    lines = compare(Setting(world.scenario, calibrated=True), readings)
    is_of_them = mapping == PanelMapping.taiwan()
    return [
        line if is_of_them else _another_table(line) for line in lines if line.figure.id in readings
    ]


def _another_table(line: Line) -> Line:
    """A figure that was published of other cards: printed side by side."""
    beside = replace(line.figure, gate=False, band=None)
    return replace(line, figure=beside, standing=Standing.BESIDE)


def _gate(figure: Figure, value: float) -> Line:
    return Line(figure, value, Standing.INSIDE if figure.holds(value) else Standing.OUTSIDE, "")


def _asked(
    name: str, quantity: str, value: float, band: tuple[float, float], evidence: str
) -> Figure:
    return Figure(
        id=f"calibration.{name}",
        quantity=quantity,
        value=value,
        band=band,
        unit="ratio",
        population="accounts that the fit has not seen",
        source="what is asked of every calibration",
        evidence=evidence,
        gate=True,
        applies_to="calibrated cards",
    )


#: what is asked of every calibration; a band without an upper end is open
GATES = (
    _asked(
        "learned",
        "AUC on held-out accounts, learned from simulated accounts, share of learned from real",
        LEAST_LEARNED,
        (LEAST_LEARNED, float("inf")),
        "boosted trees of depth 4; real on real is five-fold",
    ),
    _asked(
        "told_apart",
        "AUC of telling simulated from held-out rows, all columns",
        MOST_TOLD,
        (0.0, MOST_TOLD),
        "boosted trees of depth 4, five-fold",
    ),
    _asked(
        "not_copied",
        "distance to the closest training row, simulated over held-out, least of its quantiles",
        1.0,
        (1.0, float("inf")),
        "money as logarithms, every column over its standard deviation",
    ),
)
