"""A study in MLflow as a person sees it: a real server, a real browser, what is drawn on the page.

After each test the page is kept as a picture in tests/output/mlflow, or in the folder that
RISK_SANDBOX_PICTURES names.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import mlflow_pages as pages
import pytest
from browser import draws_chinese, free_port, open_page
from start_script import ROOT

import data_generators as dg
import sandbox as sb
from sandbox.tracking import open_store, runs, serve

STUDY = "credit limits 授信额度"
MODELS = ("boosted PD", "rule matrix")
SEEDS = (1, 2)
NAMES = {f"{model} · online rental · seed {seed}" for model in MODELS for seed in SEEDS}
OF_ONE_SEED = [f"{model} · online rental · seed 1" for model in MODELS]
#: what limit models are compared by
MAIN = (
    "truth/profit_per_customer",
    "truth/regret_per_customer",
    "value/profit_per_customer",
    "value/approval_rate",
    "perf/auc",
    "calib/ece",
)
#: MLflow writes three decimals below 10, fewer above
ROUNDED = {"rel": 1e-3, "abs": 5.01e-4}


@dataclass(frozen=True)
class Seen:
    """The page, and everything it has asked for."""

    page: object
    #: address of the study's runs, as `risk-sandbox ui` prints it
    url: str
    asked: list[str] = field(default_factory=list)

    @property
    def base(self):
        return self.url.partition("#")[0]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    """A store with a study of two limit models and two seeds."""
    workspace = sb.Workspace(tmp_path_factory.mktemp("mlflow") / "results")
    world = dg.World(dg.scenarios.online_rental, customers=1_500, months=12, seed=1)
    study = sb.Study(
        STUDY,
        worlds=[world],
        models=[sb.models.RuleMatrix(), sb.models.BoostedPD()],
        seeds=SEEDS,
        level="namespace",
        workspace=workspace,
        evaluation_seed=9,
        replicas=64,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        study.run(progress=False)
    return workspace


@pytest.fixture(scope="module")
def seen(workspace):
    """The study's runs in a browser that has been here before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with (
            serve(workspace, free_port(), study=STUDY, note=lambda text: None) as server,
            open_page(before=pages.SETTLED) as page,
        ):
            seen = Seen(page, server.url)
            page.on("request", lambda request: seen.asked.append(request.url))
            page.on("websocket", lambda talk: seen.asked.append(talk.url))
            yield seen


@pytest.fixture(autouse=True)
def _picture(request, seen):
    """Keep what was on the page when a test ended, well or not."""
    yield
    folder = Path(os.environ.get("RISK_SANDBOX_PICTURES") or ROOT / "tests" / "output" / "mlflow")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{request.node.name.removeprefix('test_')}.png"
    seen.page.screenshot(path=path)
    print(f"picture: {path}")


@pytest.fixture
def stored(workspace):
    """The study's runs as the store has them, by name."""
    kept = runs(workspace, STUDY)
    scenario = kept["scenario"].str.replace("_", " ")
    names = kept["model"] + " · " + scenario + " · seed " + kept["seed"].astype(str)
    return kept.set_index(names)


def test_the_link_opens_the_runs_of_the_study_and_not_the_face_for_generative_ai(seen):
    assert set(pages.open_runs(seen.page, seen.url, len(NAMES))) == NAMES
    assert pages.mode(seen.page) == "Model training"
    assert seen.page.get_by_role("link", name=STUDY).first.is_visible()
    assert draws_chinese(seen.page), (
        "No font of this machine has Chinese characters, so names are boxes; install one "
        "(apt-get install fonts-wqy-zenhei)."
    )


def test_a_reader_who_was_never_here_sees_the_same_runs(seen):
    page = seen.page.context.browser.new_page()  # of an empty profile
    page.on("request", lambda request: seen.asked.append(request.url))
    assert set(pages.open_runs(page, seen.url, len(NAMES))) == NAMES
    assert pages.mode(page) == "Model training"
    page.close()


def test_runs_are_sorted_best_first_by_a_figure_that_is_shown(seen, stored):
    shown = pages.open_runs(seen.page, seen.url, len(NAMES))
    sorted_by = seen.page.get_by_text("Sort: ").inner_text().partition(": ")[2]
    assert list(stored[sorted_by].sort_values(ascending=False).index) == shown
    heads = seen.page.locator(".ag-header-cell").filter(has_text=sorted_by)
    assert heads.count() == 1


def test_compare_puts_every_figure_of_all_runs_into_one_row(seen, stored):
    compared = sorted(pages.open_runs(seen.page, seen.url, len(NAMES)))
    pages.compare(seen.page, compared)
    columns = pages.table(seen.page, "Run details", "Run Name:")["Run Name:"]
    assert set(columns) == NAMES
    figures = pages.figures(seen.page)
    assert set(MAIN) <= set(figures)
    assert set(figures) == {name for name in stored if "/" in name}
    for name, cells in figures.items():
        kept = list(stored.loc[columns, name])
        assert [float(cell or "nan") for cell in cells] == pytest.approx(
            kept, **ROUNDED, nan_ok=True
        ), name


def test_compare_lines_up_model_scenario_and_seed_of_all_runs(seen, stored):
    pages.open_runs(seen.page, seen.url, len(NAMES))
    pages.compare(seen.page, sorted(NAMES))
    columns = pages.table(seen.page, "Run details", "Run Name:")["Run Name:"]
    parameters = pages.table(seen.page, "Parameters", "model")
    for name in ("model", "model.family", "role", "scenario", "seed"):
        assert parameters[name] == list(stored.loc[columns, name].astype(str)), name
    assert {len(cells) for cells in parameters.values()} == {len(NAMES)}


def test_compare_shows_the_shap_plots_of_two_models_side_by_side(seen):
    pages.open_runs(seen.page, seen.url, len(NAMES))
    pages.compare(seen.page, OF_ONE_SEED)
    pages.file_in(seen.page, "beeswarm.png").click()
    one, other = (picture.bounding_box() for picture in pages.pictures(seen.page, 2)[:2])
    assert one["y"] == other["y"]
    assert one["x"] + one["width"] <= other["x"]


def test_a_run_has_its_shap_plot_and_the_table_behind_it(seen):
    pages.open_runs(seen.page, seen.url, len(NAMES))
    pages.open_run(seen.page, OF_ONE_SEED[0])
    pages.open_files(seen.page)
    pages.file_in(seen.page, "explanation").click()
    pages.file_in(seen.page, "beeswarm.png").click()
    (picture,) = pages.pictures(seen.page, 1)[:1]
    assert picture.bounding_box()["width"] > 300
    pages.file_in(seen.page, "tables").click()
    pages.file_in(seen.page, "shap_summary.json").click()
    seen.page.get_by_text("bureau_utilisation", exact=True).first.wait_for()


def test_the_registry_says_which_model_is_champion_and_which_challenger(seen, workspace, stored):
    for model, alias in zip(MODELS, ("challenger", "champion"), strict=True):
        run_id = stored.loc[f"{model} · online rental · seed 1", "run_id"]
        name = open_store(workspace).set_alias(run_id, alias).partition("@")[0]
        seen.page.goto("about:blank")
        seen.page.goto(f"{seen.base}#/models/{name}")
        version = seen.page.get_by_role("row").filter(has_text=alias)
        version.first.wait_for()
        assert version.count() == 1
        assert model in version.inner_text()


def test_charts_have_a_section_a_family_and_nothing_was_asked_of_another_machine(seen):
    pages.open_runs(seen.page, seen.url, len(NAMES))
    families = ["value", "perf", "calib", "truth"]
    assert [title for title in pages.show_charts(seen.page) if title in families] == families
    assert len(seen.asked) > 20
    outside = [url for url in seen.asked if not stays_here(url)]
    assert outside == []


def stays_here(url):
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.hostname == "127.0.0.1"
