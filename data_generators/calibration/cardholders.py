"""Who holds the cards: latent traits, the limit the bank grants, and what it knows of persons."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from data_generators.calibration.card_parameters import LIMIT_PROBABILITIES, CardBook
from data_generators.calibration.panel import Ints
from data_generators.streams import Floats, Streams

#: correlation of willingness with ability [W]
_W_BY_A = 0.3
#: by how much ability, willingness and chance move impatience, the first two downwards [W]
_I_BY_A, _I_BY_W, _I_NOISE = 0.25, 0.35, 0.8
#: what impatience loses a unit of ability, willingness that comes with it included
_I_BY_A_IN_ALL = _I_BY_A + _I_BY_W * _W_BY_A
#: standard deviation of impatience before it is divided by it; 0.95 stands for √(1 − 0.3²)
_IMPATIENCE_SPREAD = float(np.sqrt(_I_BY_A_IN_ALL**2 + (_I_BY_W * 0.95) ** 2 + _I_NOISE**2))
#: weight of willingness beside ability in what the bank sees (assumed)
_WORTH_BY_W = 0.5
#: standing in age below which a holder counts as young; mean and variance of what is below
_YOUNG = -0.6
_DENSITY = float(np.exp(-(_YOUNG**2) / 2) / np.sqrt(2 * np.pi))
_YOUTH_MEAN = float(_YOUNG * ndtr(_YOUNG) + _DENSITY)
_YOUTH_VAR = float((1 + _YOUNG**2) * ndtr(_YOUNG) + _YOUNG * _DENSITY - _YOUTH_MEAN**2)


@dataclass(frozen=True)
class Cardholders:
    """Truth about a block of holders, one entry each."""

    #: ability to repay, standard normal
    ability: Floats
    #: willingness to repay, standard normal, correlated with ability
    willingness: Floats
    #: impatience, standard normal
    impatience: Floats
    #: carelessness: misses beyond what the others explain, standard normal
    careless: Floats
    #: standing in age, standard normal
    older: Floats
    #: what the bank's rule takes the holder to be good for, currency
    good_for: Floats
    #: limit granted, currency; the same, unless another is decided
    limit: Floats


def draw_cardholders(book: CardBook, streams: Streams) -> Cardholders:
    """Latents as [W] has them, and a limit by noisy creditworthiness on the bank's own scale.

    The loadings are [W]'s constants: those of `scenarios.Population` describe other people.
    """
    rule = book.limit
    ability = streams.normal("ability")
    willingness = _W_BY_A * ability + np.sqrt(1 - _W_BY_A**2) * streams.normal("willingness")
    impatience = -_I_BY_A * ability - _I_BY_W * willingness
    impatience += _I_NOISE * streams.normal("impatience")
    impatience /= _IMPATIENCE_SPREAD
    worth = ability + _WORTH_BY_W * willingness - rule.impatience * impatience
    # variance of that sum under the correlations above
    w, k = _WORTH_BY_W, rule.impatience
    cov_ai = -_I_BY_A_IN_ALL / _IMPATIENCE_SPREAD
    cov_wi = -(_I_BY_A * _W_BY_A + _I_BY_W) / _IMPATIENCE_SPREAD
    variance = 1 + w**2 + k**2 + 2 * (w * _W_BY_A - k * cov_ai - w * k * cov_wi)
    seen = rule.signal * worth / np.sqrt(variance)
    seen += np.sqrt(1 - rule.signal**2) * streams.normal("credit_view")
    share = book.people.age_ability
    older = share * ability + np.sqrt(1 - share**2) * streams.normal("age")
    young, old = np.maximum(_YOUNG - older, 0.0), np.maximum(_YOUNG + older, 0.0)
    by_age = rule.youth * (young - _YOUTH_MEAN) + rule.elder * (old - _YOUTH_MEAN)
    spread = (rule.youth**2 + rule.elder**2) * _YOUTH_VAR
    spread -= 2 * rule.youth * rule.elder * _YOUTH_MEAN**2
    seen = (seen - by_age) / np.sqrt(1 + spread)
    limit = _on_the_banks_scale(book, ndtr(seen), streams.uniform("popular_limit"))
    careless = streams.normal("careless")
    return Cardholders(ability, willingness, impatience, careless, older, limit, limit)


def _on_the_banks_scale(book: CardBook, rank: Floats, chance: Floats) -> Floats:
    """Quantile curve through a few points, rounded to the step, drawn to popular limits."""
    rule = book.limit
    smooth = np.exp(np.interp(rank, LIMIT_PROBABILITIES, rule.log_quantiles))
    limit: Floats = np.maximum(np.rint(smooth / rule.step), 1.0) * rule.step
    for popular, share in zip(rule.popular, rule.popular_share, strict=True):
        near = np.abs(smooth - popular) < 0.2 * popular
        limit = np.where(near & (chance < share), popular, limit)
    return limit


def draw_people(book: CardBook, holders: Cardholders, streams: Streams) -> dict[str, Ints]:
    """Age, sex, education and marriage codes, tied to ability and age."""
    p = book.people
    older = holders.older
    age = np.rint(np.interp(ndtr(older), LIMIT_PROBABILITIES, p.age_quantiles))
    first_sex = ndtri(p.sex_first) - p.sex_ability * holders.ability
    sex = np.where(streams.uniform("sex") < ndtr(first_sex), 1, 2)
    rest = np.sqrt(max(1 - p.education_ability**2 - p.education_age**2, 0.05))
    less_school = p.education_age * older - p.education_ability * holders.ability
    less_school += rest * streams.normal("education")
    edges = np.cumsum(p.education_shares)[:-1] / sum(p.education_shares)
    steps = np.searchsorted(edges, ndtr(less_school))
    single = streams.normal("marriage") > p.marriage_intercept + p.marriage_age * older
    marriage = np.where(streams.uniform("marriage_other") < p.marriage_other, 3, 1 + single)
    return {
        "age": age.astype(np.int64),
        "sex": sex.astype(np.int64),
        "education": np.asarray(p.education_codes)[steps].astype(np.int64),
        "marriage": marriage.astype(np.int64),
    }
