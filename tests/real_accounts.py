"""Where the real card accounts lie: in shared/data beside the repository.

Users do not have them, and a skipped test fails in CI; so a test that needs them is defined only
where they are.
"""

from pathlib import Path

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "taiwan_credit_default.csv.gz"
