# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A tour of the simulated world
#
# In a bank nobody sees what would have happened at another limit or price. Here it is a function
# that can be called. This notebook shows what an analyst can ask of a world: what the bank saw,
# what would have happened otherwise, and why.

# %% tags=["parameters"]
customers, months, seed = 20_000, 24, 13

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML, display

import data_generators as dg
from data_generators import scenarios, schema

# Okabe and Ito's colours, which colour-blind readers can tell apart
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
# From the weakest fifth to the strongest lightness falls, so that grey shows it too.
NAMES = ("weakest", "2nd", "3rd", "4th", "strongest")
FIFTHS = dict(zip(NAMES, plt.cm.viridis(np.linspace(0.85, 0, 5)), strict=True))
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False})
plt.rcParams.update({"figure.dpi": 96, "font.size": 9})
plt.rc("axes", titlesize=10, titlelocation="left")


def percent(*axes):
    for axis in axes:
        axis.set_major_formatter(plt.matplotlib.ticker.PercentFormatter(1, decimals=0))


def plain(table, **formats):
    """The table with text to the left and no index."""
    text = table.select_dtypes(exclude="number").columns
    left = {name: [{"selector": "", "props": "text-align: left"}] for name in text}
    return table.style.format(**formats).hide(axis="index").set_table_styles(left)


# %% [markdown]
# ## Markets
#
# Nine markets, each a frozen set of numbers. A scenario shows as a table of all its parameters
# (here in a window to scroll). A change makes a new one; two can be blended, or one drifts into
# another while applications arrive, and each customer belongs to one of them.

# %%
markets = {name: scenarios.by_name(name) for name in scenarios.catalogue()}
catalogue = pd.DataFrame(
    {
        "what is financed": scenarios.catalogue(),
        "yearly rate": {name: f"{m.economics.apr:.0%}" for name, m in markets.items()},
        "partner": {name: m.partners.kind for name, m in markets.items()},
        "terms, months": {name: ", ".join(map(str, m.need.tenors)) for name, m in markets.items()},
        "bank funds": {name: f"{m.joint.bank_share:.0%}" for name, m in markets.items()},
    }
)
display(plain(catalogue.rename_axis("name").reset_index()))

rental = scenarios.online_rental
window = "<div style='max-height: 15em; overflow-y: auto; display: inline-block'>{}</div>"
HTML(window.format(rental._repr_html_()))


# %%
def differences(one, other):
    """Parameters of some sections in which two scenarios differ."""
    rows = [
        (section, name, value, getattr(getattr(other, section), name))
        for section in ("economics", "take_up", "repayment", "partners", "fraud", "incumbent")
        for name, value in vars(getattr(one, section)).items()
    ]
    table = pd.DataFrame(rows, columns=["section", "parameter", one.name, other.name])
    return table[table[one.name] != table[other.name]]


def applications_by_month(scenario):
    """Share of applications that come from each market; a row a month of application."""
    traits = dg.World(scenario, customers=customers, months=1, seed=seed).truth.traits()
    month = (traits["arrival_day"] * 12 / 365).astype(int) + 1
    return pd.crosstab(month.rename("month"), traits["market"], normalize="index")


def draw_shares(table, ax, title):
    for (market, share), colour in zip(table.items(), (BLUE, ORANGE), strict=True):
        ax.plot(share.index, share, color=colour, marker="o", markersize=3, label=market)
    ax.set(title=title, xlabel="month of application", ylim=(0, 1.02))
    percent(ax.yaxis)
    ax.legend(loc="center right")


dearer = rental.replace(name="dearer_rental", economics__apr=0.24, partners__escrow=True)
display(plain(differences(rental, dearer), precision=2))
blended = scenarios.travel.blend(scenarios.ecommerce, 0.3)
drifting = scenarios.travel.drift(scenarios.ecommerce, months=9)
figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True, layout="constrained")
axes[0].set_ylabel("share of applications")
draw_shares(applications_by_month(blended), axes[0], "travel.blend(ecommerce, 0.3)")
draw_shares(applications_by_month(drifting), axes[1], "travel.drift(ecommerce, months=9)")

# %% [markdown]
# ## What the bank sees
#
# A world is a scenario, a number of customers, months and a seed. Every row of its observed tables
# says when something happened and when it could be known. Days count from the scenario's first. A model may
# only learn from what was known on its day: half a year in, most accounts have no outcome yet.
#
# The data dictionary says what each column means. Personal data come only when asked for: they are
# made up, valid in form so that a pipeline can be tried on them, and belong to nobody.
#
# Vintages and roll rates, as a risk department draws them, from observed tables alone. Why do
# later quarters do worse? A large platform falls, and they meet its fall earlier on book.

# %%
world = dg.World(rental, customers=customers, months=months, seed=seed)
seen = world.observed()
display(seen)
days = (90, 180, 365, 730, 1095)
known = [world.observed(as_of=day).overview().set_index("table")["rows"] for day in days]
pd.concat(known, axis=1, keys=[f"day {day}" for day in days]).style.format(thousands=",")

# %%
dictionary = schema.APPLICATIONS.dictionary().drop(columns=["table", "side"])
display(plain(dictionary.iloc[[1, 2, 4, 8, 11, 15, 17, 20, 22, 26, 30]]))
shown = ["full_name", "sex", "birth_date", "national_id", "phone", "region", "city", "employer"]
display(world.identities(progress=False)[shown].head(3))
world.identities("en_US", progress=False)[shown].head(3)


# %%
def vintages(seen):
    """Share of accounts in default by month on book; a column a quarter of application."""
    table = seen.performance
    applied = seen.applications["event_time"].loc[table["customer_id"]].to_numpy()
    quarter = pd.Series(np.floor(applied / 91.25).clip(0, 3) + 1, name="Q").astype(int)
    mob = np.rint((table["event_time"] - applied) / 30.4375).astype(int)
    failed = pd.crosstab(mob[table["default"]].rename("mob"), quarter[table["default"]])
    return failed.reindex(range(1, months + 1), fill_value=0).cumsum() / quarter.value_counts()


def rolls(seen):
    """Share of account months by months late now (rows) and in the following month."""
    late = seen.accounts.sort_values(["customer_id", "mob"])
    following = late.groupby("customer_id")["months_late"].shift(-1)
    known = following.notna()
    return pd.crosstab(late["months_late"][known], following[known].astype(int), normalize="index")


def draw_vintages(table, ax):
    colours = plt.cm.viridis(np.linspace(0.85, 0, table.shape[1]))
    for (quarter, share), colour in zip(table.items(), colours, strict=True):
        ax.plot(share.index, share, color=colour, label=f"applied in Q{quarter}")
    ax.set(title="Vintages", xlabel="months on book", ylabel="accounts in default", ylim=0)
    percent(ax.yaxis)
    ax.legend()


def draw_rolls(table, ax):
    ax.imshow(table, cmap="Blues", vmin=0, vmax=1.2, aspect="auto")
    for (row, column), share in np.ndenumerate(table.to_numpy()):
        colour = "white" if share > 0.7 else "black"
        ax.text(column, row, f"{share:.1%}" if share else "", ha="center", va="center", c=colour)
    names = [f"M{late}" for late in table.columns]
    ax.set_xticks(range(table.shape[1]), names)
    ax.set_yticks(range(table.shape[0]), names[: len(table)])
    ax.set(title="Rolls", xlabel="months late, a month later", ylabel="months late")


figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
draw_vintages(vintages(seen), axes[0])
draw_rolls(rolls(seen), axes[1])

# %% [markdown]
# ## What would have happened at another limit
#
# Two replays live through the same months, so their difference is the effect of the limit and
# nothing else, customer by customer. Doubling every limit, by fifth of strength (ability and
# willingness, which no bank sees), among honest applicants whom the bank accepted.
#
# Then at every limit of the grid, in expectation over months that might have been. The limit that
# pays best rises with strength, and at too high a limit the weak cost far more than the strong
# bring: that is what a limit model has to find.
#
# The oracle knows every trait and all expectations, and no noise. Whatever a policy earns less
# is its regret (RMB a customer; `_se` is a standard error, that of a regret paired).

# %%
traits = world.truth.traits()
honest = world.truth.fraud() == ""
strength = traits["ability"] + traits["willingness"]
fifth = pd.qcut(strength, 5, labels=list(FIFTHS))

logged = world.logged_decisions()
as_it_was = world.replay(logged)
doubled = world.replay(dg.Decisions.of(2 * logged.limit, price=logged.price))
accepted = honest & logged.approve
columns = {"balance": "balance, RMB", "default": "default", "profit": "profit, RMB"}
before, after = (o.customers[list(columns)].astype(float) for o in (as_it_was, doubled))
effect = (after - before).rename(columns=columns)
paired = effect[accepted].groupby(fifth[accepted], observed=True).agg(["mean", "sem"])
paired = paired.rename(columns={"mean": "change", "sem": "± s.e."}).rename_axis(None)
paired.style.format(precision=0, thousands=",").format("{:.2%}", subset=["default"])


# %%
def by_fifth(values):
    """Means at each limit of the grid (rows) by fifth of strength."""
    among = honest[:sample]
    table = pd.DataFrame(values[among], columns=potential.limits)
    return table.groupby(fifth[:sample][among].to_numpy(), observed=True).mean().loc[list(FIFTHS)].T


def draw_by_limit(table, ax, title, ylabel):
    for (name, values), marker in zip(table.items(), "osD^v", strict=True):
        ax.plot(table.index / 1000, values, c=FIFTHS[name], marker=marker, ms=4, label=name)
    ax.set_xscale("log")
    ticks = table.index[table.index > 0] / 1000
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set(title=title, xlabel="limit, thousand RMB", ylabel=ylabel)


def draw_best(profit, ax):
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.plot(profit.idxmax() / 1000, profit.max(), "o", ms=11, mfc="none", color=ORANGE)
    ax.annotate("○ best limit of a fifth", (0.02, 0.04), xycoords="axes fraction", color=ORANGE)
    ax.set_ylim(-1_500, 1.35 * profit.max().max())


sample = 3_000
potential = world.truth.potential_outcomes(replicas=48, customers=sample, progress=False)
policies = {"incumbent": logged.limit[:sample], "flat 5,000": 5_000, "flat 20,000": 20_000}
comparison = potential.compare(policies, among=honest[:sample])
display(potential, plain(comparison, precision=0, thousands=","))
true_pd, profit = (by_fifth(each).iloc[1:] for each in (potential.pd, potential.profit_to_score))
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
draw_by_limit(true_pd, axes[0], "True PD over 24 months", "probability of default")
percent(axes[0].yaxis)
axes[0].legend(title="fifth of strength")
draw_by_limit(profit, axes[1], "Expected profit", "RMB a customer")
draw_best(profit, axes[1])

# %% [markdown]
# ## A partner falls
#
# Customers come through platforms, which may collapse; the service stops, and with it the wish to
# pay for it. No model of single borrowers sees this coming. (The seed was chosen so that a large
# platform falls.)


# %%
def cohort_and_others(seen, partner):
    """Share of accounts in default by calendar month, of a partner's customers and of others."""
    table = seen.performance
    theirs = seen.applications["partner_id"].loc[table["customer_id"]].to_numpy() == partner
    cohort = np.where(theirs, "cohort", "others")
    day = table["event_time"].where(table["default"])
    ends = np.arange(1, months + 13) * 30.4375
    failed = {name: [(days <= end).mean() for end in ends] for name, days in day.groupby(cohort)}
    return pd.DataFrame(failed, index=pd.Index(ends / 30.4375, name="calendar month"))


def draw_collapse(table, ax, day, name):
    ax.plot(table.index, table["cohort"], color=ORANGE, label="its customers")
    ax.plot(table.index, table["others"], color=BLUE, linestyle="--", label="all others")
    ax.axvline(day / 30.4375, color=GREY, linewidth=1)
    ax.annotate("collapse", (day / 30.4375 + 0.4, 0.1), color="#555555", rotation=90)
    ax.set(xlabel="month since the first application", ylabel="accounts in default, of all")
    ax.set_title(f"{name} collapses on day {day:.0f}")
    percent(ax.yaxis)
    ax.legend(loc="upper left")


sizes = seen.applications["partner_id"].value_counts()
largest = seen.partner_events.loc[seen.partner_events["partner_id"].map(sizes).idxmax()]
collapse = cohort_and_others(seen, largest["partner_id"])
figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
draw_collapse(collapse, ax, largest["event_time"], f"Platform {largest['partner_id']:.0f}")

# %% [markdown]
# ## Price
#
# A dearer offer is taken less often, and the strong walk away first: those who stay are worse.
# What is left of the rise, if everyone took the offer, are the dearer instalments themselves.
# (Where the bank lends less, platforms are less indebted and fall less often; that is switched
# off here, or it would hide the rest.)


# %%
def at_prices(scenario, prices, limit=10_000):
    """Take-up and default of honest customers at one limit; a row a price."""
    world = dg.World(scenario, customers=customers, months=months, seed=seed)
    rows = {}
    for price in prices:
        outcome = world.replay(dg.Decisions.of(np.full(customers, limit), price=price)).customers
        taken, default = outcome["taken"][honest], outcome["default"][honest]
        took = taken.groupby(fifth[honest], observed=True).mean()
        rows[price] = {**took, "all": taken.mean(), "default": default[taken].mean()}
    return pd.DataFrame(rows).T.rename_axis("price")


def draw_take_up(table, ax):
    for name, marker in (("weakest", "o"), ("3rd", "D"), ("strongest", "v")):
        ax.plot(table.index, table[name], c=FIFTHS[name], marker=marker, ms=4, label=name)
    ax.set(title="Who takes the offer", xlabel="yearly rate", ylabel="take-up", ylim=(0, 1))
    percent(ax.xaxis, ax.yaxis)
    ax.legend(title="fifth of strength")


def draw_defaults(table, all_take, ax):
    ax.plot(table["default"], "o-", c=ORANGE, ms=4, label="of those who take the offer")
    ax.plot(all_take["default"], "s--", c=BLUE, ms=4, label="if everyone took it")
    ax.set(title="Default", xlabel="yearly rate", ylabel="default within 24 months", ylim=0)
    percent(ax.xaxis, ax.yaxis)
    ax.legend(loc="lower right")


free = rental.replace(partners__feedback=0.0)
everyone = free.replace(take_up__at_own_price=50.0, take_up__price_slope=0.0)
prices = np.array([0.12, 0.18, 0.24, 0.30, 0.36])
table, all_take = at_prices(free, prices), at_prices(everyone, prices)
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
draw_take_up(table, axes[0])
draw_defaults(table, all_take, axes[1])


# %% [markdown]
# ## Why one customer defaulted
#
# Month by month the log-odds of not wanting to pay are a sum, and the truth has its terms. Over
# the horizon, Shapley values say which traits moved this customer's true PD, in log-odds, away from
# that of a random customer with the same limit.


# %%
def draw_months(terms, ax):
    names = ["intercept", "willingness", "lateness", "burden", "promise", "partner"]
    colours = [GREY, BLUE, ORANGE, "#CC79A7", GREEN, "#F0E442"]
    up, down = np.zeros(len(terms)), np.zeros(len(terms))
    for name, colour in zip(names, colours, strict=True):
        value = terms[name].to_numpy()
        if value.any():
            base = np.where(value > 0, up, down)
            ax.bar(terms["mob"], value, bottom=base, color=colour, label=name)
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    ax.plot(terms["mob"], terms["log_odds"], color="black", marker=".", label="sum")
    unpaid = terms["mob"][terms["paid"] == 0]
    ax.plot(unpaid, np.full(len(unpaid), up.max() + 0.6), "kx", label="nothing paid")
    ax.axhline(0, color="black", linewidth=0.6)
    ax.set(title=f"Customer {who}: not wanting to pay", xlabel="months on book", ylabel="log-odds")
    ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), fontsize=8, ncols=4)


def draw_reasons(reasons, ax):
    row = reasons.iloc[0].drop("customer_id")
    shares = row.drop(["base", "log_odds"]).sort_values(key=np.abs)
    ax.barh(shares.index, shares, color=np.where(shares > 0, ORANGE, BLUE))
    ax.axvline(0, color="black", linewidth=0.6)
    chance = {name: 1 / (1 + np.exp(-row[name])) for name in ("base", "log_odds")}
    ax.set(xlabel="change of the log-odds of default (orange: towards it)")
    ax.set_title(f"True PD {chance['log_odds']:.0%}; of a random customer {chance['base']:.0%}")


limit = 10_000
flat = dg.Decisions.of(np.full(customers, limit), price=rental.economics.apr)
default_month = world.replay(flat).customers["default_month"]
who = int(np.flatnonzero(honest & default_month.between(10, 18) & (strength < -1))[0])
terms = world.truth.monthly_contributions(limit, customers=[who])
reasons = world.truth.contributions(limit, [who], replicas=400, progress=False)
told = ["mob", "willingness", "lateness", "partner", "log_odds", "cash", "owed", "paid"]
display(plain(terms[told].tail(6), precision=1, thousands=","))
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
draw_months(terms, axes[0])
draw_reasons(reasons, axes[1])

# %%
# What was said above, checked.
assert (effect.loc[~logged.approve] == 0).all(axis=None), "who has no limit is not touched"
assert paired["default", "change"].is_monotonic_decreasing, "the weaker, the more a limit hurts"
assert comparison["policy"].iloc[0] == "oracle"
assert collapse["cohort"].iloc[-1] > 1.2 * collapse["others"].iloc[-1]
assert table["default"].iloc[-1] > table["default"].iloc[0], "dearer offers default more"
assert table["all"].is_monotonic_decreasing, "and are taken less"
