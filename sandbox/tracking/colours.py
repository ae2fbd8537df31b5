"""Colours of runs in MLflow's charts: a hue a model, lighter or darker by seed.

MLflow colours runs by their random identity, so that two runs of a study may look the same, and
nothing says which bars are of one model.
"""

import colorsys
import hashlib

#: put before a name that is hashed: with these words the hues of the built-in models of one role
#: lie 49 degrees or more apart
_SALT = "model 13707 "
#: how light the seeds of a model are drawn, in turn
_LIGHT = (0.42, 0.55, 0.68)
_VIVID = 0.6


def colour(model: str, seed: int) -> str:
    """The colour of a model's run, `#rrggbb`; the same in every study.

    >>> colour("rule matrix", 7) == colour("rule matrix", 7) != colour("rule matrix", 8)
    True
    """
    hue = int(hashlib.sha256(f"{_SALT}{model}".encode()).hexdigest()[:6], 16) / 0x1000000
    parts = colorsys.hls_to_rgb(hue, _LIGHT[seed % len(_LIGHT)], _VIVID)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)
