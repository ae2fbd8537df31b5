"""What a world refuses, and what can go wrong with one, in a sentence each."""


class InvalidInput(ValueError):
    """A value a world cannot be built or replayed with: the value, the range, what to do."""


class Defect(RuntimeError):
    """The generator broke a rule of its own; never what the user gave."""


class WorkerKilled(RuntimeError):
    """A process that worked on a dataset was killed from outside; nothing was written."""
