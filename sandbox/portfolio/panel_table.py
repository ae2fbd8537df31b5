"""A bank's table of cards as calibration reads it: the bank's own columns and codes, as numbers."""

from pathlib import Path

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.portfolio import columns, reading
from sandbox.portfolio.mapping import Feature, Mapping


def read_panel(path: Path, mapping: Mapping) -> pd.DataFrame:
    """Accounts with an outcome: the columns of the mapping's `panel`, and 0 or 1 as the target.

    Raises BadInput, one sentence: a mapping without `panel:`, a file that does not fit it, or
    the first cell that is missing or no number.
    """
    if mapping.panel is None:
        raise BadInput(
            f"{mapping.origin} has no panel:, which says which features are the limit and the "
            "monthly statuses, bills and payments; write one as in the mapping taiwan."
        )
    raw = reading.read(path, mapping)
    mapping.check_columns([str(c) for c in raw.cells.columns], raw.file)
    outcome = columns.target(raw, mapping.target)
    observed = ~np.isnan(outcome)
    table = {}
    for _, feature in mapping.panel.named():
        name = mapping.features[feature].column
        column = columns.Column(raw, name)
        column.refuse(
            column.missing & observed,
            lambda _: (
                "the cell is empty; a calibration needs a number in each: fill it in, or "
                "leave the account out"
            ),
        )
        table[name], _ = columns.feature(raw, Feature(column=name))
    table[mapping.target.column] = outcome
    return pd.DataFrame(table).loc[observed].reset_index(drop=True)
