"""A bank's own table: read through a mapping, checked, and split by account.

A mapping is a small YAML file that says which of the bank's columns is what; see
`mappings/taiwan.yaml` for one that is complete.
"""

from sandbox.portfolio.mapping import Mapping
from sandbox.portfolio.table import Portfolio

__all__ = ["Mapping", "Portfolio"]
