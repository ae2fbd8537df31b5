"""The files of a run, at identical paths in every run, so that they stand side by side.

tables/<name>.json            what MLflow's artifact view shows next to other runs
tables/<name>.parquet         the whole table, where the JSON is a sample of it
explanation/*.png             beeswarm and importance; copies at the top for Compare
validation/results.json       every test with its verdict
isolation/evidence.json       what held the model, and what it used
"""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.tracking.guard import stays_here

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import CellResult

#: rows of a table that a person reads side by side; a longer one is sampled at even distances
MAX_ROWS = 200

#: tables that the artifact view opens with, in order
_FIRST = ("validation", "decisions_by_segment", "shap_summary")


def write_artifacts(result: "CellResult", folder: Path) -> list[str]:
    """Write the files below `folder`; returns the paths that MLflow shows as tables."""
    tables = {name: table for name, table in result.tables.items() if not stays_here(table)}
    if result.attribution is not None:
        tables.setdefault("shap_summary", result.attribution.summary())
        _write_plots(result, folder / "explanation")
    if result.results:
        tables["validation"] = _validation(result)
        _write_json(folder / "validation" / "results.json", [r.record() for r in result.results])
    if result.evidence:
        _write_json(folder / "isolation" / "evidence.json", [e.record() for e in result.evidence])
    for name, table in tables.items():
        _write_table(folder / "tables" / f"{name}.json", table)
    first = {name: place for place, name in enumerate(_FIRST)}
    return [f"tables/{n}.json" for n in sorted(tables, key=lambda n: (first.get(n, 9), n))]


def table_tag(paths: list[str]) -> tuple[str, str]:
    """The tag by which MLflow's artifact view finds a run's tables."""
    return "mlflow.loggedArtifacts", json.dumps([{"path": p, "type": "table"} for p in paths])


def _write_table(path: Path, table: "pd.DataFrame") -> None:
    """MLflow's own format for `log_table`: column names and rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(table) > MAX_ROWS:
        table.to_parquet(path.with_suffix(".parquet"), index=False)
        step = (len(table) - 1) / (MAX_ROWS - 1)
        table = table.iloc[[round(row * step) for row in range(MAX_ROWS)]]
    path.write_text(
        table.to_json(orient="split", index=False, double_precision=6, date_format="iso")
    )


def _validation(result: "CellResult") -> "pd.DataFrame":
    import pandas as pd

    rows = [
        {
            "test": r.title,
            "verdict": str(r.verdict),
            "statistic": r.statistic,
            "threshold": r.threshold,
            "low": r.interval[0] if r.interval else None,
            "high": r.interval[1] if r.interval else None,
            "rows": r.n,
            "note": r.reason,
        }
        for r in result.results
    ]
    return pd.DataFrame(rows)


def _write_plots(result: "CellResult", folder: Path) -> None:
    from matplotlib.figure import Figure

    from sandbox.explanation.plots import plot_beeswarm, plot_importance

    assert result.attribution is not None
    folder.mkdir(parents=True, exist_ok=True)
    for name, plot in (("beeswarm", plot_beeswarm), ("importance", plot_importance)):
        axes = plot(result.attribution)
        figure = axes.figure
        assert isinstance(figure, Figure)
        figure.suptitle(result.cell.run_name, fontsize=11)
        # no Software entry: the same result gives the same bytes under any matplotlib
        figure.savefig(folder / f"{name}.png", metadata={"Software": None})
        # MLflow's Compare page shows files of the top folder only
        shutil.copyfile(folder / f"{name}.png", folder.parent / f"{name}.png")


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, default=str))
