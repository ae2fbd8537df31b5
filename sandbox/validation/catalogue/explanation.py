"""Do explanations say what the model does?"""

from sandbox.validation.catalogue.entry import Entry

_EXPLAIN = "Explain by a method that fits the model, and give no reasons from these contributions."

ENTRIES: dict[str, Entry] = {
    "explanation.faithfulness_correlation": Entry(
        "Faithful to the model, feature by feature",
        "Contributions go with the fall of the model's output when a feature alone is replaced by "
        "values of the background (correlation over the features of the rows tested).",
        _EXPLAIN,
        "explain/faithfulness_correlation",
    ),
    "explanation.faithfulness_deletion": Entry(
        "Faithful to the model, strongest removed first",
        "The output falls faster than in a random order when the features with the largest "
        "contributions are replaced first: the area between, over the area that the contributions "
        "promise (1 as promised, 0 no better than random).",
        _EXPLAIN,
        "explain/faithfulness_deletion",
    ),
    "explanation.reason_stability": Entry(
        "Reasons kept under noise",
        "The top four reasons of a customer stay when figures move by next to nothing.",
        "Smooth the model or merge codes that stand for one another.",
        "explain/reason_stability",
        share=True,
    ),
}
