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
# # Why was this applicant declined, what may she be told, and would it help?
#
# A bank has to give reasons when it declines, and an applicant wants to know what to change. A
# boosted PD learns from the log of an online education lender and decides for applicants of
# another history. Here one of them is followed: from the contributions of each feature to reason
# codes, from these to advice, and from advice to what it does in truth. What a bank would see comes
# from `observed()`; only a made world has the `truth` that judges.

# %% tags=["parameters"]
customers, applicants, months, seed = 8_000, 4_000, 24, 7

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shap
from IPython.display import display

import data_generators as dg
import sandbox as sb
from data_generators.contributions import PLAYERS
from sandbox.errors import BadInput
from sandbox.experiment.explained_truth import ExplainedTruth
from sandbox.experiment.recourse_truth import recourse_truth
from sandbox.explanation.actions import Actions, actions
from sandbox.explanation.counterfactual import advice_text, advise
from sandbox.explanation.faithfulness import on_the_margin
from sandbox.explanation.global_draws import global_draws
from sandbox.explanation.plot_reasons import plot_reasons
from sandbox.explanation.reason_codes import not_used, reason_codes
from sandbox.explanation.reason_stability import (
    noisy_features,
    reason_stability,
    stability_interval,
    stability_of,
)
from sandbox.explanation.removals import Removals
from sandbox.explanation.structure import against_structure, measures_of
from sandbox.features import credit_features
from sandbox.models import BoostedPD
from sandbox.models.limit_grid import REFERENCE_LIMIT

# Okabe and Ito's colours, which colour-blind readers can tell apart
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False})
plt.rcParams.update({"figure.dpi": 96, "font.size": 9})
plt.rc("axes", titlesize=10, titlelocation="left")

# %% [markdown]
# ## The model and the declined
#
# Frauds are left out, because no advice is meant for them. An application is declined when its PD
# is above 12%, the house's cut-off.

# %%
cut_off = sb.LimitPolicy().pd_bands[-1]
training = dg.World(dg.scenarios.online_education, customers=customers, months=months, seed=seed)
fresh = training.reseeded(seed + 1, applicants)
seen = training.observed()
features = credit_features(seen.applications)
target = np.full(customers, np.nan)
target[seen.performance["customer_id"]] = seen.performance["default"]
target[seen.fraud_labels["customer_id"]] = np.nan
model = BoostedPD().fit(features, pd.DataFrame({"target": target}))


def score(table):
    return model.predict(table)[:, 0]


honest = np.flatnonzero(fresh.truth.fraud() == "")
asked = credit_features(fresh.observed().applications, list(features.columns)).iloc[honest]
asked = asked.reset_index(drop=True)
who = honest[score(asked) > cut_off]
declined = asked[score(asked) > cut_off].reset_index(drop=True)
print(f"{len(declined):,} of {len(asked):,} honest applicants are declined.")

# %% [markdown]
# ## What moves the model
#
# `sb.explain` gives interventional Shapley values against 100 training rows, exact for trees, as
# a `shap.Explanation`. Each dot is an applicant; to the right it adds to the log-odds of default.

# %%
background = features.sample(100, random_state=0)
everyone = sb.explain(model, asked.iloc[:1_000], background)
with global_draws(0):  # the jitter of the dots
    ax = shap.plots.beeswarm(everyone, max_display=12, show=False, plot_size=(8, 4.6))
    ax.set_xlabel(f"contribution to {everyone.output_names}")

# %% [markdown]
# ## Why this applicant?
#
# Of the declined with four reasons and at least five single changes that would each be enough, she
# has the highest PD. From the average of the background below, each bar leads on to her own
# log-odds of default at the top.

# %%
found = sb.explain(model, declined, background)
reasons = reason_codes(found, usual=features)
ways = pd.concat(
    advise(score, declined, cut_off, features, possible=Actions((action,), {}), at_most=1)
    for action in actions().actions
).query("feature != ''")
enough = ways["row"].value_counts().reindex(range(len(declined)), fill_value=0) >= 5
four = reasons["row"].value_counts().reindex(range(len(declined)), fill_value=0) == 4
she = int(np.argmax(np.where(enough & four, score(declined), 0.0)))
her = declined.iloc[[she]].reset_index(drop=True)
print(f"Applicant {who[she]}: PD {score(her)[0]:.1%}, cut-off {cut_off:.0%}.")
ax = shap.plots.waterfall(found[she], max_display=12, show=False)
ax.figure.set_size_inches(8, 4.6)
plt.ion()  # shap's waterfall turns it off, and figures would no longer be shown
plt.show()

# %% [markdown]
# ## What may she be told?
#
# Reasons are what pushes her PD up, is true of her ("than most" is checked), can be changed by her
# and is not protected. She is given code and sentence. The table is for the bank: what else pushed
# her PD up and is never told, with its part of all that did.

# %%
figure, axes = plt.subplots(1, 2, figsize=(11, 2.6), layout="constrained", width_ratios=(1.35, 1))
for ax, language in zip(axes, ("en", "zh"), strict=True):
    told = reason_codes(found, language=language, usual=features).query("row == @she")
    try:
        plot_reasons(told, found.output_names, ax)
    except BadInput:  # no font with Chinese characters is installed: the browser may have one
        ax.set_axis_off()
        display(told[["code", "text"]].style.hide(axis="index"))
plt.show()
untold = not_used(found[she : she + 1], usual=features).query("push > 0.001")
display(untold[["feature", "why", "push"]].style.hide(axis="index").format("{:.1%}", ["push"])
        .set_properties(["feature", "why"], **{"text-align": "left"}))  # fmt: skip

# %% [markdown]
# ## Do the reasons stay?
#
# The figures of an application are known roughly. Noise, as a share of each continuous feature's
# interquartile range, is added and the model explains again. *Kept* is the share of codes that
# stay among the four: of all declined (mean and 95% interval over five draws), and of her own over
# 50 draws.

# %%
levels, draws = (0.001, 0.01, 0.05), 50
stays = pd.concat(
    reason_stability(found, lambda moved: sb.explain(model, moved, background), level,
                     usual=features) for level in levels
)  # fmt: skip
steady = stability_interval(stays).query("measure == 'kept'").set_index("noise")
own = []
as_she_is = sb.explain(model, declined.iloc[[she] * draws], background)
for level in levels:
    moved = [noisy_features(declined, np.random.default_rng(k), level) for k in range(draws)]
    again = pd.concat(table.iloc[[she]] for table in moved)
    again = sb.explain(model, again, background)
    own.append(stability_of(as_she_is, again, usual=features))
steady["her own kept"] = [each.kept for each in own]
steady["her first stays"] = [each.same_first for each in own]
steady = steady.rename(columns={"mean": "kept"})
display(steady[["kept", "low", "high", "her own kept", "her first stays"]]
        .style.format("{:.1%}").format_index("{:.1%}"))  # fmt: skip

# %% [markdown]
# ## What would have to change, and would it help her?
#
# For each thing that she can change, the smallest change that brings the model's PD to the cut-off
# or under, the cheapest first. In her world each can be done, and her true PD is known before and
# after, in the same noise (± two standard errors of the fall). A lower use of limits elsewhere
# *games* the model: here it follows from impatience and luck, and no default follows from it.
#
# By the model each of them is enough. In truth a shorter term and more income make her safer. The
# others, the cheapest among them, get her under the cut-off and change nothing else.

# %%
menu = ways[ways["row"] == she].sort_values("cost", ignore_index=True)
menu["row"] = menu.index
tried = recourse_truth(
    menu, fresh, np.repeat(who[she], len(menu)), declined.iloc[[she] * len(menu)],
    target=cut_off, replicas=512,
).rows  # fmt: skip
hers = pd.DataFrame({
    "advice": advice_text(menu)["text"], "in Chinese": advice_text(menu, "zh")["text"],
    "PD by the model, after": menu["pd_after"], "true PD before": tried["true_before"],
    "true PD after": tried["true_after"], "±": 2 * tried["fall_se"],
    "games": tried["games"].map({True: "yes", False: "no"}),
})  # fmt: skip
display(hers.style.hide(axis="index").format("{:.1%}", list(hers.columns[2:6]))
        .set_properties(["advice", "in Chinese"], **{"text-align": "left"}))  # fmt: skip

# %% [markdown]
# ## And the others?
#
# The first 200 of the declined get the cheapest advice, of at most two changes, and follow it. An
# advice is *valid* when the true PD falls by at least half of what the model promises (on or above
# the dotted line). On average the promises are kept, and yet about half of the advice is valid: a
# fifth of the applicants has more than half of the gain. The model alone cannot tell who.

# %%
some = declined.iloc[:200]
advice = advise(score, some, cut_off, background=features)
truth = recourse_truth(advice, fresh, who[:200], some, target=cut_off, replicas=256)
rows, summary = truth.rows, truth.summary()
kinds = rows.assign(change=rows["changed"].where(rows["features"] == 1, "two changes"))
kinds = kinds.groupby("change").agg(
    advised=("fall", "size"), promised=("promised", "mean"), fall=("fall", "mean"),
    error=("fall", "sem"), valid=("valid", "mean"),
).query("advised >= 5").sort_values("fall")  # fmt: skip
print(
    f"{summary['helped']:.0%} can get under the cut-off. Valid: {summary['validity']:.0%} of the "
    f"advice (± {1.96 * summary['validity_se']:.0%}); only gaming: {summary['games']:.0%}."
)

figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
for games, colour, name in ((False, BLUE, "has a cause"), (True, ORANGE, "only games the model")):
    part = rows[rows["games"] == games]
    axes[0].scatter(part["promised"], part["fall"], s=14, color=colour, alpha=0.7, label=name)
largest = rows["promised"].max()
axes[0].plot([0, largest], [0, largest / 2], ":", color=GREY)
axes[0].set(title="Each advice", xlabel="fall of PD by the model", ylabel="true fall of PD")
place = np.arange(len(kinds))
axes[1].errorbar(kinds["fall"], place, xerr=1.96 * kinds["error"], fmt="o", color=BLUE, capsize=3,
                 label="in truth")  # fmt: skip
axes[1].plot(kinds["promised"], place, "D", color=GREY, label="by the model")
names = [f"{name.replace('_', ' ')} ({n})" for name, n in kinds["advised"].items()]
axes[1].set_yticks(place, names)
axes[1].set(title="By what is advised (customers)", ylim=(-0.5, len(kinds) - 0.5),
            xlabel="mean fall of PD")  # fmt: skip
for ax in axes:
    ax.legend()

# %% [markdown]
# ## Faithful to what?
#
# To the *model*: its output falls as the contributions say when features are removed. To the
# *structure*: contributions name the traits that truly move the risk, of 64 applicants, held
# against the world's own. The second column gives every contribution to the next feature: it adds
# up just as well, and only the removals find it out. The first is faithful to the model and far
# from the structure: it says why she was declined, not what makes her a risk.

# %%
explained, to_come = asked.iloc[:1_000], score(asked.iloc[:1_000])
margin = np.log(to_come / (1 - to_come))
whose = honest[:64]
halves = [
    fresh.truth.contributions(float(REFERENCE_LIMIT), whose, replicas=64, background=128,
                              first_replica=first, progress=False)[list(PLAYERS)].to_numpy()
    for first in (1, 65)
]  # fmt: skip
known = np.flatnonzero(np.isfinite(sum(halves)).all(axis=1))
causes = ExplainedTruth(PLAYERS, known, *(half[known] for half in halves))


def figures(values):
    removals = Removals.planned(values, len(background), seed=2)
    answers = on_the_margin(score(removals.altered(explained, background)), to_come, margin)
    to_model = removals.read(values, margin, answers)
    said = pd.DataFrame(values[known], columns=explained.columns)
    structure = against_structure(said, causes.values, measures_of(list(said)), causes.error)
    return {
        "additivity gap": np.abs(values.sum(axis=1) + everyone.base_values - margin).max(),
        "to the model: correlation with falls": to_model.correlation,
        "to the model: falls as promised": to_model.deletion,
        "to the structure: rank correlation": structure.rank_correlation,
        "... that could be reached": causes.ceiling,
        "to the structure: wrong sign": structure.sign_errors,
        "to the structure: features without effect": structure.null_share,
    }


faithful = pd.DataFrame(
    {"as explained": figures(everyone.values),
     "to the wrong features": figures(np.roll(everyone.values, 1, axis=1))}
)  # fmt: skip
display(faithful.style.format("{:.2g}"))

# %%
# What was said above, checked.
total = found.values.sum(axis=1) + found.base_values
assert np.allclose(1 / (1 + np.exp(-total)), score(declined), atol=1e-6), "it adds up"
assert (reasons.query("row == @she")["rank"].tolist()) == [1, 2, 3, 4], "four reasons"
assert "age" not in set(reasons["feature"]), "what is protected is no reason"
assert (untold["feature"] == "age").any(), "the bank sees that it pushed"
assert steady["kept"].min() > 0.9, "reasons stay under noise"
assert (menu["pd_after"] <= cut_off).all(), "by the model each change is enough"
helps = tried["changed"].isin(["tenor_months", "declared_income"])
assert (tried["fall"] > 2 * tried["fall_se"])[helps].all(), "two of them make her safer"
assert not tried["valid"][~helps].any(), "and the others do not"
assert not helps[0], "the cheapest among them"
assert (rows.loc[rows["games"], "fall"] == 0).all(), "gaming changes nobody"
assert 0.7 < summary["improvement"] < 1.4, "kept on average"
assert 0.35 < summary["validity"] < 0.65, "and valid for half"
assert rows["fall"].nlargest(len(rows) // 5).sum() > 0.5 * rows["fall"].sum()
right, wrong = faithful["as explained"], faithful["to the wrong features"]
assert faithful.loc["additivity gap"].max() < 1e-5, "both add up"
assert right["to the model: correlation with falls"] > 0.8
assert wrong["to the model: correlation with falls"] < 0.4, "removals find it out"
reached = "to the structure: rank correlation"
assert right[reached] < 0.6 * right["... that could be reached"], "far from the structure"
