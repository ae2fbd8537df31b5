"""Golden hashes: two for every scenario and version of the world, in golden.json beside this.

One is of the observed tables of a small world as canonical bytes: amounts in whole cents, other
numbers to six decimals, texts in UTF-8, missing values by themselves. The other is of its fund
flows, where frauds by transfer are frequent enough for all of their shapes. When contents were
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
#: share of transfers that belong to a case; of a blend, whose parts have their own, the usual one
FRAUDS = 0.05
MISSING = np.iinfo(np.int64).min


def golden_hash(scenario) -> str:
    """Hex digest of the observed tables of a world of 300 customers over 8 months."""
    observed = dg.World(scenario, customers=300, months=8, seed=7).observed()
    return digest_of(schema.OBSERVED, observed)


def flows_hash(scenario) -> str:
    """Hex digest of transfers and their labels, of 300 customers over 2 calendar months."""
    if not scenario.parts:
        scenario = scenario.replace(transfer_fraud__rate=FRAUDS)
    world = dg.World(scenario, customers=300, months=8, seed=7)
    return digest_of(schema.FUND_FLOWS, world.fund_flows(2, progress=False))


def digest_of(tables, observed) -> str:
    """Hex digest of these tables, which are attributes of `observed`."""
    digest = hashlib.sha256()
    for table in tables:
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


def hashes() -> dict[str, dict[str, str]]:
    """The golden hashes of every scenario, a blend and a drift: worlds, and fund flows."""
    from worlds import ALL

    return {
        kind: {name: of(scenario) for name, scenario in ALL.items()}
        for kind, of in (("worlds", golden_hash), ("fund_flows", flows_hash))
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps({"version": VERSION, **hashes()}, indent=1) + "\n")
    print(f"Wrote {FILE} for version {VERSION}.")
