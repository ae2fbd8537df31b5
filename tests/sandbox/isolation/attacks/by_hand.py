"""What attacks that are run by hand have in common."""

import contextlib
import threading

import pandas as pd

from sandbox.isolation import Limits

LABELS = pd.DataFrame({"target": [0.123456789, 1.0, 0.0]})
SOON = Limits(wall=8.0)
#: for what is replaced in this process for a while
WATCHING = threading.RLock()


def same():
    return contextlib.nullcontext()
