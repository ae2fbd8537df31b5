"""Scenario customers, loans and fraud whose truth is known under every decision.

Knows nothing of `sandbox`. Start at `World`; `scenarios.catalogue()` lists the markets.
"""

from data_generators import scenarios
from data_generators.decisions import Decisions, Outcomes
from data_generators.errors import InvalidInput
from data_generators.world import World

__all__ = ["Decisions", "InvalidInput", "Outcomes", "World", "scenarios"]
