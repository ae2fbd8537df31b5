"""What `risk-sandbox compare` prints: tables for a person, CSV or JSON for a program."""

import json
import math
import textwrap
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli.tables import TITLES, console, print_paragraph, print_table
from sandbox.tracking.comparison import NOISE
from sandbox.tracking.figures_table import described, direction
from sandbox.tracking.names import metric as named

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.tracking.comparison import Comparison

#: terminals from this width have room for what a metric means beside its name
WIDE = 110
#: columns for what a metric means, below its name, in a narrower one
_NARROW = 40
#: other studies that are named below the tables
_NAMED = 5


def show(
    study: str,
    found: "Sequence[Comparison]",
    bad: "pd.DataFrame",
    said: Sequence[str],
    others: Sequence[str],
) -> None:
    """All tables, what could not be compared and why, and what holds."""
    print_paragraph(f"Study: {study}")
    click.echo()
    for one in found:
        _show_means(one)
        if len(one.models) > 1:
            _show_differences(one)
        for note in one.notes:
            print_paragraph(note)
        print_paragraph(conclusion(one))
        click.echo()
    if len(bad):
        rows = bad.assign(scenario=bad["scenario"].str.replace("_", " "))
        columns = ["model", "scenario", "seed", "state", "why"]
        print_table(columns, rows[columns].to_numpy().tolist(), "Runs without figures")
    for sentence in said:
        print_paragraph(sentence)
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        print_paragraph(f"Other studies: {', '.join(map(repr, others[:_NAMED]))}{more}.")


def _show_means(one: "Comparison") -> None:
    """Metrics as rows, models as columns, best first; as many models as fit side by side."""
    forms = [form_of(*row) for row in one.means.abs().max(axis=1).items()]
    cells = {
        model: [figure(value, form) for value, form in zip(one.means[model], forms, strict=True)]
        for model in one.models
    }
    headings, lines = _labels(one.metrics)
    room = console().width - sum(
        max(len(part) for line in (headings, *lines) for part in line[i].split("\n")) + 3
        for i in range(len(headings))
    )
    title = f"{TITLES.get(one.role, one.role)} on {_place(one)}: {_over(one)}"
    for models in _side_by_side(cells, room):
        rows = [[*line, *(cells[m][i] for m in models)] for i, line in enumerate(lines)]
        print_table([*headings, *models], rows, title, figures=len(models))
        title = "The same for the next models"


def _labels(metrics: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of the columns before the models: name, meaning, direction."""
    known = [label(name) for name in metrics]
    if console().width >= WIDE:
        rows = [[name, words, better] for name, (words, better) in zip(metrics, known, strict=True)]
        return ["metric", "what it is", "better is"], rows
    return ["metric", "better is"], [
        [
            "\n".join([name, *textwrap.wrap(words, _NARROW, initial_indent="  ",
                                           subsequent_indent="  ")]),
            better,
        ]
        for name, (words, better) in zip(metrics, known, strict=True)
    ]  # fmt: skip


def _side_by_side(cells: dict[str, list[str]], room: int) -> list[list[str]]:
    """Models in groups, each as many as fit in the room."""
    groups: list[list[str]] = [[]]
    left = room
    for model, values in cells.items():
        needs = max(len(part) for part in [*model.split(), *values]) + 3
        if groups[-1] and needs > left:
            groups.append([])
            left = room
        groups[-1].append(model)
        left -= needs
    return groups


def _show_differences(one: "Comparison") -> None:
    """Below each model's name a row a metric: difference, interval, seeds if they vary, a word."""
    pairs = set(one.differences["seeds"])
    rows = []
    for model, table in one.differences.groupby("model", sort=False):
        rows.append([str(model), "", "", *([""] * (len(pairs) > 1)), ""])
        for row in table.to_dict("records"):
            difference, interval = spoken_difference(row)
            about = named(row["metric"])
            near = f" (from {about.target:g})" if about.better == "nearest" else ""
            seeds = [str(row["seeds"])] if len(pairs) > 1 else []
            rows.append([f"  {row['metric']}{near}", difference, interval, *seeds, row["word"]])
    over = f" ({next(iter(pairs))} of them)" if len(pairs) == 1 and max(pairs) > 1 else ""
    seeds = ["seeds"] if len(pairs) > 1 else []
    headings = ["metric", "difference", "95% interval", *seeds, "verdict"]
    print_table(headings, rows, f"Differences to {one.against}, seed by seed{over}")


def spoken_difference(row: "Mapping[Any, Any]") -> tuple[str, str]:
    """A difference and its interval, with three figures that count; dashes where there is none.

    >>> spoken_difference(
    ...     {"metric": "value/default_rate", "difference": 0.012, "low": -0.01, "high": 0.034}
    ... )
    ('+1.20 pp', '-1.00 to +3.40 pp')
    """
    ends = [row[name] for name in ("difference", "low", "high") if math.isfinite(row[name])]
    form = form_of(row["metric"], max(map(abs, ends), default=0.0))
    difference = figure(row["difference"], form, True)
    if not math.isfinite(row["low"]):
        return difference, "–"
    low, high = (figure(row[end], form, True) for end in ("low", "high"))
    return difference, f"{low.removesuffix(' pp')} to {high}"


def conclusion(one: "Comparison") -> str:
    """Who is first, what holds, and what the words are worth.

    A sentence each; where there is one model, or no interval, it says so.
    """
    if len(one.models) == 1:
        return f"{one.models[0]} is alone here; there is nothing to compare it with."
    table = one.differences
    words = table["word"]
    held = table[words.isin(["better", "worse", "higher", "lower"])]
    said = []
    if not one.tests:
        return "No interval can be had: it takes two seeds or more (--seeds when the study is run)."
    for (model, word), names in held.groupby(["model", "word"], sort=False)["metric"]:
        said.append(f"{model} is {word} in {', '.join(names)}")
    noise = int((words == NOISE).sum())
    what = f"Against {one.against}: " + ("; ".join(said) if said else "nothing is decided")
    rest = f"; {noise} of {len(table)} differences may be noise." if noise else "."
    if len(table) == 1 and noise:
        rest = "; the difference may be noise."
    if one.tests == 1:
        return f"{what}{rest}"
    family = (
        "any two models here, as the best was picked from the same figures"
        if one.is_picked and len(one.models) > 2
        else "this table"
    )
    return (
        f"{what}{rest} Each interval is for its difference alone; the words hold for all "
        f"{one.tests} differences of {family}, with 5% risk together (Holm)."
        f"{_nearly(table)}{'' if len(held) else _DECIDES}"
    )


#: what to do where nothing is decided
_DECIDES = (
    " More seeds decide more (--seeds when the study is run), and so does one metric that was "
    "chosen before looking (--metric here)."
)


def _nearly(table: "pd.DataFrame") -> str:
    """Which intervals leave out zero where the difference may be noise all the same."""
    near = table[(table["word"] == NOISE) & ((table["low"] > 0) | (table["high"] < 0))]
    if near.empty:
        return ""
    is_one = table["model"].nunique() == 1
    names = [r["metric"] + ("" if is_one else f" of {r['model']}") for r in near.to_dict("records")]
    alone = (
        "leaves out 0; alone it would count"
        if len(names) == 1
        else ("leave out 0; alone each would count")
    )
    return f" The 95% interval{'s' * (len(names) > 1)} of {', '.join(names)} {alone}."


def label(name: str) -> tuple[str, str]:
    """What a metric is, with its unit, and which way is better.

    >>> label("truth/regret_per_customer")
    ('regret: what an oracle would add, RMB a customer', 'lower')
    """
    return described(name), direction(name) or "–"


def form_of(name: Hashable, largest: float) -> str:
    """How figures of a metric are written, as exact as `largest` of them allows.

    >>> form_of("perf/auc", 0.7), form_of("value/default_rate", 0.04)
    ('{:,.3f}', '{:.2%}')
    """
    digits = 3 - math.floor(math.log10(largest)) - 1 if largest and math.isfinite(largest) else 2
    if named(str(name)).unit == "share":
        return f"{{:.{min(max(digits - 2, 1), 3)}%}}"
    return f"{{:,.{min(max(digits, 0), 5)}f}}"


def figure(value: float, form: str, is_signed: bool = False) -> str:
    """A figure, with its sign where it is a difference; a dash for one that is missing.

    >>> figure(0.01, "{:.1%}", True), figure(float("nan"), "{:.1%}")
    ('+1.0 pp', '–')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0 and is_signed:
        return "0"
    if not is_signed:
        return form.format(value)
    text = form.replace("{:", "{:+").format(value)
    return text.replace("%", " pp")


def as_csv(
    study: str, found: "Sequence[Comparison]", bad: "pd.DataFrame", said: Sequence[str]
) -> str:
    """A row a role, scenario, metric and model; runs without figures have their state and why."""
    import pandas as pd

    rows: list[dict[Any, Any]] = [row for one in found for row in _records(study, one)]
    rows += bad.assign(study=study).to_dict("records")
    columns = [*_COLUMNS, "seed", "state", "why"]
    return pd.DataFrame(rows, columns=columns).to_csv(index=False)


_COLUMNS = (
    "study", "role", "scenario", "metric", "model", "mean", "against", "difference", "low", "high",
    "seeds", "p", "p_holm", "word",
)  # fmt: skip


def _records(study: str, one: "Comparison") -> list[dict[str, Any]]:
    differences: dict[tuple[str, str], dict[Any, Any]] = {
        (row["metric"], row["model"]): row for row in one.differences.to_dict("records")
    }
    return [
        {
            "study": study,
            "role": one.role,
            "scenario": _place(one, "_"),
            "metric": name,
            "model": model,
            "mean": one.means[model][name],
            "against": one.against,
            **differences.get((name, model), {}),
        }
        for name in one.metrics
        for model in one.models
    ]


def as_json(
    study: str, found: "Sequence[Comparison]", bad: "pd.DataFrame", said: Sequence[str]
) -> str:
    """The same as one object; a figure that is missing is null."""
    comparisons = [
        {
            "role": one.role,
            "scenarios": list(one.scenarios),
            "against": one.against,
            "tests": one.tests,
            "notes": list(one.notes),
            "figures": [
                {k: _plain(row[k]) for k in _COLUMNS[3:] if k in row}
                for row in _records(study, one)
            ],
        }
        for one in found
    ]
    record = {
        "study": study,
        "comparisons": comparisons,
        "without_figures": [
            {k: _plain(v) for k, v in row.items()} for row in bad.to_dict("records")
        ],
        "warnings": list(said),
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str) else int(value)


def _place(one: "Comparison", blank: str = " ") -> str:
    if len(one.scenarios) > 1:
        return f"all {len(one.scenarios)} scenarios"
    return one.scenarios[0].replace("_", blank)


def _over(one: "Comparison") -> str:
    """What the means are over."""
    over = f"means of {one.seeds} seeds" if one.seeds > 1 else "one seed"
    over = over if one.seeds else "no seed that all have"
    return over + (", each scenario with the same weight" if len(one.scenarios) > 1 else "")
