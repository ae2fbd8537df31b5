"""The approval waterfall: from applications to accounts, a step a reason to decline."""

import numpy as np
import pandas as pd

from sandbox.exhibits.book import Book

#: kinds of step: a level that is reached, or a fall to it
LEVEL, FALL = "level", "fall"


def approval_waterfall(book: Book) -> pd.DataFrame:
    """Columns `step`, `kind` ("level" or "fall"), `customers`, `share`, `left` (after the step).

    Applications, less those declined by each reason (the most frequent first), approved and,
    where outcomes are known, less offers not taken, accounts.
    """
    n, approve = len(book.decisions), book.approve
    left, rows = n, [("applications", LEVEL, n, n)]
    reasons = book.decisions["reason"].astype(str)[~approve].value_counts(sort=False)
    for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], str(each[0]))):
        left -= int(count)
        rows.append((f"declined: {reason}", FALL, int(count), left))
    rows.append(("approved", LEVEL, left, left))
    if book.outcomes is not None:
        accounts = int((~np.isnan(book.default)).sum())
        if accounts < left:
            rows.append(("offer not taken", FALL, left - accounts, accounts))
        rows.append(("accounts", LEVEL, accounts, accounts))
    table = pd.DataFrame(rows, columns=["step", "kind", "customers", "left"])
    table.insert(3, "share", table["customers"] / n)
    return table
