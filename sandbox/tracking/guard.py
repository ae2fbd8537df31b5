"""What must never leave for a tracking server: tables of truth, and who is who.

Metrics under `truth/` are figures about a model and may be logged; a table, a feature or a
dataset column that holds the truth itself, or a latent trait, is refused before anything is sent.
Tables with a row a customer, and tables that hold figures beside the true ones, are left where
they are, in the study's folder.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sandbox.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import CellResult

#: how names of truth begin in this project, in tables and in columns
FORBIDDEN = ("truth", "latent", "oracle", "traits", "ability", "willingness", "impatience")

#: columns that tie a row to a person, an account or a device
PERSONAL = (
    *("customer_id", "account_id", "person_id", "application_id", "device_id", "subject_id"),
    *("id_number", "national_id", "passport", "card_number", "iban", "imei", "birth_date"),
    *("full_name", "first_name", "last_name", "phone", "phone_number", "email", "address"),
)

#: tables of a cell with a row a customer, by name; others are known by such a column
ROW_BY_ROW = ("scored", "decisions")
_OF_ROWS = ("target", "row", "account", "borrower")
#: how columns of the truth begin in a cell's own tables: groups' true figures beside the model's
_TRUE = ("true",)


def stays_here(title: str, table: "pd.DataFrame") -> bool:
    """Whether a table has a row a customer (outcomes, decisions, reasons), or is of the truth."""
    names = [str(name) for name in table.columns]
    true = any(name.lower().startswith(_TRUE) for name in names)
    return true or title in ROW_BY_ROW or any(name in names for name in _OF_ROWS)


def refuse_confidential(
    result: "CellResult", more: "Mapping[str, pd.DataFrame] | None" = None
) -> None:
    """Raise BadInput naming the first table, column or feature that is truth or personal.

    `more`: tables that are made of the result when it is logged.
    """
    for title, table in (*result.tables.items(), *(more or {}).items()):
        refuse_table(title, table, result.cell.run_name)
    for place, names in _names(result):
        for name in names:
            if _is_truth(name):
                raise _of_truth(place, name, result.cell.run_name)


def refuse_table(title: str, table: "pd.DataFrame", run_name: str) -> None:
    """BadInput when a table, by its title or a column, is truth or tells who is who."""
    names = [str(name) for name in table.columns]
    for name in names:
        if name.lower() in PERSONAL:
            raise BadInput(
                f"In table {title}, column `{name}` of {run_name} tells who is "
                "who and is not sent to the tracking store; leave the column out."
            )
    for place, each in [("Table", title), *((f"In table {title}, column", n) for n in names)]:
        if _is_truth(each):
            raise _of_truth(place, each, run_name)


def _is_truth(name: str) -> bool:
    return name.lower().lstrip("_").startswith(FORBIDDEN)


def _of_truth(place: str, name: str, run_name: str) -> BadInput:
    return BadInput(
        f"{place} `{name}` of {run_name} belongs to the truth and is not "
        f"sent to the tracking store; leave out names that start with "
        f"{', '.join(FORBIDDEN)} (figures go under metrics, as truth/...)."
    )


def _names(result: "CellResult") -> Iterator[tuple[str, Iterable[str]]]:
    if result.attribution is not None:
        yield "Explained feature", map(str, result.attribution.features.columns)
    yield "Model input", result.inputs
    for dataset in result.datasets:
        yield f"In dataset {dataset.name}, column", (name for name, _ in dataset.columns)
