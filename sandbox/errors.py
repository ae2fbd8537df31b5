"""What goes wrong by misuse, in one sentence each.

What can be expected to go wrong in a run (a model timed out, was killed, raised) is an
`sandbox.isolation.Outcome` with a status; these exceptions are for misuse and for hosts
that cannot do what was asked.
"""


class SandboxError(Exception):
    """An error whose text is one sentence for the user: the value, what is allowed, what to do."""


class BadInput(SandboxError, ValueError):
    """A value, a file or a table that cannot be used as it is."""


class IsolationUnavailable(SandboxError):
    """The isolation level asked for cannot be had on this host; nothing falls back by itself."""
