"""What a report was made on: Python, the locked requirements, the versions installed."""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: packages whose versions can change a figure
_PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "optbinning", "shap", "woodelf_explainer")


def environment() -> tuple[tuple[str, str], ...]:
    """Names and values for section 5; the hash of requirements.txt where this is a checkout."""
    installed = ", ".join(f"{name} {found}" for name in _PACKAGES if (found := _version(name)))
    lock = Path(__file__).resolve().parents[2] / "requirements.txt"
    locked = "not a checkout; the installed versions below hold"
    if lock.is_file():
        locked = f"requirements.txt, SHA-256 {hashlib.sha256(lock.read_bytes()).hexdigest()[:32]}"
    return (
        ("Python", platform.python_version()),
        ("Locked environment", locked),
        ("Installed", installed),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
