"""What the worker asks the kernel to hold it with: Landlock and seccomp, and which layers.

Nothing here guards by itself: `inside` puts the worker's own mechanisms in force before any
model is opened, and `observe` looks from outside whether they are.
"""

from dataclasses import dataclass
from typing import Self

from sandbox.isolation.outcome import Level


@dataclass(frozen=True)
class Layers:
    """Which mechanisms hold a worker. A level has its own; tests try one layer alone.

    >>> Layers.of(Level.LSM)
    Layers(bubblewrap=False, seccomp=True, landlock=True, rlimits=True)
    """

    bubblewrap: bool
    seccomp: bool
    landlock: bool
    rlimits: bool

    @classmethod
    def of(cls, level: Level) -> Self:
        """The level's own layers; at `vm` it is gVisor's kernel that filters system calls."""
        return cls(
            bubblewrap=level is Level.NAMESPACE,
            seccomp=level in (Level.VM, Level.NAMESPACE, Level.LSM),
            landlock=level in (Level.NAMESPACE, Level.LSM),
            rlimits=level is not Level.NONE,
        )
