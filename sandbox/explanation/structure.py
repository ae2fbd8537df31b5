"""Faithful to the structure: do explanations name the traits that truly move the risk?

Contributions of features are added up by the trait that each feature measures, and held against
the world's own contributions of those traits for the same customers. A good model need not use the
true drivers (what it sees are proxies), so this is a figure about explanations, kept apart from
faithfulness to the model, and never a failure.

Both sides are taken as deviations from their mean over the customers compared: the true base is
the log-odds of a mean probability and the model's a mean of log-odds, over backgrounds that
differ, and a constant between the two says nothing about anyone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from sandbox.errors import BadInput

Floats = NDArray[np.float64]

#: feature -> the world's players (`data_generators.contributions.PLAYERS`) that it measures, in
#: equal parts: those of whose traits the column is made (`data_generators.profiles`). Ability is
#: no player of its own and counts as income and buffer, which it moves. A trait that weighs less
#: than half of the column's main one is left out. () is a feature that measures no cause.
MEASURES: dict[str, tuple[str, ...]] = {
    "age": ("willingness", "income", "buffer"),
    "employment_months": ("willingness", "income", "buffer"),
    "declared_income": ("income",),
    "declared_turnover": ("income",),
    "rent_monthly": ("income",),
    "bank_tenure_months": (),
    "bank_inflow": ("income",),
    "bank_savings": ("buffer",),
    "bureau_lenders": ("other_debt",),
    "bureau_lenders_30d": ("other_debt", "demand"),
    "bureau_inquiries_6m": ("demand",),
    "bureau_overdue_24m": ("willingness",),
    "bureau_90_plus_24m": ("willingness",),
    "bureau_limits_total": ("income", "other_debt"),
    "bureau_utilisation": ("demand",),
    "shop_orders_12m": ("income", "buffer"),
    "shop_late_payments_12m": ("willingness",),
    "shop_return_rate": ("willingness",),
    "social_contacts": (),
    "social_risky_share": ("willingness", "income", "buffer"),
    "court_enforcement": ("willingness",),
    "tenor_months": ("need",),
    "requested_amount": ("need",),
}
#: where what is financed is the rent, rent is the need
RENT_IS_NEED = {"rent_monthly": ("need",)}
#: what the name of a product's flag begins with: the product is held fixed in the true game, so
#: that contributions of flags have nothing to be compared with, and are left out
FLAG = "is_"
#: reasons given to a customer
TOP = 4
#: standard errors from 0 at which the sign of a true contribution counts as known
CLEAR = 2.0
#: customers drawn to tell how well an explanation can do
_SIMULATED = 4_000


def measures_of(features: list[str], *, rent_is_need: bool = False) -> dict[str, tuple[str, ...]]:
    """The players that each feature measures; features of unknown meaning measure none.

    >>> measures_of(["bank_savings", "is_instalment", "lucky_number"])
    {'bank_savings': ('buffer',), 'lucky_number': ()}
    """
    known = MEASURES | RENT_IS_NEED if rent_is_need else MEASURES
    return {name: known.get(name, ()) for name in features if not name.startswith(FLAG)}


@dataclass(frozen=True)
class Structure:
    """Explanations against the truth of the same customers."""

    #: customers compared
    rows: int
    #: mean over customers of the Spearman correlation, over players, of attributed and true
    #: contributions: 1 the true order, 0 unrelated
    rank_correlation: float
    #: 95%, normal over customers; NaN for a single one
    interval: tuple[float, float]
    #: share of attribution with the sign against the truth, where the truth is clear of its noise
    sign_errors: float
    #: mean share of the four players that raise a customer's risk most, which are also among the
    #: explanation's four
    top4_overlap: float
    #: share of attribution on features that measure no cause, or only one without effect here
    null_share: float
    #: what `top4_overlap` is for an explanation that names players at random
    by_chance: float
    #: a row a player: `player`, `features` (that measure it), `attributed` and `true` (shares of
    #: all absolute contributions), `rank_correlation` (over customers), `sign_errors`
    table: pd.DataFrame


def against_structure(
    contributions: pd.DataFrame,
    truth: pd.DataFrame,
    measures: Mapping[str, tuple[str, ...]],
    error: ArrayLike = 0.0,
) -> Structure:
    """Contributions of features (n × d, a column a feature) against true ones (n × players).

    `measures` names the players of each feature; features that it lacks are left out. `error` is
    the standard error of the true contributions, one for all or one a player.

    >>> true = pd.DataFrame({"income": [1.0, -1.0, 0.5], "buffer": [-0.5, 0.5, 1.0]})
    >>> said = pd.DataFrame({"salary": true["income"], "savings": true["buffer"]})
    >>> found = against_structure(said, true, {"salary": ("income",), "savings": ("buffer",)})
    >>> found.rank_correlation, found.sign_errors, found.null_share
    (1.0, 0.0, 0.0)
    """
    _check(contributions, truth, measures)
    players = [str(name) for name in truth.columns]
    true = truth.to_numpy(dtype=np.float64)
    idle = {name for k, name in enumerate(players) if np.abs(true[:, k]).max() <= 1e-12}
    said = _grouped(contributions, players, measures)
    of_feature = contributions[list(measures)].abs().sum()
    null = [name for name, whose in measures.items() if set(whose) <= idle]
    said, true = said - said.mean(axis=0), true - true.mean(axis=0)
    by_customer = _rank_correlations(said, true)
    mean = float(by_customer.mean())
    spread = by_customer.std(ddof=1) / sqrt(len(by_customer)) if len(by_customer) > 1 else np.nan
    clear = np.abs(true) > CLEAR * np.asarray(error, dtype=np.float64)
    wrong = clear & (said * true < 0)
    top = min(TOP, len(players))
    shared = _leading(said, top) & _leading(true, top)
    return Structure(
        rows=len(true),
        rank_correlation=mean,
        interval=(float(mean - 1.96 * spread), float(mean + 1.96 * spread)),
        sign_errors=_share(np.abs(said)[wrong].sum(), np.abs(said)[clear].sum()),
        top4_overlap=float(shared.sum(axis=1).mean() / top),
        null_share=_share(of_feature[null].sum(), of_feature.sum()),
        by_chance=top / len(players),
        table=_by_player(players, measures, said, true, clear),
    )


def noise_ceiling(first: pd.DataFrame, second: pd.DataFrame, seed: int = 0) -> float:
    """The rank correlation of a perfect explanation with the mean of two noisy halves.

    Told by simulation: normal contributions whose spread, a player each, is what the halves
    (n × players) share, and noise of the size by which they differ.

    >>> half = pd.DataFrame({"income": [1.0, -1.0, 0.5], "buffer": [-0.5, 0.5, 1.0]})
    >>> noise_ceiling(half, half)
    1.0
    """
    halves = (half.to_numpy(dtype=np.float64) for half in (first, second))
    a, b = (half - half.mean(axis=0) for half in halves)
    shared = np.sqrt(np.maximum((a * b).mean(axis=0), 0.0))
    noise = np.sqrt(((a - b) ** 2).mean(axis=0)) / 2
    rng = np.random.default_rng(seed)
    true = shared * rng.standard_normal((_SIMULATED, a.shape[1]))
    known = true + noise * rng.standard_normal(true.shape)
    return float(_rank_correlations(true, known).mean())


def _check(
    contributions: pd.DataFrame, truth: pd.DataFrame, measures: Mapping[str, tuple[str, ...]]
) -> None:
    if len(contributions) != len(truth) or not len(truth):
        raise BadInput(
            f"There are {len(contributions)} rows of contributions and {len(truth)} of truth; "
            "give the same customers, at least one."
        )
    lacking = [name for name in measures if name not in contributions]
    if lacking:
        raise BadInput(f"The contributions have no feature {', '.join(lacking)}.")
    strange = {p for whose in measures.values() for p in whose} - set(truth.columns)
    if strange:
        raise BadInput(
            f"The truth has no player {', '.join(sorted(strange))}; it has "
            f"{', '.join(map(str, truth.columns))}."
        )
    for name, table in (("contributions", contributions), ("truth", truth)):
        if not np.isfinite(table.to_numpy(dtype=np.float64)).all():
            raise BadInput(f"The {name} are not finite throughout; leave out rows without any.")


def _grouped(
    contributions: pd.DataFrame, players: list[str], measures: Mapping[str, tuple[str, ...]]
) -> Floats:
    """Contributions by player, n × players; a feature's go in equal parts to those it measures."""
    said = np.zeros((len(contributions), len(players)))
    for name, whose in measures.items():
        for player in whose:
            said[:, players.index(player)] += contributions[name].to_numpy() / len(whose)
    return said


def _rank_correlations(left: Floats, right: Floats) -> Floats:
    """Spearman correlation of each row over players; 0 where one side does not tell them apart."""
    a, b = (rankdata(side, axis=1) for side in (left, right))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    found: Floats = np.divide((a * b).sum(axis=1), size, out=np.zeros(len(a)), where=size > 0)
    return found


def _leading(values: Floats, top: int) -> NDArray[np.bool_]:
    """Flags of the `top` largest of each row; the first of equals."""
    flags = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(flags, np.argsort(-values, axis=1, kind="stable")[:, :top], True, axis=1)
    return flags


def _by_player(
    players: list[str],
    measures: Mapping[str, tuple[str, ...]],
    said: Floats,
    true: Floats,
    clear: NDArray[np.bool_],
) -> pd.DataFrame:
    mass, true_mass = np.abs(said), np.abs(true)
    wrong = clear & (said * true < 0)
    return pd.DataFrame(
        {
            "player": players,
            "features": [
                ", ".join(name for name, whose in measures.items() if player in whose)
                for player in players
            ],
            "attributed": [_share(m, mass.sum()) for m in mass.sum(axis=0)],
            "true": [_share(m, true_mass.sum()) for m in true_mass.sum(axis=0)],
            "rank_correlation": _rank_correlations(said.T, true.T),
            "sign_errors": [
                _share(mass[wrong[:, k], k].sum(), mass[clear[:, k], k].sum())
                for k in range(len(players))
            ],
        }
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
