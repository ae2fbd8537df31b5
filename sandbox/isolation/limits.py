"""What a sandboxed model may use."""

from dataclasses import dataclass

from sandbox.errors import BadInput

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Resource limits of one sandboxed worker.

    >>> Limits(wall=30.0).threads
    1
    """

    #: address space, bytes; the interpreter with numpy, pandas and scikit-learn takes 0.75 GiB
    memory: int = 4096 * MIB
    #: processor time, seconds
    cpu: int = 300
    #: elapsed time of one request, seconds
    wall: float = 300.0
    #: processes and threads together
    processes: int = 64
    #: largest file, memfd included, bytes; bounds a model blob and the scores
    file_size: int = 512 * MIB
    #: threads of OpenMP and BLAS
    threads: int = 1

    def __post_init__(self) -> None:
        lowest = {
            "memory": 1024 * MIB,
            "cpu": 1,
            "wall": 0.1,
            "processes": 8,
            "file_size": MIB,
            "threads": 1,
        }
        for name, least in lowest.items():
            value = getattr(self, name)
            if not value >= least:
                raise BadInput(f"Limits({name}={value!r}) is too low; {name} is at least {least}.")
