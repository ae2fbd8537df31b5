"""Sliders for a notebook: cut-off, cap and budget, and what the policy is then worth."""

import importlib
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from sandbox.errors import BadInput
from sandbox.plots.svg import draw
from sandbox.policy.committee import figures_in_words as words
from sandbox.policy.committee.swaps import short
from sandbox.policy.expected import Expected
from sandbox.policy.what_if import LABELS, Assumptions, along, anew, figures, priced, told
from sandbox.policy.what_if_plots import plot_along

#: cut-offs that the slider stops at, shares
CUT_OFFS = (0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.12, 0.15, 0.20, 0.30,
            0.50, 1.0)  # fmt: skip
#: shares of the wanted limits that the budget's slider stops at
BUDGETS = tuple(round(0.05 * step, 2) for step in range(1, 21))
_STYLE = "font:13px Arial,sans-serif;border-collapse:collapse;font-variant-numeric:tabular-nums"


def panel(
    expected: Expected,
    base: Assumptions | None = None,
    *,
    caps: Sequence[float] | None = None,
) -> Any:
    """An ipywidgets box with sliders for cut-off, cap and budget, to be shown in a notebook.

    Each move decides anew (see `what_if.anew`), beside the decisions in hand under `base`, and
    redraws how value and approval rate go with the cut-off. `caps` are the stops of the cap's
    slider, RMB (None: the grid's limits). The box's children are the sliders of cut-off, cap and
    budget, the table and the figure. Raises BadInput without ipywidgets.
    """
    try:
        widgets: Any = importlib.import_module("ipywidgets")
    except ImportError:
        raise BadInput(
            "The panel needs ipywidgets, which is not installed; install the package with its "
            "notebook requirements, or use sensitivity() and along()."
        ) from None
    base = base or Assumptions()
    standing = priced(expected, base)
    whole = float(expected.wanted.sum())
    stops = {
        "cut_off": sorted({*CUT_OFFS, base.cut_off}),
        "cap": sorted({*(expected.limits if caps is None else caps), base.cap}),
        "budget": sorted({*(share * whole for share in BUDGETS), base.budget, float("inf")}),
    }
    cut_off, cap, budget = (
        widgets.SelectionSlider(
            options=[(_stop(name, each), each) for each in values], value=getattr(base, name),
            description=LABELS[name], continuous_update=False,
            layout=widgets.Layout(width="520px"), style={"description_width": "110px"},
        )
        for name, values in stops.items()
    )  # fmt: skip
    table, figure = widgets.HTML(), widgets.HTML()

    def show(_: object = None) -> None:
        given = replace(base, cut_off=cut_off.value, cap=cap.value, budget=budget.value)
        table.value = figures_html(standing, figures(anew(expected, given)))
        moved = along(expected, given, "cut_off", stops["cut_off"])
        figure.value = draw(
            "panel", 2.5, lambda ax: _on_log(plot_along(moved, ax, given.cut_off)), width=6.2
        )

    for slider in (cut_off, cap, budget):
        slider.observe(show, "value")
    show()
    return widgets.VBox([cut_off, cap, budget, table, figure])


def _stop(name: str, value: float) -> str:
    """What a slider says at a stop."""
    if name == "cut_off" or np.isinf(value):
        return told(name, value)
    return f"{short(value)} RMB"


def _on_log(ax: Any) -> Any:
    """PD cut-offs on a logarithmic axis, where small ones are told apart."""
    from matplotlib.ticker import FixedLocator, NullLocator

    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    return ax


def figures_html(base: dict[str, float], now: dict[str, float]) -> str:
    """A small table: each figure of the decisions in hand, of those made anew, the change."""
    rows = []
    for name, said, form, differs in (
        ("value", "value, RMB", words.rmb, words.change),
        ("approval_rate", "approval rate", words.share, words.points),
        ("bad_rate", "expected bad rate", words.share, words.points),
        ("limits", "limits granted, RMB", words.rmb, words.change),
    ):
        one, other = base[name], now[name]
        cells = [form(one), form(other), differs(other - one)]
        numbers = "".join(f'<td style="padding:3px 14px;text-align:right">{c}</td>' for c in cells)
        rows.append(f'<tr><td style="padding:3px 14px 3px 0">{escape(said)}</td>{numbers}</tr>')
    heads = "".join(
        f'<th style="padding:3px 14px;text-align:right">{each}</th>'
        for each in ("in hand", "decided anew", "change")
    )
    return f'<table style="{_STYLE}"><tr><th></th>{heads}</tr>{"".join(rows)}</table>'
