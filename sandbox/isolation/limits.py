"""What a sandboxed model may use."""

from dataclasses import dataclass

from sandbox.errors import BadInput

MIB = 1 << 20
#: the kernel's numbers end a little above
_MOST = 1 << 62


@dataclass(frozen=True)
class Limits:
    """Resource limits of one sandboxed worker.

    >>> Limits(wall=30.0).threads
    1
    """

    #: address space, bytes; set once the imports are done, which take 0.32 GiB (numpy, pandas,
    #: pyarrow) and with scikit-learn 0.75 GiB
    memory: int = 4096 * MIB
    #: processor time, seconds
    cpu: int = 300
    #: elapsed time of one request, seconds
    wall: float = 300.0
    #: threads (a model cannot make processes at `namespace`); at `lsm` and `process` counted with
    #: 8,192 others that the user may have
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
            if not isinstance(value, int if name != "wall" else int | float):
                kind = "number of seconds" if name == "wall" else "whole number"
                raise BadInput(f"Limits({name}={value!r}) is no {kind}; give one from {least} on.")
            if name != "wall" and value > _MOST:
                raise BadInput(f"Limits({name}={value!r}) is too high; {name} is at most {_MOST}.")
            if not value >= least:
                raise BadInput(f"Limits({name}={value!r}) is too low; {name} is at least {least}.")
