"""Which code a cell was run by: this package, its commit, Python, and the packages that matter."""

import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: packages whose version can change a figure
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "shap", "mlflow")


def software(digest: str = "") -> dict[str, str]:
    """Names and versions as they are now; `digest` is that of the packages' sources.

    `version` of this package; `commit` and `modified` (yes, no) where it lies in a git checkout;
    `digest`; `python`; and `package.<name>` for `PACKAGES`.
    """
    return {**_installed(), **({"digest": digest} if digest else {})}


def as_tags(code: Mapping[str, str]) -> dict[str, str]:
    """The tags of a run that say which code it was."""
    named = {
        "code.version": code.get("version", ""),
        "mlflow.source.git.commit": code.get("commit", ""),
        "code.modified": code.get("modified", ""),
    }
    return {name: value for name, value in named.items() if value}


@cache
def _installed() -> dict[str, str]:
    found = {"version": _version("risk-sandbox") or "not installed"}
    commit = _git("rev-parse", "--verify", "HEAD")
    if commit:
        found["commit"] = commit
        found["modified"] = "yes" if _git("status", "--porcelain", "-uno") else "no"
    found["python"] = platform.python_version()
    found.update({f"package.{name}": _version(name) or "not installed" for name in PACKAGES})
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _git(*arguments: str) -> str:
    """What git says about the checkout this package lies in; empty when it lies in none."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return ""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
