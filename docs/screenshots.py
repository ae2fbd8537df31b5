"""Take the pictures of README and docs from a store with a finished study.

    python docs/screenshots.py --store results --out docs

Needs the development requirements (playwright) and a Chromium of the system; nothing is fetched.
Writes mlflow-runs.png, mlflow-charts.png, mlflow-compare.png, mlflow-run.png and, for a report
that is named, report.png.
"""

import argparse
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from sandbox.tracking import serve
from sandbox.workspace import Workspace

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: what a reader has clicked away once: MLflow's assistant and its GenAI mode
SETTLED = """
localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true');
localStorage.setItem('mlflow.workflowType_v1', '"machine_learning"');
"""
ROW = '.ag-pinned-left-cols-container [row-index="{}"]'
#: MLflow redraws for a while after its last element has appeared (milliseconds)
DRAWING = 2500
#: MLflow gives Compare's list of files no room in a narrower window, or with more than 3 runs
WIDTH, HEIGHT = 1920, 1000


@contextmanager
def page_of_a_browser() -> Iterator[Page]:
    """A page of a headless Chromium, settled as a returning reader's."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("No Chromium found; install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.add_init_script(SETTLED)
        yield page
        browser.close()


def open_runs(page: Page, url: str) -> int:
    """Open the study's runs and return how many are shown."""
    page.goto("about:blank")  # a change of the fragment alone would not load the page anew
    page.goto(url)
    page.wait_for_selector(ROW.format(0))
    page.wait_for_timeout(DRAWING)
    return page.locator(".ag-pinned-left-cols-container [row-index]").count()


def picture_runs(page: Page, url: str, out: Path) -> None:
    """The table of runs and the charts by family of metrics."""
    open_runs(page, url)
    page.screenshot(path=out / "mlflow-runs.png")
    page.locator("label:has([value=CHART])").click()
    page.wait_for_timeout(2 * DRAWING)
    page.screenshot(path=out / "mlflow-charts.png")


def picture_compare(page: Page, url: str, out: Path, runs: int) -> None:
    """Compare the first run with other models on the same seed, SHAP plots below the metrics."""
    shown = open_runs(page, url)
    names = [page.locator(ROW.format(row)).inner_text().strip() for row in range(shown)]
    seed = names[0].rpartition("·")[2]
    same_seed = [row for row, name in enumerate(names) if name.rpartition("·")[2] == seed]
    for row in same_seed[:runs]:
        page.locator(ROW.format(row)).locator(".ag-selection-checkbox").click()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("text=Run details")
    page.set_viewport_size({"width": WIDTH, "height": 3000})
    page.get_by_text("beeswarm.png").first.click()
    page.mouse.move(0, 0)
    pictures = page.locator("img[src^='blob:'], img[src*='get-artifact']")
    pictures.first.wait_for()
    page.wait_for_timeout(DRAWING)
    box = pictures.first.bounding_box()
    bottom = box["y"] + box["height"] + 40 if box else HEIGHT
    page.screenshot(
        path=out / "mlflow-compare.png",
        clip={"x": 0, "y": 0, "width": WIDTH, "height": bottom},
    )
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def picture_run(page: Page, url: str, out: Path) -> None:
    """The first run's page, at its beeswarm plot."""
    open_runs(page, url)
    page.locator(ROW.format(0)).get_by_role("link").first.click()
    page.get_by_role("tab", name="Artifacts").or_(page.get_by_text("Artifacts").first).first.click()
    page.get_by_text("beeswarm.png").first.click()
    page.wait_for_timeout(DRAWING)
    page.screenshot(path=out / "mlflow-run.png")


def picture_report(page: Page, report: Path, out: Path) -> None:
    """The summary of a report: lights, findings, key figures."""
    page.set_viewport_size({"width": 900, "height": 1150})
    page.goto(report.resolve().as_uri())
    page.get_by_role("heading", name="Summary").evaluate("heading => heading.scrollIntoView()")
    page.wait_for_timeout(DRAWING)
    page.screenshot(path=out / "report.png")


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, default=Path("results"), help="folder of results")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder for the pictures")
    parser.add_argument("--study", help="name of the study; the latest if not given")
    parser.add_argument("--view", help="role whose view to open: limit, fraud, pd or all")
    parser.add_argument("--runs", type=int, default=3, help="how many runs to compare")
    parser.add_argument("--report", type=Path, help="an HTML report; report.png shows it")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(given.store)
    with serve(workspace, free_port(), study=given.study) as server, page_of_a_browser() as page:
        url = server.url
        if given.view:
            start, _, rest = url.partition("viewStateShareKey=")
            url = f"{start}viewStateShareKey={given.view}&{rest.partition('&')[2]}"
        picture_runs(page, url, given.out)
        picture_compare(page, url, given.out, given.runs)
        picture_run(page, url, given.out)
        if given.report:
            picture_report(page, given.report, given.out)


if __name__ == "__main__":
    main()
