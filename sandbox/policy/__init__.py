"""From what a model says to what the bank does: limits, caps and reasons, outside the sandbox."""

from sandbox.policy.limits import LimitPolicy

__all__ = ["LimitPolicy"]
