"""A bank's portfolio: observed features and outcomes of accounts, and its own scores if any."""

import hashlib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.portfolio import columns, dates, reading
from sandbox.portfolio.mapping import Feature, Mapping

if TYPE_CHECKING:
    from sandbox.portfolio.account_months import AccountMonths

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Portfolio:
    """n accounts of a bank. There is no truth here: what did not happen is not known."""

    #: as it stands in studies and reports: "taiwan cards"
    name: str
    #: ISO 4217 code of all amounts
    currency: str
    #: n × d float64, NaN where missing; categories are codes, see `levels`
    features: pd.DataFrame
    #: n outcomes: 1 default, 0 none, NaN not observed
    target: Vector
    #: n probabilities of default that the bank gave, NaN where it gave none
    scores: Vector | None
    #: n × m attributes kept out of models, for tests of fairness; coded like the features
    monitored: pd.DataFrame
    #: n account identifiers: accounts are split by them, and nothing else uses them
    accounts: NDArray[Any] = field(repr=False)
    #: names behind the codes: code 1 of a column is levels[column][1]
    levels: Dictionary[str, tuple[str, ...]] = field(default_factory=dict)
    #: features whose codes have no order
    categories: tuple[str, ...] = ()
    #: the definition of default and its window, in words
    meaning: str = ""
    horizon: str = ""
    #: the bank's name of the target's column; where the table comes from, and its licence
    target_column: str = ""
    source: str = ""
    licence: str = ""
    #: n months of decision, "2026-03", "" where not known; None: not given
    months: NDArray[Any] | None = None
    #: n limits granted, NaN where not known; None: not given
    limits: Vector | None = None
    #: the bank's account-months; None: not given
    book: "AccountMonths | None" = None

    @classmethod
    def from_file(cls, path: Path | str, mapping: Mapping | Path | str) -> Self:
        """Read a CSV (.csv, .csv.gz) or Parquet file through a mapping.

        `mapping` is a `Mapping`, its YAML file, or the name of one that comes along ("taiwan").
        Raises BadInput, one sentence with the column, the row of the file and the value.
        """
        if not isinstance(mapping, Mapping):
            mapping = Mapping.from_file(mapping)
        raw = reading.read(Path(path), mapping)
        mapping.check_columns([str(c) for c in raw.cells.columns], raw.file)
        levels: dict[str, tuple[str, ...]] = {}
        modelled = {n: f for n, f in mapping.features.items() if f.use == "model"}
        watched = {n: f for n, f in mapping.features.items() if f.use == "monitor"}
        if not modelled and mapping.score is None:
            raise BadInput(
                f"{path}: the mapping leaves no feature to models (all are use: monitor)."
            )
        target = columns.target(raw, mapping.target)
        scores = None if mapping.score is None else columns.score(raw, mapping.score)
        if scores is not None:
            _refuse_unscored(raw, scores, target, str(mapping.score))
        return cls(
            name=mapping.name,
            currency=mapping.currency,
            features=_table(raw, modelled, levels),
            target=target,
            scores=scores,
            monitored=_table(raw, watched, levels),
            accounts=_accounts(raw, mapping.id),
            levels=levels,
            categories=tuple(n for n, f in modelled.items() if f.kind == "category"),
            meaning=mapping.target.meaning,
            horizon=mapping.target.horizon,
            target_column=mapping.target.column,
            source=mapping.source,
            licence=mapping.licence,
            months=None if mapping.date is None else dates.months(raw, mapping.date),
            limits=None
            if mapping.limit is None
            else columns.feature(raw, Feature(column=mapping.limit))[0],
        )

    def __len__(self) -> int:
        return len(self.target)

    @property
    def labels(self) -> pd.DataFrame:
        """n × 1: the column `target`, as models learn from it."""
        return pd.DataFrame({"target": self.target})

    @property
    def digest(self) -> str:
        """Hex digest over names, columns, values and account identifiers."""
        total = hashlib.sha256(
            f"{self.name}|{self.currency}|{sorted(self.levels.items())}".encode()
        )
        for table in (self.features, self.monitored):
            total.update("|".join(table.columns).encode())
            total.update(np.ascontiguousarray(table.to_numpy(dtype=np.float64)).tobytes())
        total.update(self.target.tobytes())
        total.update(b"" if self.scores is None else self.scores.tobytes())
        total.update(_hashed(self.accounts, "digest").tobytes())
        if self.months is not None:
            total.update("|".join(self.months).encode())
        if self.limits is not None:
            total.update(self.limits.tobytes())
        if self.book is not None:
            total.update(self.book.digest.encode())
        return total.hexdigest()[:32]

    def split(
        self, seed: int, test_share: float = 0.3
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of the accounts to train on and to test on, both increasing.

        An account's side is a function of the seed and its identifier alone, so it stays on
        that side in a longer file, in another order, or with other columns. The share in the
        test is therefore near `test_share`, not exactly it.
        """
        if not 0 < test_share < 1:
            raise BadInput(f"test_share={test_share} is not between 0 and 1, such as 0.3.")
        in_test = _hashed(self.accounts, f"split {seed}") < int(test_share * 2**64)
        train, test = np.flatnonzero(~in_test), np.flatnonzero(in_test)
        for side, name in ((train, "training"), (test, "test")):
            if len({*self.target[side][~np.isnan(self.target[side])]}) < 2:
                raise BadInput(
                    f"{self.name} has too few accounts ({len(self):,}): the {name} part of "
                    f"seed {seed} has outcomes of one class only; use more accounts."
                )
        return train, test


def _table(
    raw: reading.RawTable, said: Dictionary[str, Feature], levels: dict[str, tuple[str, ...]]
) -> pd.DataFrame:
    values = {}
    for name, feature in said.items():
        values[name], names = columns.feature(raw, feature)
        if names:
            levels[name] = names
    return pd.DataFrame(values, index=range(len(raw.cells)), dtype=np.float64)


def _accounts(raw: reading.RawTable, column: str | None) -> NDArray[Any]:
    """Identifiers as text; the row numbers of the file where the bank gives none."""
    if column is None:
        return np.array([str(raw.row(i)) for i in range(len(raw.cells))], dtype=object)
    cells = raw.cells[column]
    if cells.isna().any():
        first = int(cells.isna().to_numpy().argmax())
        raise BadInput(f"Column {column!r} of {raw.file}, row {raw.row(first)}: the id is missing.")
    ids = cells.astype("str").to_numpy(dtype=object)
    again = pd.Series(ids).duplicated().to_numpy()
    if again.any():
        second = int(again.argmax())
        first = int((ids == ids[second]).argmax())
        raise BadInput(
            f"Column {column!r} of {raw.file} holds {ids[second]!r} in rows {raw.row(first)} and "
            f"{raw.row(second)} ({int(again.sum()):,} repeated ids in all); one row an account is "
            "needed."
        )
    return ids


def _refuse_unscored(raw: reading.RawTable, scores: Vector, target: Vector, column: str) -> None:
    bare = np.isnan(scores) & ~np.isnan(target)
    if bare.any():
        raise BadInput(
            f"Column {column!r} of {raw.file}, row {raw.row(int(bare.argmax()))}: an account with "
            f"an outcome has no score ({int(bare.sum()):,} such rows); give one to each or leave "
            "these rows out."
        )


def _hashed(ids: NDArray[Any], key: str) -> NDArray[np.uint64]:
    """A keyed 64-bit hash of each identifier (SipHash), near uniform."""
    sixteen = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    return pd.util.hash_array(ids, hash_key=sixteen, categorize=False)
