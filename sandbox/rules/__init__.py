"""Fraud rules: decision tables on feature columns, alone and in batches.

A rule set is a table: a row a rule, cells on columns, points or a verdict (`reading`, `cells`).
zen-engine evaluates one application at a time, numpy a batch; both hit the same (`engine`,
`batch`). `operations` and `retirement` say what the rules are worth on confirmed outcomes.
Nothing here learns, and nothing here knows worlds or policies.
"""

from sandbox.rules.batch import BatchHits, evaluate
from sandbox.rules.engine import RuleEngine, RuleHits
from sandbox.rules.jdm import to_jdm
from sandbox.rules.reading import default_rules, parse, read
from sandbox.rules.rule import Rule
from sandbox.rules.rule_set import RuleSet

__all__ = [
    "BatchHits",
    "Rule",
    "RuleEngine",
    "RuleHits",
    "RuleSet",
    "default_rules",
    "evaluate",
    "parse",
    "read",
    "to_jdm",
]
