"""What must never leave for a tracking server: tables of truth, and who is who.

Metrics under `truth/` are figures about a model and may be logged; a table, a feature or a
dataset column that holds the truth itself, or a latent trait, is refused before anything is sent.
Tables with outcomes row by row are left where they are, in the study's folder.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sandbox.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import CellResult

#: how names of truth begin in this project, in tables and in columns
FORBIDDEN = ("truth", "latent", "oracle", "traits", "ability", "willingness", "impatience")

#: columns that tie a row to a person or an account
PERSONAL = ("customer_id", "account_id", "person_id", "id_number", "phone", "email", "address")


def stays_here(table: "pd.DataFrame") -> bool:
    """Whether a table holds outcomes row by row: true fraud of a world, or a bank's accounts."""
    return "target" in table.columns


def refuse_confidential(result: "CellResult") -> None:
    """Raise BadInput naming the first table, column or feature that is truth or personal."""
    for title, table in result.tables.items():
        for name in map(str, table.columns):
            if name.lower() in PERSONAL:
                raise BadInput(
                    f"In table {title}, column `{name}` of {result.cell.run_name} tells who is "
                    "who and is not sent to the tracking store; leave the column out."
                )
    for place, names in _names(result):
        for name in names:
            if name.lower().lstrip("_").startswith(FORBIDDEN):
                raise BadInput(
                    f"{place} `{name}` of {result.cell.run_name} belongs to the truth and is not "
                    f"sent to the tracking store; leave out names that start with "
                    f"{', '.join(FORBIDDEN)} (figures go under metrics, as truth/...)."
                )


def _names(result: "CellResult") -> Iterator[tuple[str, Iterable[str]]]:
    yield "Table", result.tables
    for title, table in result.tables.items():
        yield f"In table {title}, column", map(str, table.columns)
    if result.attribution is not None:
        yield "Explained feature", map(str, result.attribution.features.columns)
    yield "Model input", result.inputs
    for dataset in result.datasets:
        yield f"In dataset {dataset.name}, column", (name for name, _ in dataset.columns)
