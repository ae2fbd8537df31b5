"""NumPy's global generator, which shap draws from: fixed for a while, then as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def global_draws(seed: int) -> Iterator[None]:
    """Fix NumPy's global generator for the block; shap takes no generator of ours."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
