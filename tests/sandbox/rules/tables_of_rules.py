"""Tables and rows for the tests of rules, made by hypothesis."""

import math

from hypothesis import strategies as st

from sandbox.rules import Rule, RuleSet

FIELDS = ("alpha", "beta", "gamma")
#: what stands in cells and, to either side, in rows
BOUNDS = (
    "0",
    "1",
    "-1",
    "0.1",
    "0.3",
    "-2.5",
    "7",
    "1000000",
    "123456789.123456",
    "0.000001",
    "1e3",
    "99999999999999",
    "999999999999999",
    # zen-engine misreads these two floats in the sixteenth digit
    "4453999.73",
    "-4186.1558",
)
bounds = st.sampled_from(BOUNDS)
operators = st.sampled_from((">", ">=", "<", "<=", "==", "!=", ""))
compared = st.builds(lambda op, b: f"{op} {b}".strip(), operators, bounds)
ranged = st.builds(
    lambda opens, pair, closes, says: f"{says}{opens}{pair[0]}..{pair[1]}{closes}",
    st.sampled_from("[("),
    st.lists(bounds, min_size=2, max_size=2, unique_by=float).map(lambda p: sorted(p, key=float)),
    st.sampled_from("])"),
    st.sampled_from(("", "in ", "not in ")),
)
listed = st.builds(
    lambda says, numbers: f"{says}[{', '.join(numbers)}]",
    st.sampled_from(("", "in ", "not in ")),
    st.lists(st.sampled_from((*BOUNDS, "true")), min_size=1, max_size=4),
)
words = st.sampled_from(("null", "== null", "!= null", "true", "false", "[1, null]"))
alternatives = st.one_of(compared, ranged, listed, words)
cells = st.lists(alternatives, min_size=1, max_size=3).map(", ".join)
conditions = st.dictionaries(st.sampled_from(FIELDS), cells, min_size=1)
tables = st.lists(conditions, min_size=1, max_size=6).map(
    lambda rows: RuleSet(
        "made", tuple(Rule.of(f"r{n}", "made", when, points=1) for n, when in enumerate(rows))
    )
)


def _beside(bound: str, steps: int) -> float:
    value = float(bound)
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.copysign(math.inf, steps))
    return value


values = st.one_of(
    st.builds(_beside, bounds, st.integers(-12, 12)),
    st.builds(lambda b, share: float(b) * (1 + share * 1e-14), bounds, st.floats(-2, 2)),
    st.sampled_from(
        (
            math.nan,
            0.0,
            -0.0,
            0.1 + 0.2,
            math.inf,
            -math.inf,
            1e300,
            5e-324,
            4e-19,
            6e-19,
            7e28,
            1e27,
        )
    ),
    st.floats(),
)
rows = st.fixed_dictionaries(dict.fromkeys(FIELDS, values))
