"""Applications from a CSV or JSON file, as the tables that screening reads."""

import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
#: a whole number as people and spreadsheets write it
_WHOLE = re.compile(r"([+-]?\d{1,20})(\.0*)?")


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
    things = _things(table)
    wrong = numbers.isna()
    wrong["requested_amount"] |= numbers["requested_amount"] <= 0
    for name, column in things.items():
        # an account may be missing; whatever is there is a number
        wrong[name] = column.isna() & (table[name].notna() | (name in NEEDED))
    again = things["customer_id"].duplicated() & ~wrong.any(axis=1)
    refused = [_sentence(row, wrong.columns[bad].tolist()) for row, bad in _some(wrong)]
    refused += [f"Row {row + 2}: its customer_id stood before." for row in np.flatnonzero(again)]
    kept = ~(wrong.any(axis=1) | again).to_numpy()
    if not kept.any():
        raise BadInput(f"No row of {source.name} can be screened. {' '.join(refused[:3])}")
    good, numbers, things = (each[kept].reset_index(drop=True) for each in (table, numbers, things))
    return _tables(good, numbers, things, tuple(refused))


def _things(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers of things, to the last digit: floats have 15, these have 19."""
    names = [name for name in (*NEEDED, _THINGS["account"]) if name.endswith("_id")]
    columns = {name: [_whole(told) for told in table[name]] for name in names if name in table}
    return pd.DataFrame(columns, index=table.index, dtype=object)


def _whole(told: Any) -> int | None:
    """A whole number of 64 bits, or None."""
    written = _WHOLE.fullmatch(str(told).strip())
    number = int(written[1]) if written else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _read(source: Path) -> pd.DataFrame:
    try:
        if source.suffix.lower() == ".json":
            return _of_objects(json.loads(source.read_text(encoding="utf-8-sig")))
        with warnings.catch_warnings():
            # cells beyond the header are not left out in silence, nor do they shift the others
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                source, dtype=str, keep_default_na=False, na_values=[""], index_col=False
            )
    except FileNotFoundError:
        raise BadInput(f"There is no file {source}; give a CSV or JSON of applications.") from None
    except pd.errors.ParserWarning:
        raise BadInput(
            f"{source.name} cannot be read: its rows have more cells than its header has columns; "
            "correct them, a cell with a comma stands in double quotes."
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInput(f"{source.name} cannot be read: {str(error).splitlines()[0]}") from None


def _of_objects(told: Any) -> pd.DataFrame:
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise ValueError("it is no list of objects, one an application.")
    return pd.DataFrame(told, dtype=object)


def _tables(
    good: pd.DataFrame, numbers: pd.DataFrame, things: pd.DataFrame, refused: tuple[str, ...]
) -> ApplicationsFile:
    kinds = [name for name in KINDS if name in good]
    applications = good.drop(columns=kinds)
    for name in applications.columns:
        told = pd.to_numeric(applications[name], errors="coerce")
        if told.notna().sum() == applications[name].notna().sum():
            applications[name] = told
    for name in NEEDED:
        is_id = name.endswith("_id")
        applications[name] = things[name].astype("int64") if is_id else numbers[name]
    time = applications["event_time"]
    links = []
    for kind, column in _THINGS.items():
        if column not in things:
            continue
        there = things[column].notna()
        who, when = applications.loc[there, "customer_id"], time[there]
        target = things.loc[there, column].astype("int64")
        cells = ("customer", who, kind, target, when, when)
        links.append(pd.DataFrame(dict(zip(_LINKS, cells, strict=True))))
    known = applications[["customer_id", "event_time"]].assign(known_at=time)
    identifiers = good[kinds].astype("string").assign(customer_id=applications["customer_id"])
    nobody = known[:0]
    return ApplicationsFile(
        applications,
        known,
        pd.concat(links, ignore_index=True),
        nobody,
        nobody.assign(credit_limit=np.empty(0)),
        identifiers.set_index("customer_id"),
        refused,
    )


def _some(wrong: pd.DataFrame) -> "list[tuple[int, np.ndarray[tuple[int], np.dtype[np.bool_]]]]":
    flags = wrong.to_numpy()
    return [(int(row), flags[row]) for row in np.flatnonzero(flags.any(axis=1))]


def _sentence(row: int, columns: list[str]) -> str:
    return f"Row {row + 2}: {', '.join(columns)} is missing or no number that can be."
