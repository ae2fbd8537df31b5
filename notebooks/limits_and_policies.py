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
# # Limits and policies
#
# A limit changes what it is given for: with a larger one a customer draws more, and more often
# fails to pay it back. So a bank needs the PD at every limit, and a policy that turns it into
# decisions. Here both are learnt from a log, and then held against the truth that only a made
# world has. What a bank would see comes from `observed()`; `truth` and `replay` judge.

# %% tags=["parameters"]
customers, applicants, months, seed = 40_000, 8_000, 24, 7

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import data_generators as dg
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.policy_value import log_with_profit, replayed_values, worth_of_review
from sandbox.features import credit_features
from sandbox.models import BoostedPD, CausalPair
from sandbox.models.limit_increase import LimitIncrease
from sandbox.policy import CommitteePage, LimitPolicy, panel
from sandbox.policy.account_months import account_months, grades_of
from sandbox.policy.applicants import tenor_of
from sandbox.policy.caps import HouseCaps
from sandbox.policy.committee import Book, approval_waterfall, plot_approval_waterfall, regret_of
from sandbox.policy.decision_log import DecisionLog, overlap
from sandbox.policy.economics import Economics, ExpectedProfit
from sandbox.policy.evaluation import beside_truth, off_policy
from sandbox.policy.expected import Expected
from sandbox.policy.increases import IncreasePolicy, Reviewer
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.limit_scores import behaviour_of
from sandbox.policy.outcome_model import cross_fitted_profit
from sandbox.policy.portfolio import Portfolio
from sandbox.policy.profit_policy import ProfitPolicy
from sandbox.policy.true_value import regret
from sandbox.policy.what_if import Assumptions, sensitivity
from sandbox.policy.what_if_ceilings import ceilings
from sandbox.policy.what_if_plots import plot_tornado

# Okabe and Ito's colours, which colour-blind readers can tell apart
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False})
plt.rcParams.update({"figure.dpi": 96, "font.size": 9})
plt.rc("axes", titlesize=10, titlelocation="left")


def percent(axis, decimals=0):
    axis.set_major_formatter(plt.matplotlib.ticker.PercentFormatter(1, decimals=decimals))


def by_limit(ax, limits):
    """Limits on a logarithmic axis, each with its name."""
    ax.set(xscale="log", xlabel="limit, RMB")
    ax.set_xticks(limits, [f"{limit / 1e3:,.0f}k" for limit in limits], minor=False)
    ax.xaxis.set_minor_locator(plt.matplotlib.ticker.NullLocator())


# %% [markdown]
# ## What the log can tell
#
# The market is e-commerce; a partner funds 30% of each loan and makes good 30% of the bank's
# losses. The incumbent explores: one decision in ten is drawn at random, up to 50,000 RMB, and
# the probability of every decision is kept. Were all customers given the same limit, the table
# says on how many the log agrees, what those are worth as a sample, and for which share of the
# customers the incumbent could never have taken that decision. Above 50,000 RMB there is next to
# nothing: what models say there is hope.

# %%
market = dg.scenarios.ecommerce
training = dg.World(market, customers=customers, months=months, seed=seed)
fresh = training.reseeded(seed + 1, applicants)
limits = np.asarray(LimitPolicy().grid[1:])

log = training.observed().decisions
granted = DecisionLog.of(log["credit_limit"], log["propensity"], np.zeros(customers))
support = pd.concat(overlap(granted, np.full(customers, limit)) for limit in limits)
display(support[["limit", "matched", "effective_sample", "max_weight", "without_support"]]
        .style.hide(axis="index")
        .format({"limit": "{:,.0f}", "matched": "{:,.0f}", "effective_sample": "{:,.0f}",
                 "max_weight": "{:,.0f}", "without_support": "{:.0%}"}))  # fmt: skip

figure, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
chosen = pd.crosstab(log["credit_limit"], log["explored"]).reindex([0, *limits], fill_value=0)
place = np.arange(len(chosen))
ax.bar(place, chosen[False], 0.7, color=BLUE, label="what the incumbent prefers")
ax.bar(place, chosen[True], 0.7, chosen[False], color=ORANGE, hatch="///", edgecolor="white",
       label="drawn at random")  # fmt: skip
ax.set_xticks(place, ["declined", *(f"{limit / 1e3:,.0f}k" for limit in limits)])
ax.set(title="The incumbent's log", xlabel="limit, RMB", ylabel="decisions")
ax.legend()

# %% [markdown]
# ## PD and utilisation at every limit
#
# The causal pair learns both from that log, and corrects by the propensities for what the
# incumbent knew and the columns do not say. On the left are four fresh customers of rising risk,
# with their true PD dashed. The columns do not say all that makes a customer, so for a single one
# the model can be far off. In the middle and on the right are thirds of the customers by PD, and
# there it is near. In the grey the log is silent; the pair holds balances at those of 50,000 RMB
# there, so that nothing is gained by granting more.

# %%
potential = fresh.truth.potential_outcomes(48, progress=False)
trial = limit_trial(training, fresh, potential, LimitPolicy())
model = CausalPair().fit(trial.training_features, trial.training_labels)

features = credit_features(fresh.observed().applications, list(trial.training_features.columns))
scores = pd.DataFrame(model.predict(features), columns=list(model.outputs))
behaviour = behaviour_of(scores)
flat = {limit: np.full(applicants, limit) for limit in limits}
lived = {limit: fresh.replay(dg.Decisions.of(each, price=fresh.logged_decisions().price),
                             progress=False).customers for limit, each in flat.items()}  # fmt: skip

figure, axes = plt.subplots(1, 3, figsize=(12.5, 3.3), layout="constrained")
order = np.argsort(scores["pd"].to_numpy())
shades = (GREEN, BLUE, ORANGE, GREY)
for place, colour in zip((0.3, 0.7, 0.9, 0.98), shades, strict=True):
    who = order[int(place * applicants)]
    axes[0].plot(limits, behaviour.pd[who], "o-", ms=3, color=colour, label=f"customer {who}")
    axes[0].plot(limits, potential.pd[who, 1:], "--", color=colour)
axes[0].set(title="PD of four customers (dashed: truth)", ylim=0)
third = np.empty(applicants, dtype=int)
third[order] = np.arange(applicants) * 3 // applicants
for k, (name, colour) in enumerate(zip(("low", "middle", "high"), shades, strict=False)):
    among = third == k
    axes[1].plot(limits, behaviour.pd[among].mean(0), "o-", ms=3, color=colour, label=f"{name} PD")
    axes[1].plot(limits, potential.pd[among, 1:].mean(0), "--", color=colour)
    axes[2].plot(limits, behaviour.utilisation[among].mean(0), "o-", ms=3, color=colour)
    used = [lived[limit].loc[among, "utilisation"].mean() for limit in limits]
    axes[2].plot(limits, used, "--", color=colour)
axes[1].set(title="PD by third (dashed: truth)", ylim=0)
axes[2].set(title="Balance over limit by third (dashed: truth)", ylim=0)
for ax in axes:
    by_limit(ax, limits)
    percent(ax.yaxis)
    ax.axvspan(6e4, 2.4e5, color=GREY, alpha=0.15, lw=0)
axes[0].legend(fontsize=8)
axes[1].legend(fontsize=8)

# %% [markdown]
# ## Decisions, and what bound them
#
# Expected profit is interest less funding, capital, servicing, collection and loss, shared with
# the partner. `ProfitPolicy` takes the limit where it is largest, under the caps of the house
# and of the law of a day. Every decision says which cap was the tightest, and lists all that
# stood against the limit that profit alone would have chosen.

# %%
economics = Economics.from_terms(market.economics, months)
profit = ExpectedProfit(economics, JointLending.from_terms(market.joint))
capped = ProfitPolicy(profit, house=HouseCaps(income_multiple=3.0))
new = capped.decide(features, scores)

stood = new["caps"].str.get_dummies("; ").sum().sort_values(ascending=False)
display(new.loc[[0, 1, 2, 3], ["limit", "price", "expected_profit", "pd", "reason", "caps"]])
display(stood.rename("customers").rename_axis("stood against a larger limit").to_frame())

figure, axes = plt.subplots(1, 2, figsize=(12, 2.9), layout="constrained")
plot_approval_waterfall(approval_waterfall(Book("causal pair", new)), axes[0])
axes[0].set_title("From applications to approvals")
bound = new.loc[new["approve"], "reason"].value_counts()[::-1]
bars = axes[1].barh(bound.index, bound, color=BLUE)
axes[1].bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=8)
axes[1].set(title="What decided the limits of the approved", xlabel="customers")
axes[1].margins(x=0.12)

# %% [markdown]
# ## A budget for all of them
#
# With less money than the customers are worth, limits compete. The portfolio step finds one
# price for the budget: what another RMB of limit would earn. It falls as the budget grows, and
# is nothing once the budget no longer binds. `gap` bounds what a perfect solution could add.

# %%
share = profit.joint.bank_share
wanted = share * new["limit"].sum()
rows = []
for part in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1):
    policy = ProfitPolicy(profit, house=capped.house, portfolio=Portfolio(exposure=part * wanted))
    table, found = policy.explained(features, scores)
    held = found.budgets.iloc[0]
    rows.append((part * wanted, held["shadow_price"], found.value, found.gap,
                 int((table["reason"] == "exposure budget").sum())))  # fmt: skip
budget = pd.DataFrame(rows, columns=["budget", "shadow_price", "value", "gap", "moved"])

figure, axes = plt.subplots(1, 2, figsize=(10, 2.8), layout="constrained")
axes[0].plot(budget["budget"] / 1e6, budget["shadow_price"], "o-", ms=4, color=BLUE)
axes[0].set(title="Shadow price of the budget", ylabel="RMB for one more RMB of limit", ylim=0)
axes[1].plot(budget["budget"] / 1e6, budget["value"] / 1e6, "o-", ms=4, color=GREEN)
axes[1].set(title="Expected profit", ylabel="million RMB", ylim=0)
for ax in axes:
    ax.axvline(wanted / 1e6, color=GREY, ls=":")
    ax.set_xlabel("budget, million RMB (dotted: what the policy wants)")

# %% [markdown]
# ## What a bank can say of a policy before it runs
#
# Off-policy estimates re-weight the log of the incumbent. `matched`, the mean of those on whom
# both agree, has the incumbent's knowledge in it, and so has the regression behind `dm`; `ips`,
# `snips` and `dr` correct for it. On the left is the new policy on one log: few customers carry
# large weights, so what is corrected is uncertain by some 200 RMB an application, and a bank
# could not tell from it that the policy is good. That `matched` comes near here is luck, which
# the right shows: over eight logs of a flat 10,000 RMB (bars: two standard errors) it is far too
# high, and the corrected ones are not. Where the incumbent would never have given a limit, all
# but `dm` are silent.

# %%
happened = log_with_profit(fresh)
q = cross_fitted_profit(DecisionLog.from_table(happened), features, new)
truth = replayed_values(fresh, {"new": new["limit"]})["new"].mean()
told = beside_truth(off_policy(happened, new, expected=q), truth)
display(told[["estimator", "value", "low", "high", "truth", "bias", "covered", "without_support"]]
        .style.hide(axis="index").format(precision=0).format("{:.0%}", ["without_support"]))  # fmt: skip

errors = []
for other in range(100, 108):
    world = fresh.reseeded(other)
    given, seen = np.full(applicants, 1e4), credit_features(world.observed().applications)
    table = log_with_profit(world)
    expected_there = cross_fitted_profit(DecisionLog.from_table(table), seen, given)
    true_there = replayed_values(world, {"flat": given})["flat"].mean()
    errors.append(beside_truth(off_policy(table, given, expected=expected_there), true_there))
bias = pd.concat(errors).groupby("estimator", sort=False)["bias"].agg(["mean", "sem"])

figure, axes = plt.subplots(1, 2, figsize=(11, 2.9), layout="constrained")
axes[0].errorbar(told["value"], told["estimator"], xerr=told["value"] - told["low"], fmt="o",
                 color=BLUE, capsize=3)  # fmt: skip
axes[0].axvline(truth, color=ORANGE, ls="--", label="truth")
axes[0].set(title="The new policy, one log", xlabel="RMB an application")
axes[0].legend()
axes[1].errorbar(bias["mean"], bias.index, xerr=2 * bias["sem"], fmt="o", color=BLUE, capsize=3)
axes[1].axvline(0, color=ORANGE, ls="--")
axes[1].set(title="Bias for a flat 10,000 RMB, eight logs", xlabel="estimate less truth, RMB")
for ax in axes:
    ax.invert_yaxis()

# %% [markdown]
# ## The page for the committee
#
# All of it on one page: who is swapped in and out, the cut-off ladder, the waterfall, the
# what-if, a tree that says the policy in three questions, how lines are used. Here both policies
# are replayed and the truth is known, so regret stands beside profit. An officer declines
# whoever was overdue lately and would get 20,000 RMB or more; the page says what became of it.
# The same seed makes the same persons in every market, so what each has in three is known.

# %%
old = pd.DataFrame({"limit": fresh.logged_decisions().limit}).assign(
    approve=lambda t: t["limit"] > 0, pd=scores["pd"],
    reason=lambda t: np.where(t["approve"], "incumbent", "incumbent declined"),
)  # fmt: skip
partner = ("partner " + fresh.observed().applications["partner_id"].astype(str)).to_numpy(str)
who = np.arange(applicants)


def book(name, decisions):
    price = fresh.logged_decisions().price
    asked = dg.Decisions.of(decisions["limit"].to_numpy(), price=price)
    outcomes = fresh.replay(asked, progress=False).customers
    return Book(name, decisions, outcomes, regret_of(asked.limit, potential, who))


expected = Expected.of_behaviour(
    behaviour, profit, wanted=new["limit"].to_numpy(), score=new["pd"].to_numpy(),
    tenor=tenor_of(features), partner=partner,
    ceiling=ceilings(capped, features, behaviour.limits),
)  # fmt: skip
base = Assumptions(lgd=economics.lgd, cof=economics.cof)
stopped = (new["limit"] >= 2e4) & (features["bureau_overdue_24m"] > 0)
final = new.assign(limit=new["limit"].mask(stopped, 0.0), approve=new["approve"] & ~stopped)
proposed = book("causal pair", new)
lines = {"ecommerce": proposed.outcomes}
for other in (dg.scenarios.lifestyle, dg.scenarios.travel):
    world = dg.World(other, applicants, months, seed=fresh.seed)
    lines[other.name] = world.replay(world.logged_decisions(), progress=False).customers
exposures = pd.concat(
    table.loc[table["taken"], ["limit", "balance"]].assign(scenario=name)
    for name, table in lines.items()
).reset_index(names="customer_id")
page = CommitteePage(
    book("incumbent", old), proposed, title="Limits by expected profit", features=features,
    expected=expected, base=base, exposures=exposures, final=book("as issued", final),
    override_reason=stopped.map({True: "overdue", False: ""}),
)  # fmt: skip
ranked = regret(potential, {"incumbent": page.old.limit, "causal pair": page.new.limit})
display(ranked[["policy", "value", "value_low", "value_high", "regret_share"]].round(2))
display(page)

# %% [markdown]
# ## What if the world is otherwise
#
# One assumption at a time is changed. *Kept* is what the decisions in hand are worth then, *anew*
# what the bank has when it decides again within its caps. The collapse is of the partner with the
# largest limits: its customers are less willing to pay, and its guarantee is gone. Below are sliders for cut-off, cap and budget, which work in a live notebook.

# %%
largest = pd.Series(new["limit"]).groupby(partner).sum().idxmax()
changes = {"cut_off": (0.06, 0.24), "lgd": (0.60, 0.90), "cof": (0.02, 0.04),
           "cap": (10_000.0, 50_000.0), "budget": (new["limit"].sum() / 2,),
           "collapsed": (str(largest),)}  # fmt: skip
swings = sensitivity(expected, base, changes)
figure, ax = plt.subplots(figsize=(7.5, 3.0), layout="constrained")
plot_tornado(swings, ax).set_title("Change of expected profit, one assumption at a time")
display(panel(expected, base))

# %% [markdown]
# ## Limits that change
#
# A line can be raised, cut or frozen once its owner is known better. The decision process
# aggregates accounts to states (limit over income, utilisation, months late, conduct, grade) and
# reckons backwards from the horizon. It is learnt from the incumbent's accounts and judged by
# replay: the same customers, the same noise, with the reviews and without them. The figure is
# for the middle third by PD, on time after six months; white states were not seen.

# %%
seen = training.observed()
scorer = BoostedPD().fit(trial.training_features, trial.training_labels)
score = scorer.predict(trial.training_features)[:, 0]
edges = tuple(np.quantile(score, [1 / 3, 2 / 3]))
is_line = seen.applications["product"].eq("revolving").to_numpy()
accounts = seen.accounts[is_line[seen.accounts["customer_id"]]]
income = seen.applications["declared_income"]
process = LimitIncrease(months=months).fit(
    *account_months(accounts, grades_of(score, edges), income, economics, profit.joint)
)
reviewer = Reviewer(IncreasePolicy(), process.predict,
                    grades_of(scorer.predict(features)[:, 0], edges),
                    fresh.observed().applications["declared_income"].to_numpy(float))  # fmt: skip
worth = worth_of_review(fresh, reviewer)
half = 1.96 * worth.std() / np.sqrt(applicants)
print(f"Reviews add {worth.mean():,.0f} ± {half:,.0f} RMB an application.")
display(pd.concat(reviewer.decided)["action"].value_counts().to_frame().T)

actions = ("freeze", "decrease", "keep", "increase")
colours = plt.matplotlib.colors.ListedColormap([ORANGE, "#E69F00", "#9CCBE8", GREEN])
states = process.policy_table(mob=6).query("months_late == 0 and grade == 1")
states = states.assign(code=states["action"].map(actions.index))
kinds = ("pays the minimum", "pays more than the minimum", "late within half a year")
figure, axes = plt.subplots(1, 3, figsize=(11, 3.0), layout="constrained", sharey=True)
for conduct, (kind, ax) in enumerate(zip(kinds, axes, strict=True)):
    grid = states[states["conduct"] == conduct].pivot(
        index="limit_to_income", columns="utilisation", values="code"
    )
    drawn = ax.imshow(grid, cmap=colours, vmin=-0.5, vmax=3.5, origin="lower", aspect="auto")
    ax.set_xticks(range(grid.shape[1]), [f"{used:.0%}" for used in grid.columns])
    ax.set_yticks(range(len(grid)), [f"{ratio:g}" for ratio in grid.index])
    ax.set(title=kind.capitalize(), xlabel="balance over limit")
axes[0].set_ylabel("limit over monthly income")
figure.colorbar(drawn, ax=axes, ticks=range(4)).set_ticklabels(actions)

# %%
# What was said above, checked.
value = ranked.set_index("policy")["value"]
assert support["without_support"].iloc[-1] > 0.9, "the log is silent at the largest limit"
assert (np.diff(behaviour.pd, axis=1) >= 0).all(), "PD never falls as the limit rises"
assert (new["limit"] <= 3 * features["declared_income"] + 1e-6).all(), "a cap is kept"
assert (new.loc[new["approve"], "pd"] <= 0.12).all(), "and so is the cut-off"
assert (np.diff(budget["shadow_price"]) <= 1e-9).all(), "a larger budget is worth less"
assert budget["shadow_price"].iloc[-1] == 0, "what does not bind costs nothing"
assert budget["gap"].max() < 1e-3, "the decisions are as good as the best"
assert bias["mean"].abs().idxmax() == "matched", "knowing more biases what is not corrected"
assert value["oracle"] > value["causal pair"] > value["incumbent"]
assert "<iframe" in page._repr_html_()
assert swings.set_index("assumption")["change_low"]["collapsed"] < 0
assert worth.mean() > half, "reviews earn more than nothing"
