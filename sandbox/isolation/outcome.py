"""What came of a request to a sandboxed model: a status with evidence, never an exception."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar

from sandbox.isolation.limits import Limits

T = TypeVar("T", covariant=True)


class Level(StrEnum):
    """How strongly a model is held; see `sandbox.isolation` for what each contains."""

    VM = "vm"
    NAMESPACE = "namespace"
    LSM = "lsm"
    PROCESS = "process"
    NONE = "none"


class Status(StrEnum):
    """How a request ended."""

    OK = "ok"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    KILLED = "killed by signal"
    REFUSED = "refused"
    PROTOCOL_VIOLATION = "protocol violation"
    RAISED = "raised"


@dataclass(frozen=True)
class Evidence:
    """What was in force and what was used; goes into every result and report."""

    level: Level
    #: mechanisms in force, as probed on this host: "bubblewrap 0.8.0", "rlimits", ...
    mechanisms: tuple[str, ...]
    limits: Limits
    #: largest resident set, bytes
    peak_memory: int
    #: processor time, seconds
    cpu_seconds: float
    #: elapsed time from start to last answer, seconds
    wall_seconds: float
    #: kernel and machine: "Linux 6.18 x86_64"
    host: str

    def record(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **asdict(self),
            "level": str(self.level),
            "mechanisms": list(self.mechanisms),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The inverse of `record`."""
        return cls(
            **{
                **record,
                "level": Level(record["level"]),
                "mechanisms": tuple(record["mechanisms"]),
                "limits": Limits(**record["limits"]),
            }
        )


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """The answer to one request; `value` is None unless the status is ok."""

    status: Status
    value: T | None
    #: one sentence when the status is not ok, with the model's last words on stderr if any
    reason: str
    evidence: Evidence
    #: the worker's own words on the value, a line of printable text each: of an explanation what
    #: it adds up to and how it was found. Nobody has checked them
    said: tuple[str, ...] = ()
