# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fraud and where the money goes
#
# A bank sees a part of its fraud, late, and a part of its money. Here both are made, so what is
# missing can be measured. What a model may learn from comes out of `world.observed()` and
# `world.fund_flows()`. Everything that only a maker of worlds can know comes out of
# `world.truth`: it judges here and never becomes a feature.

# %% tags=["parameters"]
customers, months, seed = 20_000, 12, 7

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import data_generators as dg
from data_generators.adversary import Adversary
from data_generators.fidelity.giveaways import derived, single_columns
from data_generators.fund_flows.purposes import purpose_check
from data_generators.fund_flows.tracing import trace, trace_many
from data_generators.identity_graph import identity_graph
from data_generators.scenarios import FraudMix
from sandbox import plots
from sandbox.features import graph_features

# Okabe and Ito's colours, which colour-blind readers can tell apart
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False})
plt.rcParams.update({"figure.dpi": 96, "font.size": 9})
plt.rc("axes", titlesize=10, titlelocation="left")


def percent(axis, decimals=0):
    axis.set_major_formatter(plt.matplotlib.ticker.PercentFormatter(1, decimals=decimals))


def plain(table, **formats):
    """The table with text to the left and no index."""
    text = table.select_dtypes(exclude="number").columns
    left = {name: [{"selector": "", "props": "text-align: left"}] for name in text}
    return table.style.format(**formats).hide(axis="index").set_table_styles(left)


def words(names):
    return [name.replace("_", " ") for name in names]


# %% [markdown]
# ## How much fraud there is, and of what kind
#
# A share of fraud says nothing without its denominator. Some typologies are decided at the
# application, a bust-out needs an account with a line, and takeovers, scams and laundering are
# made of transfers. The world is a travel lender's; its analysts read half of what is approved
# (3% by default), so that there is enough to judge them by.

# %%
market = dg.scenarios.travel.replace(fraud__reviewed=0.5)
world = dg.World(market, customers=customers, months=months, seed=seed)
seen, flows = world.observed(), world.fund_flows(months + 1, progress=False)
truth = world.truth.fund_flows(months + 1, progress=False)
cases, ledger = world.truth.fraud_cases(), truth.ledger

lines = int((seen.applications["product"] == "revolving").sum())
by_application = cases[cases["denominator"] == "applications"]
counted = [
    ("applications", customers, len(by_application)),
    ("accounts with a line", lines, len(cases) - len(by_application)),
    ("transfers", len(ledger), int((ledger["typology"] != "").sum())),
]
prevalence = pd.DataFrame(counted, columns=["of", "how many", "fraud"])
prevalence["share"] = prevalence["fraud"] / prevalence["how many"]
plain(prevalence, thousands=",").format("{:.2%}", subset=["share"])


# %%
def typologies(market):
    """Cases by application of each typology, in a world of this market."""
    drawn = dg.World(market, customers=customers, months=1, seed=seed).truth.fraud_cases()
    return drawn.loc[drawn["denominator"] == "applications", "typology"].value_counts()


def draw_mix(table, ax):
    place = np.arange(len(table))
    looks = ((BLUE, ""), (ORANGE, "///"))
    for k, ((name, count), (colour, hatch)) in enumerate(zip(table.items(), looks, strict=True)):
        bars = ax.barh(place + 0.4 * k, count, 0.36, color=colour, hatch=hatch, label=name)
        for bar in bars:
            bar.set_edgecolor("white")
        ax.bar_label(bars, padding=2, fontsize=8)
    ax.set_yticks(place + 0.2, words(table.index))
    ax.invert_yaxis()
    ax.set(title="Frauds by typology", xlabel=f"cases among {customers:,} applications")
    ax.legend(loc="lower right")


changed = FraudMix.without("ring", "never_pay")  # their share goes to the others
mixes = {"default mix": market, "without rings and never-pay": market.replace(fraud=changed)}
mix = pd.DataFrame({name: typologies(m) for name, m in mixes.items()}).fillna(0).astype(int)
mix = mix.sort_values("default mix", ascending=False)
transfers = truth.cases.groupby("typology", observed=True)[["transfers", "transfers_seen"]]
by_transfers = transfers.sum().join(truth.cases["typology"].value_counts().rename("cases"))
display(plain(by_transfers.rename_axis("fraud in transfers").reset_index(), precision=0))
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
draw_mix(mix, ax)

# %% [markdown]
# ## One ring, and who looks like it
#
# A ring shares devices, addresses, phones and accounts, and hides some of it; so does a
# dormitory share, for honest reasons. Below are the largest ring of this world that
# uses a device four times and hides nothing, and the dormitory nearest to it in size. A count of
# customers at an address cannot tell them apart. How they are tied can: students share their
# address and little else, a ring's ties go on through devices and accounts.

# %%
graph = identity_graph(seen)
rings = cases[cases["strategy"] == "4/0"]
ring = rings["ring_id"].value_counts().idxmax()
members = rings.loc[rings["ring_id"] == ring, "customer_id"].tolist()
hubs = world.truth.hubs().query("kind == 'dormitory'")
sizes = hubs["hub_id"].value_counts()
dormitory = hubs.loc[hubs["hub_id"] == (sizes - len(members)).abs().idxmin(), "customer_id"]

figure, axes = plt.subplots(1, 2, figsize=(12, 5.4), layout="constrained")
alone = len(members) - graph.subgraph(members, shared_only=True)["source_id"].nunique()
pictures = {
    f"Ring {ring}: {len(members)} members, {alone} tied to nobody": (members, members),
    f"A dormitory: {len(dormitory)} customers, one address": (dormitory, []),
}
for ax, (told, (who, bad)) in zip(axes, pictures.items(), strict=True):
    plots.plot_ring(graph.subgraph(who), ax, members=bad, title=told)

# %% [markdown]
# ## One loan's money
#
# A loan for a trip should end with shops, platforms and public bodies. `trace` follows it through
# the transfers for some hours, here five days, by the rule that what arrives first leaves first.
# On the left is the truth, on the right the same loan in what the bank sees: each transfer with
# probability 0.6. (It is the misused loan of which the bank misses most.)
#
# A bank that misses the first payment takes a later one for the use of the money. Over many
# loans the verdict still holds; over a single one it may not. Few paths are seen from end to end, somewhat
# more than 0.6 a hop, because what the
# bank executes itself (repayments) it always sees.

# %%
hours = 120.0
lent = ledger.loc[ledger["kind"] == "disbursement", "loan_id"].unique()
misused = np.intersect1d(cases.loc[cases["typology"] == "purpose_misuse", "customer_id"], lent)
followed = trace_many(ledger, misused, hours, progress=False)
by_bank = trace_many(flows.transfers, misused, hours, progress=False)
loan = ((by_bank.untraced - followed.untraced) / followed.disbursed).idxmax()
figure, axes = plt.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
pictures = {"The truth": followed, "What the bank sees": by_bank}
for ax, (told, traced) in zip(axes, pictures.items(), strict=True):
    plots.plot_money(traced.of(loan), ax)
    ax.set_title(f"{told}. {ax.get_title(loc='left')}")


# %%
def purposes(transfers, loans):
    """Of the money that left the borrowers, shares that fit the stated purpose or do not."""
    traced = trace_many(transfers, loans, hours, progress=False)
    checked = purpose_check(traced, "services")
    rmb = checked[["fits", "against", "elsewhere"]].mul(checked["traced"], axis=0).sum()
    left = checked["traced"].sum()
    return {"followed": left / checked["disbursed"].sum(), **(rmb / left)}


def seen_by_hop(traced):
    """Share of the paths of which the bank sees every transfer up to this hop."""
    paths = traced.paths.merge(ledger[["transfer_id", "seen"]], on="transfer_id")
    paths = paths.sort_values(["path_id", "hop"])
    return paths.groupby("path_id")["seen"].cummin().groupby(paths["hop"]).mean()


def draw_window(ax):
    windows = [3, 6, 12, 24, 48, 72, 120, 168, 240]
    tables = {"truth": (ledger, GREEN, "o-"), "seen": (flows.transfers, BLUE, "s--")}
    for name, (table, colour, style) in tables.items():
        reach = [trace(table, loan, h).destinations["share"].sum() for h in windows]
        ax.plot(windows, reach, style, color=colour, ms=4, label=name)
    ax.set(title=f"Loan {loan}, by window", xlabel="hours", ylabel="of the loan, followed")
    ax.set_ylim(0, 1.05)
    percent(ax.yaxis)
    ax.legend()


def draw_hops(share, ax):
    steps = np.linspace(0, share.index[-1])
    expected = market.flows.observability
    ax.plot(steps, expected**steps, "--", color=ORANGE, label=f"{expected:g} a hop")
    ax.plot(share, "o", color=BLUE, label="paths of this world")
    ax.set(title="Paths seen from end to end", xlabel="hops after the disbursement")
    ax.set(ylabel="of all paths", ylim=(0, 1.05), xticks=share.index)
    percent(ax.yaxis)
    ax.legend()


frauds = set(by_application["customer_id"])
honest = [one for one in lent if one not in frauds][:1500]
spent = {
    (name, which): purposes(table, loans)
    for name, loans in (("misused", misused), ("honest", honest))
    for which, table in (("truth", ledger), ("seen", flows.transfers))
}
spent = pd.DataFrame(spent).T.rename_axis(["loans", "in"])
hops = seen_by_hop(trace_many(ledger, honest, hours, progress=False)).loc[:3]
display(spent.style.format("{:.0%}"))
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
draw_window(axes[0])
draw_hops(hops, axes[1])

# %% [markdown]
# ## What the labels know
#
# Fraud that was blocked has no label; of the rest 70% are ever confirmed, weeks after the first
# missed payment. Until then, and for the others for ever, it stands in the books as credit
# loss. Analysts err both ways, and since the honest are so many, most of those whom they suspect
# are honest. The truth has a cause for each default.


# %%
def draw_labels(ax):
    applied = seen.applications.set_index("customer_id")["event_time"]
    granted = seen.decisions.set_index("customer_id")["credit_limit"] > 0
    fraud = by_application["customer_id"]
    confirmed = seen.fraud_labels.set_index("customer_id")["known_at"]
    let_in = fraud[granted.loc[fraud].to_numpy()]
    days = np.arange(0, 731, 5)
    parts = (
        ("applied", applied.loc[fraud], GREY, ":"),
        ("approved", applied.loc[let_in], BLUE, "--"),
        ("confirmed", confirmed.loc[confirmed.index.isin(fraud)], ORANGE, "-"),
    )
    for name, when, colour, dash in parts:
        count = np.searchsorted(np.sort(when), days, side="right")
        ax.plot(days, count, dash, color=colour, label=name)
    ax.set(title="Frauds until a day", xlabel="day", ylabel="cases", ylim=0)
    ax.legend(loc="lower right")


def draw_losses(losses, ax):
    by_cause = losses.groupby(["cause", "fraud"])["ead"].sum().sort_values() / 1e6
    fraud = by_cause.index.get_level_values("fraud")
    bars = ax.barh(
        words(by_cause.index.get_level_values("cause")),
        by_cause,
        color=np.where(fraud, ORANGE, BLUE),
        hatch=["///" if each else "" for each in fraud],
        edgecolor="white",
    )
    ax.bar_label(bars, fmt="%.2f", padding=2, fontsize=8)
    ax.set(title="Balance on default, by cause", xlabel="million RMB")
    patches = [plt.Rectangle((0, 0), 1, 1, fc=c, hatch=h, ec="white") for c, h in KINDS.values()]
    ax.legend(patches, KINDS, loc="lower right")


KINDS = {"credit loss": (BLUE, ""), "fraud": (ORANGE, "///")}
is_fraud = seen.fraud_reviews["customer_id"].isin(frauds).map({True: "fraud", False: "honest"})
verdicts = pd.crosstab(is_fraud.rename("truth"), seen.fraud_reviews["verdict"].rename("verdict"))
losses = world.truth.losses()
stolen = losses.loc[losses["fraud"]].set_index("customer_id")["ead"]
known = stolen[stolen.index.isin(seen.fraud_labels["customer_id"])].sum() / stolen.sum()
display(verdicts)
print(
    f"{stolen.sum() / 1e6:.2f} million RMB are lost to fraud; {known:.0%} of it is ever labelled."
)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
draw_labels(axes[0])
draw_losses(losses, axes[1])

# %% [markdown]
# ## Rings that adapt
#
# Each month a bank declines those on whose device or address others were seen in the 30 days
# before. Rings hear what became of their own applications and what others earned: they see no
# label and no model. With adaptation on they leave what is blocked; a static foe (dotted) stays.


# %%
def played(adaptive, periods=14, rings=40):
    """The history of a game against a rule, a row a month and ring."""
    foe = Adversary.of(rings=rings, seed=seed, adaptive=adaptive)
    shop = dg.scenarios.ecommerce.replace(fraud=FraudMix.only("ring", rate=0.05))
    for period in range(periods):
        month = dg.World(foe.scenario(shop), 16_384, months=1, seed=1_000 * seed + period)
        table = month.observed()
        near = graph_features(table.applications, table.links, table.fraud_labels)
        blocked = (near["device_customers_30d"] + near["address_customers_30d"]).to_numpy() > 0
        foe = foe.step(*foe.outcome_of(month, blocked, np.zeros(len(blocked), dtype=bool)))
    return foe.history()


def draw_choice(games, column, title, ax):
    shades = dict(zip(sorted(games[True][column].unique()), (ORANGE, BLUE, GREEN), strict=True))
    for adaptive, game in games.items():
        share = pd.crosstab(game["period"], game[column], normalize="index")
        for (value, line), marker in zip(share.items(), "osD", strict=True):
            style = {"marker": marker, "ms": 4, "label": f"{value:g}"} if adaptive else {"ls": ":"}
            ax.plot(line, color=shades[value], **style)
    ax.set(title=title, xlabel="month", ylabel="share of rings", ylim=0)
    percent(ax.yaxis)
    ax.legend(ncols=3)


def draw_blocked(stopped, ax):
    ax.plot(stopped[True], "o-", ms=4, color=ORANGE, label="adaptive")
    ax.plot(stopped[False], ":", color=BLUE, label="static")
    ax.set(title="What the rule still blocks", xlabel="month", ylim=0)
    ax.set_ylabel("of rings' applications")
    percent(ax.yaxis)
    ax.legend()


games = {adaptive: played(adaptive) for adaptive in (True, False)}
stopped = {name: game.groupby("period")["blocked"].mean() for name, game in games.items()}
figure, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
draw_choice(games, "per_device", "Applications per device", axes[0])
draw_choice(games, "camouflage", "Share of ties hidden", axes[1])
draw_blocked(stopped, axes[2])

# %% [markdown]
# ## Is it trivial?
#
# In some public simulators one column finds all fraud. Here frauds are made frequent (half of all
# applications, every typology as often), and each typology is held against the honest: the best
# single column of all raw and derived ones, named in its bar, stays under an AUC of 0.75. A model
# has to combine.


# %%
def giveaways(market):
    """The best single column of each typology by application."""
    names = list(by_application["typology"].unique())
    even = {f"fraud__{name}": 1 / len(names) for name in names}
    frequent = dg.World(market.replace(fraud__rate=0.5, **even), 16_384, months=1, seed=seed)
    kind, table = frequent.truth.fraud(), frequent.observed()
    columns = derived(table.applications, table.profiles)
    rows = {}
    for name in names:
        among = (kind == name) | (kind == "")
        rows[name] = single_columns(columns[among], kind[among] == name).iloc[0]
    return pd.DataFrame(rows).T.astype({"auc": float}).sort_values("auc")


def draw_giveaways(best, ax):
    ax.barh(words(best.index), best["auc"] - 0.5, left=0.5, color=BLUE)
    for place, row in enumerate(best.itertuples()):
        ax.text(0.505, place, row.column.replace("_", " "), color="white", va="center", fontsize=8)
        ax.text(row.auc + 0.003, place, f"{row.auc:.2f}", va="center", fontsize=8)
    ax.axvline(0.75, color=ORANGE, linestyle="--")
    ax.annotate("bound 0.75", (0.753, 0), color=ORANGE, va="center")
    ax.set(
        title="Best single column, medium difficulty",
        xlabel="AUC (0.5: tells nothing)",
        xlim=(0.5, 0.8),
    )


best = giveaways(market)
figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
draw_giveaways(best, ax)

# %%
# What was said above, checked.
hidden = {"typology", "case_id", "hop", "look_alike", "use", "seen", "from_balance", "to_balance"}
assert hidden <= set(ledger.columns), "the truth has them"
assert not hidden & {*flows.transfers, *seen.applications, *seen.links}, "no observed table has"
assert prevalence["share"].between(0.001, 0.02).all()
assert mix.loc["ring"].tolist()[1] == 0, "the changed mix has no rings"
assert spent.loc[("misused", "truth"), "against"] > 2 * spent.loc[("honest", "truth"), "against"]
assert 0.5 < hops.loc[1] < 0.75, "the bank sees about three transfers in five"
assert len(seen.fraud_labels) < len(cases), "labels know a part"
assert stopped[True].iloc[-5:].mean() < stopped[False].iloc[-5:].mean(), "rings leave the rule"
assert best["auc"].max() < 0.75, "no column gives a typology away"
