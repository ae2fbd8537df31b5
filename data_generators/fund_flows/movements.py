"""A batch of transfers of one block, before it is put in order and written down."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data_generators.errors import Defect
from data_generators.streams import Floats, Ints

#: kinds of transfers, by code
KINDS = ("salary", "spending", "bill", "rent", "withdrawal", "deposit", "transfer",
         "disbursement", "repayment", "refund", "supplier", "sale", "wages")  # fmt: skip
#: how they are ordered, by code
CHANNELS = ("app", "card", "branch", "standing_order", "terminal")
#: what the payer wrote, by code
REFERENCES = ("none", "family", "goods", "rent", "wages", "loan", "investment", "other")
#: where a loan's money really goes, by code; truth
USES = ("", "purpose", "spending", "bills", "rent", "family", "other_debt", "cash", "broker",
        "property", "cash_out", "kickback", "passed_on")  # fmt: skip
#: in a column of positions: nobody
NOBODY = -1
#: what a movement has unless it is said
_DEFAULTS = {"reference": 0, "device": NOBODY, "loan": NOBODY, "typology": 0, "case": NOBODY,
             "hop": 0, "look_alike": 0, "use": 0}  # fmt: skip

Codes = NDArray[np.int8]


@dataclasses.dataclass(frozen=True)
class Movements:
    """Transfers in no order, one entry each; money leaves `source` and arrives in `target`."""

    #: days since the scenario's first day
    time: Floats
    #: number of the account that pays, and of the one that is paid, as in `accounts`
    source: Ints
    target: Ints
    #: whole cents, above 0
    amount: Floats
    #: position in `KINDS`
    kind: Codes
    #: position in `CHANNELS`
    channel: Codes
    #: position in `REFERENCES`
    reference: Codes
    #: position in the block of the customer whose device orders it, -1 where not by app
    device: Ints
    #: position of the customer whose loan it pays out or back, -1 for none
    loan: Ints
    #: 0 for none, else 1 + position in the catalogue of typologies of transfers
    typology: Codes
    #: number of the case within its typology and block, -1 for none
    case: Ints
    #: hop within the case, from 0
    hop: NDArray[np.int16]
    #: 0 for none, else as `typology`: an honest pattern that looks like one
    look_alike: Codes
    #: position in `USES`
    use: Codes

    def __post_init__(self) -> None:
        odd = {name: len(v) for name, v in vars(self).items() if len(v) != len(self.time)}
        if odd:
            raise Defect(f"Movements are {len(self.time):,}, but there are {odd}.")

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(
        cls, *, time: Floats, source: Ints, target: Ints, amount: Floats, kind: str | Codes,
        channel: str | Codes, reference: str | Codes = "none", **others: Any,
    ) -> Self:  # fmt: skip
        """Movements with one word for all or codes for each, and single values spread to all.

        >>> one = Movements.of(time=np.array([1.5]), source=np.array([3]), target=np.array([9]),
        ...     amount=np.array([2_000.0]), kind="transfer", channel="app", device=np.array([3]))
        >>> one.hop.tolist(), one.device.tolist(), one.kind.tolist()
        ([0], [3], [6])
        """
        size = len(time)
        coded = {
            "kind": _code(kind, KINDS),
            "channel": _code(channel, CHANNELS),
            "reference": _code(reference, REFERENCES),
        }
        if unknown := set(others) - set(_DEFAULTS):
            raise Defect(f"Movements have no {', '.join(sorted(unknown))}.")
        given = {"time": time, "source": source, "target": target, "amount": amount}
        columns = {}
        for field in dataclasses.fields(cls):
            value = {**_DEFAULTS, **others, **given, **coded}[field.name]
            spread = np.broadcast_to(value, size)
            columns[field.name] = spread.astype(_DTYPES[field.name], copy=False)
        return cls(**columns)

    @classmethod
    def none(cls) -> Self:
        """No movement at all."""
        return cls(**{name: np.zeros(0, dtype=kind) for name, kind in _DTYPES.items()})

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Several batches as one, the first on top."""
        if not parts:
            return cls.none()
        names = _DTYPES
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})

    def take(self, rows: NDArray[Any]) -> Self:
        """Some of them, by position or flag."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return type(self)(**{name: values.take(places) for name, values in vars(self).items()})

    def replace(self, **changes: Any) -> Self:
        """The same with some columns changed, single values spread to all."""
        spread = {
            name: np.broadcast_to(value, len(self)).astype(_DTYPES[name])
            for name, value in changes.items()
        }
        return dataclasses.replace(self, **spread)


_DTYPES: dict[str, type[np.generic]] = {
    "time": np.float64, "source": np.int64, "target": np.int64, "amount": np.float64,
    "kind": np.int8, "channel": np.int8, "reference": np.int8, "device": np.int64,
    "loan": np.int64, "typology": np.int8, "case": np.int64, "hop": np.int16,
    "look_alike": np.int8, "use": np.int8,
}  # fmt: skip


def _code(word: str | Codes, words: tuple[str, ...]) -> Any:
    return words.index(word) if isinstance(word, str) else word
