"""Figures of who borrows: other lenders, fraud among applications, and how well pd ranks."""

import numpy as np
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.streams import Floats


def multi_lender(n_lenders: NDArray[np.int64]) -> float:
    """Share of borrowers with more than one lender: this bank, and at least one other.

    `n_lenders` counts the others.

    >>> multi_lender(np.array([0, 0, 1, 3]))
    0.5
    """
    return float((n_lenders >= 1).mean())


def fraud_prevalence(typology: NDArray[np.str_]) -> float:
    """Share of applications that are fraudulent, all typologies of applications together.

    >>> fraud_prevalence(np.array(["", "ring", "", ""]))
    0.25
    """
    return float((typology != "").mean())


def synthetic_charge_off(is_synthetic: NDArray[np.bool_], lost: Floats) -> tuple[float, float]:
    """Share of charged-off accounts that are synthetic identities, and of what is lost.

    One entry an account; `lost` is what was written off, RMB, 0 for accounts that were not.

    >>> synthetic_charge_off(np.array([True, False, False]), np.array([30.0, 10.0, 0.0]))
    (0.5, 0.75)
    """
    gone = lost > 0
    if not gone.any():
        return float("nan"), float("nan")
    return float(is_synthetic[gone].mean()), float(lost[is_synthetic].sum() / lost.sum())


def auc(score: Floats, pd: Floats) -> float:
    """AUC of a score, expected over outcomes that come about with probability `pd`.

    The chance that a defaulter has a higher score than another customer; ties count half. With
    a `pd` of 0 and 1 it is the AUC of outcomes that happened.

    >>> auc(np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 1.0, 0.0, 1.0]))
    0.875
    """
    good = 1.0 - pd
    own = float((pd * good).sum())  # nobody is paired with himself
    pairs = float(pd.sum() * good.sum()) - own
    if not pairs > 0:
        raise InvalidInput("An AUC needs at least one default and one other outcome.")
    _, level = np.unique(score, return_inverse=True)
    bad_at, good_at = np.bincount(level, pd), np.bincount(level, good)
    below = np.cumsum(good_at) - good_at / 2
    return float(((bad_at * below).sum() - own / 2) / pairs)
