"""Public portfolios, brought to a folder: whole, checked, with their licence named."""

import gzip
import warnings
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sandbox.errors import BadInput, SandboxError
from sandbox.workspace import written_whole

#: seconds until the download is given up
PATIENCE = 60


@dataclass(frozen=True)
class Source:
    """A public data set on OpenML, and how the file with it must look."""

    file: str
    #: OpenML's number of the data set
    data_id: int
    #: our columns in OpenML's order, where they are called x1, x2, ..., y
    columns: tuple[str, ...]
    target: str
    rows: int
    defaults: int
    #: least and greatest value of some columns: the order of the columns, checked
    ranges: tuple[tuple[str, float, float], ...]
    title: str
    licence: str


TAIWAN = Source(
    file="taiwan_credit_default.csv.gz",
    data_id=42477,
    columns=(
        *("LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE"),
        *(f"PAY_{month}" for month in (0, 2, 3, 4, 5, 6)),
        *(f"BILL_AMT{month}" for month in range(1, 7)),
        *(f"PAY_AMT{month}" for month in range(1, 7)),
        "default.payment.next.month",
    ),
    target="default.payment.next.month",
    rows=30_000,
    defaults=6_636,
    ranges=(
        ("LIMIT_BAL", 10_000, 1_000_000),
        ("SEX", 1, 2),
        ("EDUCATION", 0, 6),
        ("MARRIAGE", 0, 3),
        ("AGE", 21, 79),
        ("PAY_0", -2, 8),
        ("PAY_6", -2, 8),
        ("PAY_AMT1", 0, 873_552),
    ),
    title="Default of Credit Card Clients, I-C. Yeh (2009), UCI Machine Learning Repository, "
    "DOI 10.24432/C55S3H",
    licence="CC BY 4.0",
)
SOURCES = {"taiwan": TAIWAN}


def fetch(name: str, folder: Path | str = "data") -> Path:
    """Bring a public portfolio to `folder`, from OpenML, and return the file in it.

    A file that is there already is checked and kept. Raises BadInput for a name there is not
    and for a file that looks otherwise than it must; SandboxError where OpenML cannot be
    reached, with the place where the file can be put by hand.
    """
    source = SOURCES.get(name)
    if source is None:
        raise BadInput(f"There is no portfolio {name!r} to fetch; there is: {', '.join(SOURCES)}.")
    folder = Path(folder)
    for place in (folder, *folder.parents):
        if place.is_file():
            raise BadInput(f"{place} is a file; give a folder for {source.file} with --to.")
    target = folder / source.file
    if target.exists():
        _check(_stored(target), source, str(target))
        return target
    table = _downloaded(source, target)
    _check(table, source, "what OpenML sent")
    table.insert(0, "ID", range(1, len(table) + 1))
    text = table.to_csv(index=False, lineterminator="\n").encode()
    with written_whole(target) as partial:
        partial.write_bytes(gzip.compress(text, mtime=0))
    return target


def _downloaded(source: Source, target: Path) -> pd.DataFrame:
    import socket

    from sklearn.datasets import fetch_openml

    patience = socket.getdefaulttimeout()
    # the only way to give fetch_openml a limit
    socket.setdefaulttimeout(PATIENCE)
    by_hand = (
        f"put the file at {target} by hand: a CSV, gzipped, with the header "
        f"ID,{source.columns[0]},...,{source.target} (as at UCI, DOI 10.24432/C55S3H) and "
        f"{source.rows:,} rows."
    )
    try:
        with warnings.catch_warnings():
            # of the one more try; how it ends is told below
            warnings.filterwarnings("ignore", message="A network error occurred")
            frame: pd.DataFrame = fetch_openml(
                data_id=source.data_id, as_frame=True, parser="auto", cache=False, n_retries=1
            ).frame
    except OSError as error:
        raise SandboxError(f"OpenML cannot be reached ({_reason(error)}); {by_hand}") from error
    except ValueError as error:
        # scikit-learn's word for a wrong checksum and for what OpenML itself refuses
        raise SandboxError(f"OpenML did not send it ({_reason(error)}); {by_hand}") from error
    finally:
        socket.setdefaulttimeout(patience)
    ours = {f"x{i}": column for i, column in enumerate(source.columns[:-1], start=1)}
    named = frame.rename(columns={**ours, "y": source.target})
    missing = [column for column in source.columns if column not in named.columns]
    if missing:
        raise SandboxError(
            f"OpenML's data set {source.data_id} has other columns than expected "
            f"({', '.join(map(str, frame.columns[:4]))}, ...; {missing[0]} cannot be told); "
            f"put the file at {target} by hand."
        )
    return named[list(source.columns)].astype("int64")


def _reason(error: Exception) -> str:
    said = str(getattr(error, "reason", error)).strip() or type(error).__name__
    return said.splitlines()[0].rstrip(".")


def _stored(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except (OSError, EOFError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"{path} cannot be read ({reason}); delete it and fetch again.") from error


def _check(table: pd.DataFrame, source: Source, what: str) -> None:
    """BadInput unless rows, defaults, columns and ranges are the published ones."""
    wrong = ""
    missing = [column for column in source.columns if column not in table.columns]
    if missing:
        wrong = f"it has no column {missing[0]}"
    elif len(table) != source.rows:
        wrong = f"it has {len(table):,} rows, not {source.rows:,}"
    elif (found := int((table[source.target] == 1).sum())) != source.defaults:
        wrong = f"it has {found:,} defaults, not {source.defaults:,}"
    else:
        for column, low, high in source.ranges:
            if table[column].min() != low or table[column].max() != high:
                wrong = (
                    f"{column} runs from {table[column].min():g} to {table[column].max():g}, "
                    f"not from {low:g} to {high:g}"
                )
                break
    if wrong:
        raise BadInput(f"{what} is not {source.file}: {wrong}; delete it and fetch again.")
