"""One cell of a study: a model tried on a world (or a portfolio) with one seed, and its result.

A result is kept in a folder of its own, written whole or not at all; a study resumes by
finding it there. It holds no personal data and, but for figures under `truth/`, no truth.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from sandbox.explanation.attribution import Attribution
from sandbox.isolation.outcome import Evidence, Status
from sandbox.validation.judge import judged_again
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

#: bumped when a stored result of an older version can no longer be read
FORMAT = 1


@dataclass(frozen=True)
class Cell:
    """Which model, on what, with which seed."""

    #: the study's name, as a person says it
    study: str
    #: the model's name, as a person says it: "rule matrix"
    model: str
    #: the model's family, one short word: "rules", "hgb", "woe", "logistic"
    family: str
    #: what it is judged as: "limit", "fraud" or "pd"
    role: str
    #: the scenario's or the portfolio's name: "online_rental"
    scenario: str
    #: the world's (or the split's) seed
    seed: int
    #: digest of the whole configuration, hex; the key for resuming
    digest: str

    @property
    def run_name(self) -> str:
        """`rule matrix · online rental · seed 3`."""
        return f"{self.model} · {self.scenario.replace('_', ' ')} · seed {self.seed}"


@dataclass(frozen=True)
class DatasetRecord:
    """A table a cell used: identified by name and digest, never by where it lies."""

    name: str
    #: "training" or "evaluation"
    context: str
    #: hex digest of the contents
    digest: str
    rows: int
    #: column names and dtypes, in order
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, name: str, context: str, table: pd.DataFrame) -> Self:
        """The record of a table, its digest over names, types and values."""
        digest = hashlib.sha256()
        columns = tuple((str(c), str(t)) for c, t in table.dtypes.items())
        digest.update(json.dumps(columns).encode())
        digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
        return cls(name, context, digest.hexdigest()[:32], len(table), columns)


@dataclass(frozen=True)
class CellResult:
    """What came of a cell. Only when `status` is ok is anything but the reason to be read."""

    cell: Cell
    status: Status
    #: one sentence when the status is not ok
    reason: str = ""
    #: few, dotted, short: `model.family`, `policy.pd_cutoff`
    params: Mapping[str, str] = field(default_factory=dict)
    #: named `section/metric`; sections are value, perf, calib, fraud, stability, truth, ope, ops
    metrics: Mapping[str, float] = field(default_factory=dict)
    results: tuple[ValidationResult, ...] = ()
    #: tables to read and to draw from, the same names for every cell of a role
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    attribution: Attribution | None = None
    #: plots of the attribution, PNG by the place that they have in a run
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    #: one record a sandboxed worker, in order (fit, then score)
    evidence: tuple[Evidence, ...] = ()
    datasets: tuple[DatasetRecord, ...] = ()
    #: the fitted model as it came out of the sandbox: opaque, opened again only inside one
    model_blob: bytes | None = None
    #: how the blob is opened there, an `isolation.Kind`: "pickle" or "joblib"
    model_kind: str = "pickle"
    #: what a reader has to know of the data, as names and sentences: the definition of default
    facts: Mapping[str, str] = field(default_factory=dict)
    #: the code that ran it: version, commit, digest of sources, Python and packages
    code: Mapping[str, str] = field(default_factory=dict)
    #: features a model reads, and the columns of the matrix it returns
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    #: seconds from start to end, the sandbox included
    seconds: float = 0.0

    @property
    def model_hash(self) -> str:
        """SHA-256 of the fitted model's bytes, hex; empty where none is kept.

        The same data, seed and software give the same one.
        """
        return "" if self.model_blob is None else hashlib.sha256(self.model_blob).hexdigest()

    def judged_by(self, policy: Policy) -> "CellResult":
        """The same figures under another policy's thresholds."""
        return replace(self, results=tuple(judged_again(r, policy) for r in self.results))

    def save(self, folder: Path) -> None:
        """Write to `folder` (which must not exist yet) in one rename."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            self._write(partial)
            os.sync()
            partial.rename(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise

    def _write(self, folder: Path) -> None:
        record: dict[str, Any] = {
            "format": FORMAT,
            "cell": asdict(self.cell),
            "status": str(self.status),
            "reason": self.reason,
            "params": dict(self.params),
            "facts": dict(self.facts),
            "code": dict(self.code),
            "metrics": {name: float(value) for name, value in self.metrics.items()},
            "results": [r.record() for r in self.results],
            "tables": list(self.tables),
            "evidence": [e.record() for e in self.evidence],
            "datasets": [asdict(d) for d in self.datasets],
            "inputs": list(self.inputs),
            "outputs": list(self.outputs),
            "seconds": self.seconds,
            "model_kind": self.model_kind,
            "attribution": None,
            "pictures": list(self.pictures),
        }
        for name, table in self.tables.items():
            table.to_parquet(folder / f"table.{name}.parquet", index=False)
        for result in self.results:
            if result.table is not None:
                result.table.to_parquet(folder / f"result.{result.id}.parquet", index=False)
        if self.attribution is not None:
            a = self.attribution
            record["attribution"] = {"output": a.output, "method": a.method}
            a.features.to_parquet(folder / "attribution.features.parquet", index=False)
            np.save(folder / "attribution.npy", np.column_stack([a.values, a.base]))
        for place, picture in enumerate(self.pictures.values()):
            (folder / f"picture.{place}.png").write_bytes(picture)
        if self.model_blob is not None:
            (folder / "model.blob").write_bytes(self.model_blob)
        (folder / "cell.json").write_text(json.dumps(record, indent=1, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; FileNotFoundError when there is nothing."""
        record = json.loads((folder / "cell.json").read_text())
        results = []
        for entry in record["results"]:
            result = ValidationResult.from_record(entry)
            table = folder / f"result.{result.id}.parquet"
            results.append(
                replace(result, table=pd.read_parquet(table)) if table.exists() else result
            )
        attribution = None
        if record["attribution"] is not None:
            matrix = np.load(folder / "attribution.npy", allow_pickle=False)
            attribution = Attribution(
                values=matrix[:, :-1],
                base=matrix[:, -1],
                features=pd.read_parquet(folder / "attribution.features.parquet"),
                **record["attribution"],
            )
        blob = folder / "model.blob"
        return cls(
            cell=Cell(**record["cell"]),
            status=Status(record["status"]),
            reason=record["reason"],
            params=record["params"],
            facts=record.get("facts", {}),
            code=record.get("code", {}),
            metrics=record["metrics"],
            results=tuple(results),
            tables={n: pd.read_parquet(folder / f"table.{n}.parquet") for n in record["tables"]},
            attribution=attribution,
            pictures={
                name: (folder / f"picture.{place}.png").read_bytes()
                for place, name in enumerate(record.get("pictures", ()))
            },
            evidence=tuple(Evidence.from_record(e) for e in record["evidence"]),
            datasets=tuple(
                DatasetRecord(**{**d, "columns": tuple(map(tuple, d["columns"]))})
                for d in record["datasets"]
            ),
            model_blob=blob.read_bytes() if blob.exists() else None,
            model_kind=record["model_kind"],
            inputs=tuple(record["inputs"]),
            outputs=tuple(record["outputs"]),
            seconds=record["seconds"],
        )
