"""What does the portfolio itself show: arrears, provisions, decisions?"""

from sandbox.validation.catalogue.entry import Entry

_ORIGINATION = (
    "Find which product, channel or partner the latest vintages differ in; tighten there."
)
_BOOKS = "Trace the rows to the ledger; correct the days past due before using the matrices."

ENTRIES: dict[str, Entry] = {
    "portfolio.vintage_deterioration": Entry(
        "Latest vintages, ever 30+ against earlier ones",
        "As many accounts of the latest vintages were ever over 30 days past due as of the "
        "earlier ones at the same age.",
        _ORIGINATION,
        share=True,
    ),
    "portfolio.first_payment": Entry(
        "Latest vintages, first payment missed against earlier ones",
        "As many accounts of the latest vintages missed their first payment as of earlier ones.",
        "Look for fraud and for a channel that changed; " + _ORIGINATION.lower(),
        share=True,
    ),
    "portfolio.impossible_rolls": Entry(
        "Rolls that cannot be",
        "No account's days past due rise by more than a month from one month to the next.",
        _BOOKS,
        share=True,
    ),
    "portfolio.roll_rows": Entry(
        "Rows of the reported roll matrix",
        "Shares of the reported roll matrix lie from 0 to 1, and its rows add to 1.",
        "Have the matrix made again; find which state it leaves out.",
    ),
    "portfolio.roll_replication": Entry(
        "Reported roll matrix against the account-months",
        "The reported roll matrix is that of the account-months.",
        "Agree months, buckets and treatment of closed accounts, then replicate again.",
        share=True,
    ),
    "portfolio.stage_of_npl": Entry(
        "Non-performing balance outside stage 3",
        "Balance that is substandard or worse is in stage 3.",
        "Agree the definitions of non-performing and of stage 3, or give the reason.",
        share=True,
    ),
    "portfolio.ecl_coverage": Entry(
        "Realised losses over expected ones, stages 1 and 2",
        "Losses of the twelve months after the reporting date are those expected at it.",
        "Recalibrate term structures and LGD on the realised losses; add an overlay until then.",
    ),
    "portfolio.swap_profit": Entry(
        "Profit of the swap set",
        "The proposed policy earns no less than the one in force.",
        "Look at the swap set by group, and do not adopt what loses.",
    ),
    "portfolio.override_bad_rate": Entry(
        "Accounts approved by hand against those of the policy",
        "Accounts that were approved by hand are bad no more often than those that the policy "
        "approved.",
        "Stop overrides for the reasons that lose; train and limit those who grant them.",
        share=True,
    ),
    "portfolio.riskiest_step": Entry(
        "Profit of the riskiest accounts let in",
        "The riskiest step that the cut-off lets in earns something.",
        "Lower the cut-off to the step that still earns, or price the last one higher.",
    ),
}
