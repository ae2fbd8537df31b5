"""Every verdict, in a file that is only added to.

A line a verdict, as JSON: application and time, decision, score, ids of rules and numbers of list
entries, codes of reasons, digests of model, rules, costs and features, the number of the lists'
last change, and what the budget said. Nothing personal: no identifier, no feature, no text of a
list entry; the features are there as a digest, which a replay has to meet. Each line carries the
digest of the line before it, so that a change in the middle is found when the log is read.

A line is written whole before the verdict is given out. It is not forced to the disk one by one,
which would take longer than the whole verdict: a crash of the service loses nothing, one of the
machine may lose the last lines. A line that was cut off is taken away when the log is opened anew.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sandbox.errors import BadInput
from sandbox.screening.budget import MUST, UNASKED, AlertBudget, lot_of
from sandbox.screening.verdict import Verdict, Versions

#: what the first line carries in place of a digest
_FIRST = "0" * 16


@dataclass(frozen=True)
class Recorded:
    """A verdict as the log has it."""

    application_id: int
    time: float
    decision: str
    score: float | None
    rules: tuple[str, ...]
    #: numbers of the entries hit
    entries: tuple[int, ...]
    #: codes of reasons, what decided first
    codes: tuple[str, ...]
    versions: Versions
    #: digest of the features
    features: str
    rank: float
    #: from which rank reviews were granted
    threshold: float
    alert_day: int | None

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """Of a verdict, without what is personal or a matter of the clock."""
        return cls(
            verdict.application_id,
            verdict.time,
            verdict.decision,
            verdict.score,
            verdict.rules,
            tuple(hit.entry_id for hit in verdict.lists),
            tuple(reason.code for reason in verdict.reasons),
            verdict.versions,
            verdict.features,
            verdict.rank,
            verdict.threshold,
            verdict.alert_day,
        )


class VerdictLog:
    """The log as it is written; opening it goes on where it ended.

    Raises BadInput when the file is no verdict log, or was changed.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._last = _FIRST
        whole = 0
        if self.path.exists():
            for line, digest in _lines(self.path):
                whole, self._last = whole + len(line), digest
            os.truncate(self.path, whole)
        self._file = self.path.open("ab", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, verdict: Verdict) -> None:
        """Add a verdict."""
        line = json.dumps({"before": self._last, **_plain(Recorded.of(verdict))}).encode() + b"\n"
        self._file.write(line)
        self._last = _digest(line)

    def close(self) -> None:
        """Bring it to the disk and close it; may be called twice."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()


def read_log(path: Path | str) -> list[Recorded]:
    """All verdicts of a log, in order; a last line that was cut off is left out.

    Raises BadInput, naming the line, when one is no verdict or does not follow from the one before.
    """
    return [_recorded(json.loads(line)) for line, _ in _lines(Path(path))]


def recalled(budget: AlertBudget, log: list[Recorded]) -> AlertBudget:
    """The budget after it has taken up what a log says was granted: for a service started anew."""
    for each in log:
        budget.recall(each.time, each.rank, lot_of(each.application_id), each.alert_day)
    return budget


def _lines(path: Path) -> Iterator[tuple[bytes, str]]:
    """Whole lines and their digests, checked against each other."""
    before = _FIRST
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                told = json.loads(line)["before"]
            except (ValueError, TypeError, KeyError):
                raise BadInput(f"Line {number} of {path.name} is no verdict.") from None
            if told != before:
                raise BadInput(
                    f"Line {number} of {path.name} does not follow from the line before it: the "
                    "log was changed."
                )
            before = _digest(line)
            yield line, before


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]


def _plain(record: Recorded) -> dict[str, Any]:
    plain = {**vars(record), "versions": vars(record.versions)}
    return {name: _told(value) for name, value in plain.items()}


def _told(value: Any) -> Any:
    """JSON has no infinity; a rank that is one is a word."""
    return {MUST: "must", UNASKED: "unasked"}.get(value, value) if type(value) is float else value


def _recorded(line: dict[str, Any]) -> Recorded:
    heard = {"must": MUST, "unasked": UNASKED}
    del line["before"]
    line["versions"] = Versions(**line["versions"])
    for name in ("rank", "threshold"):
        line[name] = heard.get(line[name], line[name])
    for name in ("rules", "entries", "codes"):
        line[name] = tuple(line[name])
    return Recorded(**line)
