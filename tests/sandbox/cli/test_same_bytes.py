"""The same inputs and date give the same reports, byte for byte, whatever else differs."""

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sandbox.cell import CellResult
from sandbox.cli import main
from sandbox.models.boosted_pd import BoostedPD
from sandbox.models.scorecard import Scorecard
from tests.real_accounts import REAL

PROGRAM = [sys.executable, "-c", "from sandbox.cli import main; main()"]
DATE = ("--report-date", "2026-12-01")
ROWS = 400


def typed(*words, cwd, **variables):
    """A command as a process of its own."""
    env = {**os.environ, **variables}
    told = subprocess.run(
        [*PROGRAM, *(str(w) for w in words)], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def elsewhere(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def files_of(store: Path) -> dict[str, bytes]:
    """Reports by name."""
    return {p.name: p.read_bytes() for p in sorted(store.glob("reports/*"))}


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    rng = np.random.default_rng(3)
    pd_ = rng.beta(1, 5, ROWS).round(6)
    table = pd.DataFrame(
        {
            "BAD": (rng.random(ROWS) < pd_).astype(int),
            "PD": pd_,
            "SEX": rng.choice(["f", "m"], ROWS),
            "OPENED": rng.choice(["2026-01-15", "2026-02-15"], ROWS),
        }
    )
    folder = tmp_path_factory.mktemp("same")
    table.to_csv(folder / "scored.csv", index=False)
    return folder / "scored.csv"


COLUMNS = ("--target", "BAD", "--score", "PD", "--group", "SEX", "--date", "OPENED")


@pytest.fixture(scope="module")
def first(scored):
    """Reports of the table of scores, written in this process."""
    store = scored.parent / "store"
    words = ["validate", "--portfolio", scored, *COLUMNS, *DATE, "--store", store]
    told = CliRunner().invoke(main, [str(w) for w in (*words, "--format", "html,json,csv,xlsx")])
    assert told.exit_code == 0, told.output
    return files_of(store)


def test_another_folder_order_of_formats_and_time_zone_give_the_same_bytes(scored, first, tmp_path):
    copy = elsewhere(tmp_path / "copy") / scored.name
    shutil.copy(scored, copy)
    typed(
        *("validate", "--portfolio", f"../copy/{scored.name}", *COLUMNS, *DATE),
        *("--store", "s", "--format", "csv,xlsx,json,html"),
        cwd=elsewhere(tmp_path / "work"),
        TZ="Asia/Shanghai",
        PYTHONHASHSEED="77",
        LC_ALL="C",
    )
    again = files_of(tmp_path / "work" / "s")
    assert {Path(name).suffix for name in again} == {".html", ".json", ".csv", ".xlsx"}
    assert [name for name in first if first[name] != again.get(name)] == []


def test_a_day_that_is_none_is_refused_before_anything_is_written(scored, tmp_path):
    for date in ("2026-02-30", "20261201", "today"):
        words = ["validate", "--portfolio", scored, *COLUMNS, "--store", tmp_path / "s"]
        told = CliRunner().invoke(main, [str(w) for w in (*words, "--report-date", date)])
        assert told.exit_code == 2
        assert f"{date!r} is no day; write it as YYYY-MM-DD" in " ".join(told.stderr.split())
    assert not (tmp_path / "s").exists()


def fitted(model, seed: int) -> CellResult:
    """The cell of a model fitted on 200 accounts of a seed, only as far as its hash goes."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({"income": rng.lognormal(size=200), "debt": rng.random(200)})
    labels = pd.DataFrame({"target": (rng.random(200) < 0.3).astype(float)})
    model.fit(features, labels)
    return CellResult(None, None, model_blob=pickle.dumps(model))


@pytest.mark.parametrize("make", [BoostedPD, Scorecard])
def test_the_same_seed_gives_the_same_model_hash_and_another_seed_another(make):
    one, again, other = (fitted(make(), seed).model_hash for seed in (1, 1, 2))
    assert one == again != other
    assert len(one) == 64
    assert CellResult(None, None).model_hash == ""


def twice(tmp_path: Path, *words) -> dict[str, bytes]:
    """Reports of a command, which a second run with all else changed repeats."""
    every = ("csv", "json", "xlsx", "docx", "html", "pdf")
    one, other = (elsewhere(tmp_path / name) for name in ("one", "other"))
    typed(*words, *DATE, "--store", "s", "--format", ",".join(every), cwd=one)
    typed(
        *(*words, *DATE, "--store", "t", "--format", ",".join(reversed(every))),
        cwd=other,
        TZ="Asia/Shanghai",
        PYTHONHASHSEED="77",
        OMP_NUM_THREADS="2",
    )
    found, again = files_of(one / "s"), files_of(other / "t")
    assert [name for name in found if found[name] != again.get(name)] == []
    assert len(found) % len(every) == 0
    return found


def hashes(store: Path) -> set[str]:
    return {CellResult.load(p.parent).model_hash for p in store.glob("studies/*/*/cell.json")}


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_on_the_champion_of_online_rental_is_repeated(tmp_path, language):
    words = ("run", "--customers", "3000", "--seeds", "1", "--evaluation-seed", "1")
    found = twice(tmp_path, *words, "--language", language)
    assert {name.rpartition("-")[2] for name in found} >= {"limit.pdf", "fraud.docx"}
    assert hashes(tmp_path / "one" / "s") == hashes(tmp_path / "other" / "t")


# Users do not have the real accounts; a skipped test would fail in CI, so there is none.
if REAL.exists():

    @pytest.mark.long
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_the_report_on_a_model_of_real_card_accounts_is_repeated(tmp_path, language):
        words = ("validate", "--portfolio", REAL, "--mapping", "taiwan", "--fit")
        found = twice(tmp_path, *words, "--language", language)
        assert len(found) == 6
        models = hashes(tmp_path / "one" / "s")
        assert models == hashes(tmp_path / "other" / "t")
        page = found["taiwan-cards-validation-pd.html"].decode()
        assert any(model[:32] in page for model in models)
