"""Is a challenger better?"""

from sandbox.validation.catalogue.entry import Entry

_WEIGH = "Weigh replacing the champion, or say why not."

ENTRIES: dict[str, Entry] = {
    "comparison.delong": Entry(
        "AUC of champion less challenger (DeLong)",
        "The challenger does not rank better (paired, one-sided).",
        _WEIGH,
    ),
    "comparison.mcnemar": Entry(
        "Decisions of champion and challenger (McNemar)",
        "The challenger does not decide more cases rightly (paired, one-sided).",
        _WEIGH,
    ),
    "comparison.brier": Entry(
        "Brier score of champion less challenger",
        "The challenger's PDs are not nearer to outcomes (paired, one-sided).",
        _WEIGH,
    ),
}
