"""A model's settings as a person says them, with their units."""

#: what a family's short word stands for
FAMILIES = {
    "rules": "rule matrix: points for risk, limits by PD band",
    "hgb": "gradient-boosted trees (histograms)",
    "woe": "scorecard on weights of evidence",
    "logistic": "logistic regression",
    "causal": "trees for PD, utilisation and take-up at every limit, corrected for who got which",
    "mdp": "finite decision process over states of an account",
    "vendor": "vendor's fitted model, opened only in the sandbox",
}

#: setting -> words with the unit, and how the value is written
_NAMES = {
    "model.trees": "Trees",
    "model.depth": "Depth of trees, splits at most",
    "model.learning_rate": "Learning rate",
    "model.smallest_leaf": "Smallest leaf, training cases",
    "model.random_state": "Random seed of the model",
    "model.penalty": "Ridge penalty",
    "model.pd_bands": "Upper edges of PD bands",
    "model.income_multiples": "Limit by PD band, monthly incomes",
    "model.max_bins": "Bins a feature, at most",
    "model.smallest_share": "Smallest bin, share of cases",
    "model.min_iv": "Information value of a feature, at least",
    "model.categories": "Features without an order",
    "model.base_points": "Points at the base odds",
    "model.base_odds": "Base odds, good to bad",
    "model.pdo": "Points that double the odds",
    "policy.pd_cutoff": "Limit policy: declined above a PD of",
    "policy.dti_cap": "Limit policy: debt service over income, at most",
    "policy.price": "Limit policy: yearly rate",
    "model.families": "Families of features",
    "alerts.capacity": "Alerts, at most",
    "alerts.review_cost": "Alerts: a review costs",
    "alerts.caught": "Alerts: stopped of the fraud among them",
    "alerts.lost": "Alerts: lost of the honest among them",
    "world.customers": "World: applicants",
    "world.months": "World: months",
    "portfolio.accounts": "Portfolio: accounts",
}
_PERCENT = {
    "model.pd_bands",
    "model.smallest_share",
    "policy.pd_cutoff",
    "policy.dti_cap",
    "policy.price",
}


def setting(name: str, value: str) -> tuple[str, str]:
    """Name and value in words; one that is not known here keeps its name without the prefix.

    >>> setting("policy.price", "0.18"), setting("model.pd_bands", "0.01/0.12")
    (('Limit policy: yearly rate', '18%'), ('Upper edges of PD bands', '1% / 12%'))
    >>> setting("model.half_life", "3")
    ('Half life', '3')
    """
    words = _NAMES.get(name)
    if words is None:
        plain = name.rpartition(".")[2].replace("_", " ")
        return plain[:1].upper() + plain[1:], value
    parts = [_written(part, name in _PERCENT) for part in value.split("/")]
    return words, " / ".join(parts)


def _written(value: str, percent: bool) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{100 * number:g}%" if percent else f"{number:,.10g}"
