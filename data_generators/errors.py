"""What a world refuses, in one sentence each."""


class InvalidInput(ValueError):
    """A value a world cannot be built or replayed with: the value, the range, what to do."""
