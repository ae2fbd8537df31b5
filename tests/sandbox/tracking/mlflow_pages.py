"""MLflow's pages as a person uses them: tick runs, press Compare, read tables, open files.

Everything waits for what is to be there. MLflow redraws after its first picture, and its network
is never idle, so neither a fixed time nor `networkidle` would do.
"""

import re

from playwright.sync_api import Locator, Page

#: what a reader has clicked once: MLflow's assistant away, and `Model training`, which the link
#: to the runs alone brings along
SETTLED = """
localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true');
localStorage.setItem('mlflow.workflowType_v1', '"machine_learning"');
"""

_ROWS = ".ag-pinned-left-cols-container [row-index]"

#: label -> values, of the table below a heading that can be folded
_TABLE = """title => {
    const headings = [...document.querySelectorAll('[role=button][aria-expanded]')];
    const heading = headings.find(each => each.textContent.trim() === title);
    const rows = heading ? [...heading.parentElement.querySelectorAll('table tr')] : [];
    return rows.map(row => [...row.children].map(cell => cell.textContent.trim()));
}"""

#: the names and the values of the metrics: two windows that scroll together and draw only what is
#: in them
_WINDOWS = """
    const headings = [...document.querySelectorAll('[role=button][aria-expanded]')];
    const heading = headings.find(each => each.textContent.trim() === 'Metrics');
    const [names, values] = heading ? heading.parentElement.querySelectorAll('[role=grid]') : [];
"""

#: rows as they stand beside each other, once both windows are full and level; null before
_LEVEL = (
    "() => {"
    + _WINDOWS
    + """
    if (!values || Math.abs(names.scrollTop - values.scrollTop) > 2) return null;
    const [left, right] = [names, values].map(grid =>
        [...grid.querySelectorAll('[role=rowgroup] > *')].map(cell =>
            ({text: cell.textContent.trim(), at: cell.getBoundingClientRect()})));
    const end = values.getBoundingClientRect().top + values.clientHeight;
    if ([left, right].some(cells => Math.max(...cells.map(cell => cell.at.bottom)) < end - 3))
        return null;
    const rows = left.map(name => [name, ...right
        .filter(cell => Math.abs(cell.at.top - name.at.top) < 3)
        .sort((one, other) => one.at.left - other.at.left)].map(cell => cell.text));
    return {rows, more: values.scrollTop + values.clientHeight < values.scrollHeight - 1};
}"""
)

#: scrolls on by most of a window. Names follow values one event late (MLflow 3.17), so that a jump
#: leaves them rows apart: a small step after it, as the end of a finger's movement is, mends that
_SCROLL = (
    "async () => {"
    + _WINDOWS
    + """
    const drawn = () => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));
    values.scrollTop += values.clientHeight - 90;
    await drawn();
    values.scrollTop -= 1;
    await drawn();
}"""
)

_LOADED = "picture => picture.complete && picture.naturalWidth > 0"


def open_runs(page: Page, url: str, runs: int) -> list[str]:
    """Open a study's runs, wait until `runs` of them have names, and return these in order."""
    page.goto("about:blank")  # a change of the fragment alone would not load the page anew
    page.goto(url)
    page.wait_for_function(
        "([rows, count]) => document.querySelectorAll(`${rows} a`).length >= count",
        arg=[_ROWS, runs],
    )
    ordered = sorted(page.locator(_ROWS).all(), key=lambda row: int(_index(row)))
    return [row.get_by_role("link").first.inner_text().strip() for row in ordered]


def tick(page: Page, name: str) -> None:
    """Tick the box of a run that is not ticked yet."""
    box = page.locator(_ROWS).filter(has_text=name).locator(".ag-selection-checkbox")
    ticked = box.locator("input:checked")
    if not ticked.count():
        box.click()
        ticked.wait_for(state="attached")


def compare(page: Page, names: list[str]) -> None:
    """From the page of runs to a comparison of these."""
    ticked = page.locator(f"{_ROWS} .ag-selection-checkbox input:checked")
    while ticked.count() < len(names):  # a table drawn anew forgets what was ticked
        for name in names:
            tick(page, name)
    page.get_by_role("button", name="Compare").click()
    page.get_by_text(f"Comparing {len(names)} Runs from 1 Experiment").wait_for()


def table(page: Page, title: str, row: str) -> dict[str, list[str]]:
    """The rows of a table on the Compare page, label -> values, once `row` is among them."""
    page.wait_for_function(
        f"([title, row]) => ({_TABLE})(title).some(cells => cells[0] === row && cells.length > 1)",
        arg=[title, row],
    )
    return {cells[0]: cells[1:] for cells in page.evaluate(_TABLE, title)}


def figures(page: Page) -> dict[str, list[str]]:
    """The metrics on the Compare page, name -> values, read from the first to the last."""
    seen = page.wait_for_function(_LEVEL).json_value()
    found: dict[str, list[str]] = {}
    while True:
        found.update({row[0]: row[1:] for row in seen["rows"] if len(row) > 1})
        if not seen["more"]:
            return found
        page.evaluate(_SCROLL)
        seen = page.wait_for_function(_LEVEL).json_value()


def show_charts(page: Page) -> list[str]:
    """From the table of runs to the charts; the families of metrics that have a section."""
    page.locator("label:has([value=CHART])").click()
    heads = page.get_by_test_id("experiment-view-compare-runs-section-header")
    heads.first.wait_for()
    return [head.inner_text().partition("(")[0].strip() for head in heads.all()]


def file_in(page: Page, name: str) -> Locator:
    """A file or folder in the tree of a run's files, or of those that compared runs share."""
    return page.locator(f"[artifact-name='{name}']").first


def pictures(page: Page, count: int) -> list[Locator]:
    """The pictures of the chosen file, `count` of them, loaded."""
    shown = page.locator("main img:visible[src^='blob:'], main img:visible[src*='get-artifact']")
    shown.nth(count - 1).wait_for()
    found = shown.all()
    for picture in found:
        page.wait_for_function(_LOADED, arg=picture.element_handle())
    return found


def open_run(page: Page, name: str) -> None:
    """From the page of runs to the page of one of them."""
    page.locator(_ROWS).filter(has_text=name).get_by_role("link").first.click()
    page.get_by_role("heading", name=name).wait_for()


def open_files(page: Page) -> None:
    """From a run's page to its files."""
    page.get_by_role("tab", name="Artifacts").click()


def mode(page: Page) -> str:
    """Which of MLflow's two faces is shown: `Model training` or `GenAI`."""
    page.get_by_text("Model training", exact=True).wait_for()
    prompts = page.locator("nav").get_by_text(re.compile("^(Prompts|Sessions|Judges)$"))
    return "GenAI" if prompts.count() else "Model training"


def _index(row: Locator) -> str:
    return row.get_attribute("row-index") or "0"
