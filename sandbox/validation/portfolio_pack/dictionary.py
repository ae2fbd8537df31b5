"""What each column of the exhibits is, and its unit."""

import re
from collections.abc import Iterable

import pandas as pd

_S, _R, _C = "share", "RMB", "count"
#: column -> unit, meaning
_COLUMNS: dict[str, tuple[str, str]] = {
    "vintage": ("month", "month of origination"),
    "mob": ("months", "months on book"),
    "month": ("month", "calendar month; of a roll, the month from which"),
    "accounts": (_C, "accounts"),
    "amount": (_R, "granted at origination"),
    "fpd": (_C, "accounts whose first missed payment is the first"),
    "spd": (_C, "accounts whose first missed payment is the second"),
    "tpd": (_C, "accounts whose first missed payment is the third"),
    "worst_dpd": ("days", "most days past due in the performance window"),
    "outcome": ("", "good, indeterminate, bad or not observed"),
    "good": (_C, "accounts that are good"),
    "indeterminate": (_C, "accounts between good and bad"),
    "bad": (_C, "accounts that are bad"),
    "not observed": (_C, "accounts whose window is not over"),
    "state": ("", "bucket, category or stage"),
    "count": (_C, "accounts"),
    "balance": (_R, "owed, what is written off in the month included"),
    "count_share": (_S, "of the accounts of the month"),
    "balance_share": (_S, "of the balance (of the month)"),
    "from": ("", "state in the month from which"),
    "to": ("", "state in the next month"),
    "left": (_S, "of all: no longer there in the next month; of the waterfall: customers left"),
    "written off": (_S, "of all: written off"),
    "total": ("count or RMB", "what was there, all months together"),
    "stage": ("", "stage of IFRS 9 and CAS 22"),
    "ecl": (_R, "expected credit loss"),
    "ecl_share": (_S, "of the expected credit loss"),
    "coverage": (_S, "expected credit loss over balance"),
    "ratio": ("", "name of a ratio"),
    "value": ("", "its value; a share where the name is a ratio"),
    "meaning": ("", "what it is"),
    "step": ("", "step of the waterfall"),
    "kind": ("", "level that is reached, or fall to it"),
    "customers": (_C, "applications"),
    "share": (_S, "of all applications (waterfall, swaps, overrides) or accounts (utilisation)"),
    "cut_off": (_S, "largest PD let in"),
    "accepted": (_S, "of applications, let in by this cut-off"),
    "expected_bad_rate": (_S, "mean PD of those let in"),
    "seen": (_S, "of those let in: with an account"),
    "step_bad_rate": (_S, "of accounts let in by this step alone"),
    "step_accounts": (_C, "accounts let in by this step alone"),
    "profit": (_R, "mean, of an application (cut-offs) or account (utilisation, reasons)"),
    "step_profit": (_R, "in all, of this step alone"),
    "band": ("", "band of utilisation or score"),
    "limit": (_R, "mean limit"),
    "total_profit": (_R, "in all"),
    "group": ("", "how the two decide"),
    "change": (_R, "new less old profit, in all"),
    "change_se": (_R, "its standard error, paired"),
    "reason": ("", "reason given"),
    "overrides": (_C, "applications overridden"),
    "earned": (_R, "in all, against what the policy said"),
    "regret_saved": (_R, "mean, true, against what the policy said"),
    "bad_rate": (_S, "bad over accounts with a known outcome"),
    "score_from": ("score", "above this"),
    "score_to": ("score", "up to this"),
    "psi": ("", "what the band adds to the population stability index"),
}  # fmt: skip
#: pattern -> unit, meaning; `\1` stands for what the pattern catches
_FAMILIES: tuple[tuple[str, str, str], ...] = (
    (r"ever_(\d+)", _C, r"accounts ever over \1 days past due"),
    (r"(?:ever_\d+|fpd|spd|tpd)_rate", _S, "of the accounts of the vintage"),
    (r"ever_(\d+)_balance", _R, r"owed when first over \1 days past due"),
    (r"(?:ever_\d+|fpd|spd|tpd)_balance_rate", _S, "RMB owed then over RMB granted"),
    (r"mob (\d+)", _S, r"figure at \1 months on book"),
    (r"M\d+|normal|special mention|substandard|doubtful|loss|stage \d", _S,
     "of what is there in both months: in this state in the next"),
    (r"limit_(old|new)", _R, r"mean of those approved, \1 policy"),
    (r"accounts_(old|new)", _C, r"accounts with an outcome, \1 policy"),
    (r"(?:bad_rate)_(old|new|before|after)", _S, r"bad of accounts with an outcome, \1"),
    (r"profit_(old|new)", _R, r"mean of an application, \1 policy"),
    (r"regret_(old|new)", _R, r"mean below the best limit, true, \1 policy"),
    (r"count_(before|after)", _C, r"scores in the band, \1"),
    (r"share_(before|after)", _S, r"of scores, \1"),
)  # fmt: skip


def described(column: str) -> tuple[str, str]:
    """Unit and meaning of a column; two empty texts where it is not known.

    >>> described("ever_30")
    ('count', 'accounts ever over 30 days past due')
    """
    if column in _COLUMNS:
        return _COLUMNS[column]
    for pattern, unit, meaning in _FAMILIES:
        found = re.fullmatch(pattern, column)
        if found:
            return unit, found.expand(meaning)
    return "", ""


def dictionary(columns: Iterable[str]) -> pd.DataFrame:
    """A row a column, by name: `column`, `unit`, `meaning`."""
    rows = [(name, *described(name)) for name in sorted({str(c) for c in columns})]
    return pd.DataFrame(rows, columns=["column", "unit", "meaning"])
