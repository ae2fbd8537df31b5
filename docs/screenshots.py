"""Take the pictures of README and docs from a store with a finished study.

    risk-sandbox run --evaluation-seed 1 --store pictures
    python docs/screenshots.py --store pictures --study "online rental: credit limits"

Drives MLflow's pages as the tests do (tests/browser.py, tests/sandbox/tracking/mlflow_pages.py),
so it needs the development requirements (playwright) and a Chromium of the system; nothing is
fetched. Writes mlflow-runs.png and mlflow-compare.png; with --all mlflow-charts.png and
mlflow-run.png as well; for a report that is named, report.png. Each has 256 colours at most.
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "sandbox" / "tracking")]

import mlflow_pages as pages  # noqa: E402
from browser import HEIGHT, WIDTH, free_port, open_page  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

from sandbox.tracking import runs, serve, studies  # noqa: E402
from sandbox.workspace import Workspace  # noqa: E402

#: milliseconds: MLflow moves what it draws for a while after all of it is there
DRAWING = 1500
#: pixels of a window in which the whole Compare page has room
TALL = 3000


def save(page: Page, path: Path, height: int = HEIGHT) -> None:
    """The upper part of the page, in 256 colours."""
    from PIL import Image

    page.mouse.move(0, 0)  # or what lies below it is drawn as touched
    page.wait_for_timeout(DRAWING)
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height}
    with Image.open(BytesIO(page.screenshot(clip=clip))) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def picture_runs(page: Page, url: str, names: list[str], out: Path) -> None:
    """The table of runs."""
    pages.open_runs(page, url, len(names))
    save(page, out / "mlflow-runs.png", 560)


def picture_charts(page: Page, url: str, names: list[str], out: Path) -> None:
    """The charts by family of metrics."""
    pages.open_runs(page, url, len(names))
    pages.show_charts(page)
    save(page, out / "mlflow-charts.png")


def picture_compare(page: Page, url: str, names: list[str], out: Path) -> None:
    """Runs beside each other: parameters, the last metrics, which are of value, SHAP plots."""
    pages.open_runs(page, url, len(names))
    pages.compare(page, sorted(names, reverse=True))
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    pages.figures(page)
    pages.file_in(page, "beeswarm.png").click()
    box = pages.pictures(page, len(names))[0].bounding_box()
    assert box is not None
    save(page, out / "mlflow-compare.png", round(box["y"] + box["height"] + 30))
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def picture_run(page: Page, url: str, name: str, out: Path) -> None:
    """A run's page, at its beeswarm plot."""
    pages.open_runs(page, url, 1)
    pages.open_run(page, name)
    pages.open_files(page)
    pages.file_in(page, "beeswarm.png").click()
    pages.pictures(page, 1)
    save(page, out / "mlflow-run.png")


def picture_report(page: Page, report: Path, out: Path) -> None:
    """The summary of a report: lights, findings, key figures."""
    page.set_viewport_size({"width": 900, "height": 1150})
    page.goto(report.resolve().as_uri())
    page.get_by_role("heading", name="Summary").evaluate("heading => heading.scrollIntoView()")
    save(page, out / "report.png", 1150)


def of_one_seed(workspace: Workspace, study: str, models: int) -> list[str]:
    """Names of the runs of the first seed, of the models named first in the alphabet."""
    kept = runs(workspace, study)
    kept = kept[(kept["seed"] == kept["seed"].min()) & (kept["status"] == "ok")].head(models)
    return [
        f"{run['model']} · {run['scenario'].replace('_', ' ')} · seed {run['seed']}"
        for _, run in kept.iterrows()
    ]


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, default=Path("results"), help="folder of results")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "docs" / "images", help="for the pictures"
    )
    parser.add_argument("--study", help="name of the study; the latest if not given")
    parser.add_argument("--models", type=int, default=2, help="how many models to compare")
    parser.add_argument("--all", action="store_true", help="charts and a run's page as well")
    parser.add_argument("--report", type=Path, help="an HTML report; report.png shows it")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(given.store)
    study = given.study or studies(workspace)[0]
    names = of_one_seed(workspace, study, given.models)
    with (
        serve(workspace, free_port(), study=study) as server,
        open_page(before=pages.SETTLED) as page,
    ):
        picture_runs(page, server.url, names, given.out)
        picture_compare(page, server.url, names, given.out)
        if given.all:
            picture_charts(page, server.url, names, given.out)
            picture_run(page, server.url, names[0], given.out)
        if given.report:
            picture_report(page, given.report, given.out)


if __name__ == "__main__":
    main()
