"""The files of a run, at identical paths in every run, so that they stand side by side.

tables/<name>.json              what MLflow's artifact view shows next to other runs
tables/<name>.parquet           the whole table, where the JSON is a sample of it
explanation/*.png               beeswarm and importance; smaller copies at the top for Compare
explanation/unavailable.txt     where there are none: why, and what can be done
validation/results.json         every test with its verdict
validation/not_evaluated.json   metrics without a figure, with the reason
isolation/evidence.json         what held the model, and what it used
code/version.json               the code that ran the cell, Python and packages
report/                         the validation report, once it is written

No table has a row a customer: decisions and reasons are of groups.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.tracking.decisions_table import decisions_of
from sandbox.tracking.figures_table import figures_of
from sandbox.tracking.guard import stays_here
from sandbox.tracking.pictures import drawn
from sandbox.tracking.software import software
from sandbox.tracking.unevaluated import not_evaluated, public_words, why_unavailable

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import CellResult

#: rows of a table that a person reads side by side; a longer one is sampled at even distances
MAX_ROWS = 200

#: tables that the artifact view opens with, in order
_FIRST = ("figures", "validation", "decisions", "shap_summary", "reason_codes")

#: a cell's table of decisions by segment, which goes by one name in all roles
_RENAMED = ("decisions_by_segment",)


def tables_of(result: "CellResult") -> "dict[str, pd.DataFrame]":
    """The tables of a run, by name, those first that the artifact view opens with."""
    tables = {
        name: table
        for name, table in result.tables.items()
        if not stays_here(name, table) and name not in _RENAMED
    }
    if (decisions := decisions_of(result)) is not None:
        tables["decisions"] = decisions
    if result.attribution is not None:
        tables.setdefault("shap_summary", result.attribution.summary())
    if (figures := figures_of(result)) is not None:
        tables["figures"] = figures
    if result.results:
        tables["validation"] = _validation(result)
    first = {name: place for place, name in enumerate(_FIRST)}
    return {n: tables[n] for n in sorted(tables, key=lambda n: (first.get(n, 9), n))}


def write_artifacts(
    result: "CellResult", folder: Path, tables: "Mapping[str, pd.DataFrame]"
) -> list[str]:
    """Write the files below `folder`; returns the paths that MLflow shows as tables."""
    for name, picture in (result.pictures or drawn(result)).items():
        _write_bytes(folder / name, picture)
    if result.attribution is None:
        _write_text(folder / "explanation" / "unavailable.txt", why_unavailable(result))
    if result.results:
        records = [{**r.record(), "reason": public_words(r.reason)} for r in result.results]
        _write_json(folder / "validation" / "results.json", records)
    _write_json(folder / "validation" / "not_evaluated.json", not_evaluated(result))
    if result.evidence:
        _write_json(folder / "isolation" / "evidence.json", [e.record() for e in result.evidence])
    _write_json(folder / "code" / "version.json", _code(result))
    for name, table in tables.items():
        _write_table(folder / "tables" / f"{name}.json", table)
    return [f"tables/{name}.json" for name in tables]


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
            "note": public_words(r.reason),
        }
        for r in result.results
    ]
    return pd.DataFrame(rows)


def _code(result: "CellResult") -> dict[str, str]:
    level = str(result.evidence[-1].level) if result.evidence else "not isolated: nothing was run"
    return {**(result.code or software()), "isolation.level": level}


def _write_bytes(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _write_text(path: Path, text: str) -> None:
    _write_bytes(path, text.encode())


def _write_json(path: Path, value: object) -> None:
    _write_text(path, json.dumps(value, indent=1, ensure_ascii=False, default=str))
