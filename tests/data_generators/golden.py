"""Golden hashes: one for every scenario and version of the world, in golden.json beside this.

A hash is of the observed tables of a small world as canonical bytes: amounts in whole cents,
other numbers to six decimals, texts in UTF-8, missing values by themselves. When contents were
meant to change, raise `data_generators.world.VERSION` and write the hashes again:

    python tests/data_generators/golden.py
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

import data_generators as dg
from data_generators import schema
from data_generators.world import VERSION

FILE = Path(__file__).with_name("golden.json")
#: decimals of what is not money; enough for times in days, shares and log-odds
DECIMALS = 6
MISSING = np.iinfo(np.int64).min


def golden_hash(scenario) -> str:
    """Hex digest of the observed tables of a world of 300 customers over 8 months."""
    observed = dg.World(scenario, customers=300, months=8, seed=7).observed()
    digest = hashlib.sha256()
    for table in schema.OBSERVED:
        frame = getattr(observed, table.name)
        digest.update(f"{table.name} {len(frame)}\n".encode())
        for column in table.columns:
            digest.update(f"{column.name} {column.dtype}\n".encode())
            digest.update(canonical(frame[column.name], money=column.unit.startswith("RMB")))
    return digest.hexdigest()


def canonical(values: pd.Series, money: bool) -> bytes:
    """The same bytes on any machine for values that are the same at the precision kept."""
    if pd.api.types.is_float_dtype(values.dtype):
        scaled = np.rint(values.to_numpy(dtype=float) * 10.0 ** (2 if money else DECIMALS))
        whole = np.where(np.isnan(scaled), 0, scaled).astype(np.int64)
        return np.where(np.isnan(scaled), MISSING, whole).astype("<i8").tobytes()
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy().astype("<i8").tobytes()
    return "\x1f".join("\x00" if pd.isna(v) else str(v) for v in values).encode()


def hashes() -> dict[str, str]:
    """The golden hash of every scenario, a blend and a drift."""
    from worlds import ALL

    return {name: golden_hash(scenario) for name, scenario in ALL.items()}


if __name__ == "__main__":
    FILE.write_text(json.dumps({"version": VERSION, "worlds": hashes()}, indent=1) + "\n")
    print(f"Wrote {FILE} for version {VERSION}.")
