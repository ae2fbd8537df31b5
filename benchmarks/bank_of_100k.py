"""A bank's tables made up at random, as large as wanted: what `validation_speed.py` judges."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from sandbox.exhibits.book import Book
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.panel import AccountPanel

#: months of decisions; months on book and vintages of the panel
MONTHS, ON_BOOK, VINTAGES = 18, 12, 12


@dataclass(frozen=True)
class Bank:
    """n training rows and n rows to judge, scored by a champion and a challenger."""

    training: pd.DataFrame
    features: pd.DataFrame
    training_target: np.ndarray
    target: np.ndarray
    true_pd: np.ndarray
    champion: np.ndarray
    challenger: np.ndarray
    training_score: np.ndarray
    #: scores by a model trained under other seeds, n × 3
    refits: np.ndarray
    groups: pd.DataFrame
    #: month of each decision
    month: np.ndarray
    #: grades at two times
    grades: tuple[np.ndarray, np.ndarray]
    model: object

    @property
    def n(self) -> int:
        """Rows that are judged."""
        return len(self.target)


def bank(rows: int, features: int, seed: int = 0) -> Bank:
    """Features of which a third matter, a boosted champion and a linear challenger."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    weights = np.where(np.arange(features) % 3 == 0, rng.normal(0, 0.4, features), 0.0)

    def drawn() -> tuple[pd.DataFrame, np.ndarray]:
        numbers = rng.normal(size=(rows, features))
        numbers[:, -1] = rng.integers(0, 5, rows)
        numbers[rng.random(rows) < 0.05, 1] = np.nan
        names = [f"f{i:02d}" for i in range(features)]
        table = pd.DataFrame(numbers, columns=names)
        return table, expit(-3 + np.nan_to_num(numbers[:, :-1]) @ weights[:-1])

    (training, before), (table, true) = drawn(), drawn()
    y0, y = (rng.binomial(1, p).astype(float) for p in (before, true))
    models = [_boosted(k).fit(training, y0) for k in range(3)]
    line = LogisticRegression(max_iter=200).fit(training.fillna(0), y0)
    scores = np.column_stack([m.predict_proba(table)[:, 1] for m in models])
    first = 1 + np.searchsorted(np.quantile(scores[:, 0], np.arange(1, 7) / 7), scores[:, 0])
    return Bank(
        training=training,
        features=table,
        training_target=y0,
        target=y,
        true_pd=true,
        champion=scores[:, 0],
        challenger=line.predict_proba(table.fillna(0))[:, 1],
        training_score=models[0].predict_proba(training)[:, 1],
        refits=scores,
        groups=pd.DataFrame(
            {"sex": rng.choice(["f", "m"], rows), "region": rng.choice(list("abcdef"), rows)}
        ),
        month=rng.integers(0, MONTHS, rows),
        grades=(first, np.clip(first + rng.integers(-1, 2, rows), 1, 7)),
        model=models[0],
    )


def _boosted(seed: int) -> object:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=60, max_depth=5, early_stopping=False, random_state=seed, max_features=0.5
    )


def portfolio(rows: int, seed: int = 1) -> PortfolioData:
    """Everything that the portfolio pack takes, of so many accounts."""
    from sandbox.validation.definitions import Definitions
    from sandbox.validation.portfolio_pack.rolls import roll_matrix

    rng = np.random.default_rng(seed)
    panel = AccountPanel.of(account_months(rows, rng))
    balance, late = rng.lognormal(8, 1, rows), rng.random(rows) < 0.03
    accounts = pd.DataFrame(
        {
            "account": np.arange(rows),
            "stage": rng.choice([1, 2, 3], rows, p=[0.9, 0.07, 0.03]),
            "balance": balance,
            "segment": "all",
            "lgd": 0.5,
            "eir": 0.12,
        }
    )
    curves = pd.DataFrame(
        {"segment": "all", "month": np.arange(1, 25), "marginal_pd": np.full(24, 0.0025)}
    )
    lost = pd.DataFrame({"account": np.flatnonzero(late), "loss": 0.5 * balance[late]})
    pd_ = rng.beta(1, 12, rows)
    default = rng.binomial(1, pd_).astype(float)
    old, new = (_book(rng, pd_, default, cut) for cut in (0.15, 0.12))
    by_hand = (rng.random(rows) < 0.02) & ~old.approve
    limit = np.where(by_hand, 5_000.0, old.limit)
    return PortfolioData(
        panel=panel,
        roll_matrix=roll_matrix(panel, Definitions.built_in()),
        accounts=accounts,
        curves=curves,
        realised=lost,
        old=old,
        new=new,
        decided=old,
        final=_of_limits("done", limit, pd_, default),
        override_reason=pd.Series(np.where(by_hand, "known customer", "")),
        reference_score=pd_,
        score=rng.permutation(pd_),
        reference_target=default,
        target=default,
    )


def _book(rng: np.random.Generator, pd_: np.ndarray, default: np.ndarray, cut: float) -> Book:
    limit = np.where(pd_ < cut, rng.choice([2e3, 5e3, 1e4, 2e4], len(pd_)), 0.0)
    return _of_limits(f"cut {cut}", limit, pd_, default)


def _of_limits(name: str, limit: np.ndarray, pd_: np.ndarray, default: np.ndarray) -> Book:
    approve = limit > 0
    decided = {"approve": approve, "limit": limit, "pd": pd_, "reason": "model"}
    happened = {
        "taken": approve,
        "default": np.where(approve, default, 0.0),
        "profit": np.where(approve, np.where(default > 0, -0.5, 0.06) * limit, 0.0),
    }
    return Book(name, pd.DataFrame(decided), pd.DataFrame(happened))


def account_months(accounts: int, rng: np.random.Generator) -> pd.DataFrame:
    """A panel in order of account and month."""
    vintage, risk = rng.integers(0, VINTAGES, accounts), rng.beta(1, 30, accounts)
    late = np.zeros((accounts, ON_BOOK), dtype=np.int64)
    now = np.zeros(accounts, dtype=np.int64)
    for month in range(ON_BOOK):
        now = np.where(rng.random(accounts) < np.where(now == 0, risk, 0.6), now + 1, 0)
        late[:, month] = now
    who, behind = np.repeat(np.arange(accounts), ON_BOOK), late.ravel()
    return pd.DataFrame(
        {
            "account": who,
            "month": vintage[who] + np.tile(np.arange(1, ON_BOOK + 1), accounts),
            "dpd": np.where(behind > 0, 30 * (behind - 1) + 1, 0),
            "balance": rng.lognormal(8, 1, len(who)),
            "vintage": vintage[who],
            "amount": rng.lognormal(9, 1, accounts)[who],
        }
    )
