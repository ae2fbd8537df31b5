"""Applications from a CSV or JSON file, as the tables that screening reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.online import NEEDED
from sandbox.lists.entries import KINDS

#: columns of links, as the observed table has them
_LINKS = ("source_kind", "source_id", "target_kind", "target_id", "event_time", "known_at")
#: columns of the file whose values are numbers of things
_THINGS = {"device": "device_id", "phone": "phone_id", "address": "address_id",
           "account": "account_id"}  # fmt: skip


@dataclass(frozen=True)
class ApplicationsFile:
    """What a file held, in the shape of a world's observed tables; nothing is known beside it."""

    applications: pd.DataFrame
    profiles: pd.DataFrame
    links: pd.DataFrame
    fraud_labels: pd.DataFrame
    decisions: pd.DataFrame
    #: identifiers of lists beside the numbers of things, a column a kind; personal
    identifiers: pd.DataFrame
    #: rows that were refused, a sentence each, by their number in the file
    refused: tuple[str, ...]


def read_applications(path: Path | str) -> ApplicationsFile:
    """Read a file of applications: CSV with a header, or JSON as a list of objects.

    Needed columns are those of `OnlineFeatures` (customer_id, event_time in days, partner_id,
    device_id, address_id, phone_id, requested_amount and declared_income in RMB); account_id,
    further columns of the tables applications and profiles, and columns named as kinds of list
    entries (id_number, name, ...) are used where they are there. A row that lacks one of these or
    has a number that is none is refused and told; the others go on. BadInput when the file cannot
    be read, lacks a column, or no row is left.
    """
    source = Path(path)
    table = _read(source)
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise BadInput(
            f"{source.name} has no column {', '.join(missing)}; applications need "
            f"{', '.join(NEEDED)}."
        )
    numbers = table[list(NEEDED)].apply(pd.to_numeric, errors="coerce")
    numbers = numbers.where(np.isfinite(numbers))
    wrong = numbers.isna() | ((numbers["requested_amount"] <= 0).to_numpy()[:, None] & _amount())
    again = numbers["customer_id"].duplicated() & ~wrong.any(axis=1)
    refused = [_sentence(row, wrong.columns[bad].tolist()) for row, bad in _some(wrong)]
    refused += [f"Row {row + 2}: its customer_id stood before." for row in np.flatnonzero(again)]
    kept = ~(wrong.any(axis=1) | again).to_numpy()
    if not kept.any():
        raise BadInput(f"No row of {source.name} can be screened. {' '.join(refused[:3])}")
    good = table[kept].reset_index(drop=True)
    return _tables(good, numbers[kept].reset_index(drop=True), tuple(refused))


def _read(source: Path) -> pd.DataFrame:
    try:
        if source.suffix.lower() == ".json":
            # numbers of things have 19 digits, which floats have not
            return pd.read_json(source, dtype=False, precise_float=True)
        return pd.read_csv(source, dtype=str, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise BadInput(f"There is no file {source}; give a CSV or JSON of applications.") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInput(f"{source.name} cannot be read: {str(error).splitlines()[0]}") from None


def _tables(
    good: pd.DataFrame, numbers: pd.DataFrame, refused: tuple[str, ...]
) -> ApplicationsFile:
    kinds = [name for name in KINDS if name in good]
    applications = good.drop(columns=kinds)
    for name in applications.columns:
        told = pd.to_numeric(applications[name], errors="coerce")
        if told.notna().sum() == applications[name].notna().sum():
            applications[name] = told
    for name in NEEDED:
        is_id = name.endswith("_id")
        applications[name] = good[name].astype("int64") if is_id else numbers[name]
    time = applications["event_time"]
    links = [
        pd.DataFrame(
            dict(
                zip(_LINKS, ("customer", applications["customer_id"], kind, applications[column],
                             time, time), strict=True)
            )
        )
        for kind, column in _THINGS.items()
        if column in applications
    ]  # fmt: skip
    known = applications[["customer_id", "event_time"]].assign(known_at=time)
    identifiers = good[kinds].astype("string").assign(customer_id=applications["customer_id"])
    nobody = known[:0]
    return ApplicationsFile(
        applications,
        known,
        pd.concat(links, ignore_index=True).dropna(),
        nobody,
        nobody.assign(credit_limit=np.empty(0)),
        identifiers.set_index("customer_id"),
        refused,
    )


def _amount() -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.array([name == "requested_amount" for name in NEEDED])


def _some(wrong: pd.DataFrame) -> "list[tuple[int, np.ndarray[tuple[int], np.dtype[np.bool_]]]]":
    flags = wrong.to_numpy()
    return [(int(row), flags[row]) for row in np.flatnonzero(flags.any(axis=1))]


def _sentence(row: int, columns: list[str]) -> str:
    return f"Row {row + 2}: {', '.join(columns)} is missing or no number that can be."
