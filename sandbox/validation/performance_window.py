"""Good, bad or indeterminate over a performance window, and who came through the door."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, same_length, vector
from sandbox.validation.stability import Index, psi

#: classes of an account at the end of its window, in the order of tables
CLASSES = ("good", "indeterminate", "bad", "immature")


@dataclass(frozen=True)
class Window:
    """The months in which an account shows what it is, and the arrears that decide.

    >>> Window(months=12, good_days=30, bad_days=90).months
    12
    """

    #: months on book that count
    months: int
    #: worst days past due up to which an account is good
    good_days: float
    #: worst days past due above which it is bad
    bad_days: float

    def __post_init__(self) -> None:
        if self.months < 1:
            raise BadInput(f"The window has {self.months} months; give at least 1.")
        if not 0 <= self.good_days <= self.bad_days:
            raise BadInput(
                f"good_days is {self.good_days:g} and bad_days {self.bad_days:g}; give "
                "0 ≤ good_days ≤ bad_days."
            )


def performance_classes(
    worst_days: npt.ArrayLike, months: npt.ArrayLike, window: Window
) -> npt.NDArray[np.object_]:
    """The class of each of n accounts.

    `worst_days` is the worst days past due within the window (NaN without an account), `months`
    how many months the account was followed. An account that was not followed through the whole
    window is immature, bad or not: bad ones are known early and good ones late, so counting the
    bad ones first would raise the rate. One without an account is immature, too.

    >>> performance_classes([0, 45, 95, 95], [12, 12, 12, 5], Window(12, 30, 90)).tolist()
    ['good', 'indeterminate', 'bad', 'immature']
    """
    days, followed = vector("worst_days", worst_days), finite("months", months)
    same_length(worst_days=days, months=followed)
    if (days < 0).any() or (followed < 0).any():
        raise BadInput("Days past due or months followed are below 0; give 0 or more.")
    kind = np.where(days > window.bad_days, 2, np.where(days > window.good_days, 1, 0))
    kind = np.where((followed < window.months) | np.isnan(days), 3, kind)
    return np.array(CLASSES, dtype=object)[kind]


def target_of(classes: npt.ArrayLike) -> Vector:
    """1 for bad, 0 for good, NaN for the indeterminate and the immature.

    >>> target_of(["good", "bad", "indeterminate"]).tolist()
    [0.0, 1.0, nan]
    """
    names = np.asarray(classes, dtype=object)
    unknown = set(names) - set(CLASSES)
    if unknown:
        raise BadInput(
            f"A class is called {sorted(map(str, unknown))[0]!r}; classes are {', '.join(CLASSES)}."
        )
    return np.where(names == "bad", 1.0, np.where(names == "good", 0.0, np.nan))


def class_table(classes: npt.ArrayLike, cohort: npt.ArrayLike) -> pd.DataFrame:
    """A row a cohort: `cohort`, `n`, shares of the four classes, and `bad_rate` (of good and bad).

    The `bad_rate` is NaN where a cohort has neither.
    """
    target = target_of(classes)
    rows = pd.DataFrame({"cohort": np.asarray(cohort), "class": np.asarray(classes, dtype=object)})
    if len(rows) != len(target):
        raise BadInput(f"{len(target)} classes and {len(rows)} cohorts; give one each.")
    shares = pd.crosstab(rows["cohort"], rows["class"], normalize="index")
    table = shares.reindex(columns=list(CLASSES), fill_value=0.0)
    table.insert(0, "n", rows.groupby("cohort").size())
    judged = table["bad"] + table["good"]
    table["bad_rate"] = table["bad"] / judged.where(judged > 0)
    return table.rename_axis(columns=None).reset_index()


@dataclass(frozen=True)
class ThroughTheDoor:
    """All applicants beside those who were accepted."""

    #: columns `band` (1 is safest), `from_score`, `to_score`, `applicants`, `share`,
    #: `share_accepted` (of all accepted), `share_rejected`, `acceptance_rate`
    table: pd.DataFrame
    #: stability index of the accepted against all applicants
    index: Index
    #: share of the rejected who score above every accepted applicant
    beyond: float


def through_the_door(
    score: npt.ArrayLike, accepted: npt.ArrayLike, bands: int = 10
) -> ThroughTheDoor:
    """Score distribution of the n applicants and of the accepted among them.

    Bands hold equal numbers of applicants. A model that knew the accepted only is extrapolated
    where `acceptance_rate` is small, and `beyond` what any accepted applicant has shown.

    >>> through_the_door([0.1, 0.2, 0.3, 0.4], [1, 1, 1, 0], bands=2).beyond
    1.0
    """
    s, taken = finite("score", score), vector("accepted", accepted)
    same_length(score=s, accepted=taken)
    if not np.isin(taken, (0, 1)).all():
        raise BadInput("accepted holds something other than 0 and 1; give one flag an applicant.")
    yes = taken == 1
    if not yes.any():
        raise BadInput(f"None of {len(s)} applicants was accepted; there is nobody to compare.")
    edges = np.unique(np.quantile(s, np.arange(1, bands) / bands, method="inverted_cdf"))
    place = np.searchsorted(edges, s, side="left")
    everyone, kept = (np.bincount(place[m], minlength=len(edges) + 1) for m in (yes | ~yes, yes))
    used = everyone > 0
    everyone, kept = everyone[used], kept[used]
    bounds = np.concatenate([[s.min()], edges, [s.max()]])
    refused = everyone - kept
    table = pd.DataFrame(
        {
            "band": np.arange(1, len(everyone) + 1),
            "from_score": bounds[:-1][used],
            "to_score": bounds[1:][used],
            "applicants": everyone,
            "share": everyone / len(s),
            "share_accepted": kept / yes.sum(),
            "share_rejected": refused / max(int(refused.sum()), 1),
            "acceptance_rate": kept / everyone,
        }
    )
    beyond = float((s[~yes] > s[yes].max()).mean()) if (~yes).any() else 0.0
    return ThroughTheDoor(table, psi(s, s[yes], bands), beyond)
