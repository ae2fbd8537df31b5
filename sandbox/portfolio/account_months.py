"""A bank's file of account-months: read, checked and shown by its own definitions.

    months = AccountMonths.from_file(Path("months.csv"))

A row an account and month. Columns go by the names of `AccountPanel`, or by a small YAML file:

    columns: {account: ACCT_NO, month: PERIOD, dpd: DAYS_LATE, balance: BAL, vintage: OPENED}
    encoding: gb18030
"""

import hashlib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pydantic

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.portfolio import dates, mistakes, reading
from sandbox.portfolio.by_columns import NO_CURRENCY
from sandbox.portfolio.mapping import Feature, Mapping, Target
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.panel import NEEDED, OPTIONAL, AccountPanel
from sandbox.validation.portfolio_pack.tables import cell_tables

#: columns that are months, and those that are flags
_MONTHS = ("month", "vintage", "followed_until")
_FLAGS = ("retail", "credit_impaired", "sicr")
#: columns that hold ids
_IDS = ("account", "borrower")
#: whole numbers up to this count months; larger ones are dates such as 202403
_COUNTED = 99_999


class PanelColumns(pydantic.BaseModel):
    """Which of a bank's columns is what; columns left out go by our names."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    #: our name -> the bank's
    columns: dict[str, str] = pydantic.Field(default_factory=dict)
    #: of a CSV file
    encoding: str = "utf-8"
    separator: str = pydantic.Field(default=",", min_length=1, max_length=1)

    @pydantic.field_validator("columns")
    @classmethod
    def _known(cls, given: dict[str, str]) -> dict[str, str]:
        known = (*NEEDED, *OPTIONAL)
        for name in given:
            if name not in known:
                raise ValueError(
                    f"there is no column {name!r} of ours; ours are {', '.join(known)}"
                )
        return given

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the YAML; BadInput with the file, the line and the mistake."""
        located = located_yaml.read(path, "The panel mapping")
        return located_yaml.checked(cls, located, str(path))


@dataclass(frozen=True, eq=False)
class AccountMonths:
    """Account-months with the definitions that they are read by."""

    panel: AccountPanel
    definitions: Definitions
    #: the month behind each number, "2026-03"; empty where the file counts months
    labels: Dictionary[int, str]

    @classmethod
    def from_file(
        cls,
        path: Path,
        columns: PanelColumns | None = None,
        definitions: Definitions | None = None,
    ) -> Self:
        """Read .csv, .csv.gz or .parquet; months are dates, `2026-03`, `202603` or counts from 0.

        Raises BadInput, one sentence: a column that is missing, a figure below 0 or that is none,
        an account with one month twice, a month after which the account began.
        """
        said = columns or PanelColumns()
        bank = {name: said.columns.get(name, name) for name in (*NEEDED, *OPTIONAL)}
        raw = reading.read(path, _reader(said, bank))
        there = [str(c) for c in raw.cells.columns]
        _refuse_missing(raw.file, bank, there, said)
        table: dict[str, Any] = {}
        labels: dict[int, str] = {}
        for name in (n for n in bank if bank[n] in there):
            if name in _MONTHS:
                table[name], found = _months(raw, bank[name])
                labels |= found
            else:
                table[name] = _cells(raw, name, bank[name])
        _refuse_twice(raw, table, labels)
        try:
            panel = AccountPanel.of(pd.DataFrame(table))
        except BadInput as error:
            raise BadInput(f"{raw.file}: {error}") from error
        return cls(panel, definitions or Definitions.built_in(), labels)

    @property
    def data(self) -> PortfolioData:
        """What the portfolio pack takes."""
        return PortfolioData(panel=self.panel)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Exhibits under their names in a cell, months as the bank writes them."""
        return {n: self._dated(t) for n, t in cell_tables(self.data, self.definitions).items()}

    @property
    def digest(self) -> str:
        """Hex digest over the account-months and the definitions."""
        total = hashlib.sha256(self.definitions.digest.encode())
        total.update("|".join(self.panel.rows.columns).encode())
        total.update(pd.util.hash_pandas_object(self.panel.rows, index=False).to_numpy().tobytes())
        return total.hexdigest()[:32]

    def _dated(self, table: pd.DataFrame) -> pd.DataFrame:
        shown = table.copy()
        texts = {str(k): v for k, v in self.labels.items()}
        for name in ("month", "vintage"):
            if self.labels and name in shown:
                said = shown[name].astype(str)
                shown[name] = said.map(texts).fillna(said)
        return shown


def _reader(said: PanelColumns, bank: Dictionary[str, str]) -> Mapping:
    """What the reader of files asks for: how a CSV is written, and which column is text."""
    return Mapping(
        name="account-months",
        currency=NO_CURRENCY,
        target=Target(column=bank["dpd"]),
        id=bank["account"],
        features={"balance": Feature(column=bank["balance"])},
        encoding=said.encoding,
        separator=said.separator,
    )


def _refuse_missing(
    file: str, bank: Dictionary[str, str], there: list[str], said: PanelColumns
) -> None:
    """BadInput where a column that is needed, or that the YAML names, is not in the file."""
    for name, column in bank.items():
        if column not in there and (name in NEEDED or name in said.columns):
            raise BadInput(
                f"{file} has no column {column!r}{mistakes.nearest(column, there)}; account-months "
                f"need {', '.join(NEEDED)}: name the bank's own columns in a --panel-mapping."
            )


def _refuse_twice(
    raw: reading.RawTable, table: Dictionary[str, Any], labels: Dictionary[int, str]
) -> None:
    """BadInput where an account has two rows of one month, with the rows of the file."""
    keys = pd.DataFrame({name: table[name] for name in ("account", "month")})
    again = keys.duplicated().to_numpy()
    if again.any():
        second = int(again.argmax())
        account, month = keys.iloc[second]
        first = int((keys == keys.iloc[second]).all(axis=1).to_numpy().argmax())
        raise BadInput(
            f"{raw.file}: account {account} has month {labels.get(month, month)} in rows "
            f"{raw.row(first)} and {raw.row(second)} ({int(again.sum()):,} such rows in all); give "
            "one row an account and month."
        )


def _months(raw: reading.RawTable, column: str) -> tuple[Any, dict[int, str]]:
    """Months as whole numbers, and the labels of those that were dates."""
    cells = raw.cells[column]
    if cells.isna().any():
        row = raw.row(int(cells.isna().to_numpy().argmax()))
        raise BadInput(f"Column {column!r} of {raw.file}, row {row}: the month is missing.")
    numbers = pd.to_numeric(cells, errors="coerce") if cells.dtype.kind in "iuf" else None
    if numbers is not None and (numbers.abs() <= _COUNTED).all() and (numbers % 1 == 0).all():
        return numbers.to_numpy().astype(np.int64), {}
    said = pd.Series(dates.months(raw, column)).astype(str)
    counted = said.str[:4].astype(np.int64) * 12 + said.str[5:7].astype(np.int64) - 1
    return counted.to_numpy(), dict(zip(counted.tolist(), said.tolist(), strict=True))


def _cells(raw: reading.RawTable, name: str, column: str) -> Any:
    """Ids as text, flags as flags, all else as numbers from 0."""
    cells = raw.cells[column]
    if name in _IDS:
        return cells.where(cells.isna(), cells.astype("str")).to_numpy(dtype=object)
    numbers = pd.to_numeric(cells, errors="coerce")
    if name in _FLAGS:
        flags = (
            cells.astype("str")
            .str.lower()
            .map({"true": 1, "false": 0, "1": 1, "0": 0, "1.0": 1, "0.0": 0})
        )
        numbers = flags
    wrong = ~(np.isfinite(numbers.to_numpy(dtype=float)) & (numbers.to_numpy(dtype=float) >= 0))
    if wrong.any():
        first = int(wrong.argmax())
        asked = (
            "1 or 0" if name in _FLAGS else "days from 0" if name == "dpd" else "a number from 0"
        )
        raise BadInput(
            f"Column {column!r} of {raw.file}, row {raw.row(first)} ({int(wrong.sum()):,} such "
            f"rows): {cells.iloc[first]!s} stands where {name} is; give {asked}."
        )
    return numbers.to_numpy(dtype=bool) if name in _FLAGS else numbers.to_numpy(dtype=float)
