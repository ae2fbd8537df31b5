"""Fetching: OpenML's columns get their names, what comes is checked, offline says what to do."""

import shutil

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from real_accounts import REAL

from sandbox.errors import BadInput, SandboxError
from sandbox.portfolio import Portfolio
from sandbox.portfolio.fetch import TAIWAN, fetch


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """Made-up accounts with the columns, rows, defaults and ranges of the published ones."""
    draw = np.random.default_rng(11)
    ends = {column: (low, high) for column, low, high in TAIWAN.ranges}
    columns = {}
    for name in TAIWAN.columns[:-1]:
        low, high = ends.get(name, (0, 500_000) if "_AMT" in name else (-2, 8))
        columns[name] = draw.integers(low, high, TAIWAN.rows, endpoint=True)
        columns[name][:2] = low, high
    defaults = np.arange(TAIWAN.rows) < TAIWAN.defaults
    columns[TAIWAN.target] = draw.permutation(defaults).astype(int)
    return pd.DataFrame({"ID": np.arange(1, TAIWAN.rows + 1), **columns})


@pytest.fixture
def openml(monkeypatch, published):
    """OpenML's answer as it is described: columns x1 to x23 and y, y a category of words."""

    def answers(table: pd.DataFrame | None = None) -> None:
        table = published if table is None else table
        renamed = table.drop(columns="ID")
        renamed.columns = [*(f"x{i}" for i in range(1, len(renamed.columns))), "y"]
        renamed["y"] = renamed["y"].astype(str).astype("category")

        def fetch_openml(*, data_id, **_):
            assert data_id == 42477
            return sklearn.utils.Bunch(frame=renamed)

        monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)

    return answers


def test_what_openml_sends_becomes_the_file_the_mapping_reads(openml, published, tmp_path):
    openml()
    file = fetch("taiwan", tmp_path)
    assert file == tmp_path / "taiwan_credit_default.csv.gz"
    pd.testing.assert_frame_equal(pd.read_csv(file), published, check_dtype=False)
    portfolio = Portfolio.from_file(file, "taiwan")
    assert (len(portfolio), int(portfolio.target.sum())) == (30_000, 6_636)


if REAL.is_file():

    def test_the_real_accounts_are_taken_for_the_published_ones(tmp_path):
        shutil.copy(REAL, tmp_path / TAIWAN.file)
        assert fetch("taiwan", tmp_path) == tmp_path / TAIWAN.file


def test_a_file_that_is_there_is_kept_without_asking_anyone(openml, tmp_path, monkeypatch):
    openml()
    file = fetch("taiwan", tmp_path)
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", None)
    assert fetch("taiwan", tmp_path) == file


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda t: t.iloc[:-1], "it has 29,999 rows, not 30,000"),
        (lambda t: t.assign(**{TAIWAN.target: 0}), "it has 0 defaults, not 6,636"),
        (lambda t: t.assign(SEX=t["AGE"], AGE=t["SEX"]), "SEX runs from 21 to 79"),
    ],
)
def test_what_is_not_the_published_table_is_refused_and_nothing_written(
    openml, published, tmp_path, spoilt, said
):
    openml(spoilt(published))
    with pytest.raises(BadInput, match=said):
        fetch("taiwan", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_put_there_by_hand_is_checked(tmp_path):
    (tmp_path / TAIWAN.file).write_bytes(b"not gzip")
    with pytest.raises(BadInput, match="cannot be read"):
        fetch("taiwan", tmp_path)


def test_offline_says_where_the_file_goes_and_how_it_must_look(tmp_path, monkeypatch):
    # a proxy that nobody answers at: the request leaves scikit-learn and fails for real
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(SandboxError) as told:
        fetch("taiwan", tmp_path / "data")
    sentence = str(told.value)
    assert sentence.startswith("OpenML cannot be reached (")
    assert f"put the file at {tmp_path / 'data' / TAIWAN.file} by hand" in sentence
    assert "header ID,LIMIT_BAL,...,default.payment.next.month" in sentence
    assert "30,000 rows" in sentence
    assert "\n" not in sentence
    assert not (tmp_path / "data").exists()


@pytest.mark.filterwarnings("error")
def test_offline_it_is_the_network_that_fails_and_not_what_was_asked(tmp_path, monkeypatch):
    # scikit-learn checks its arguments first, and its refusal would be a ValueError
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(SandboxError, match="Connection refused") as told:
        fetch("taiwan", tmp_path)
    assert isinstance(told.value.__cause__, OSError)


@pytest.mark.parametrize("below", ["", "x"])
def test_a_file_in_the_folders_place_is_called_a_file(tmp_path, below):
    (tmp_path / "afile").write_text("keep")
    with pytest.raises(BadInput, match="afile is a file; give a folder"):
        fetch("taiwan", tmp_path / "afile" / below)


def test_a_portfolio_there_is_not_names_those_there_are(tmp_path):
    with pytest.raises(BadInput, match=r"no portfolio 'germany' to fetch; there is: taiwan\."):
        fetch("germany", tmp_path)
