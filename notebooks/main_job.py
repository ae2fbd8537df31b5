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
# # Which limit model earns more, and how close does it come to the best possible?
#
# 20,000 customers of an online rental platform apply for a credit line. A rule matrix and a
# boosted PD model learn from what the bank saw, each in a sandbox of its own, and decide for
# 20,000 other customers; a boosted fraud model screens the same applications. Because the
# world is made, we know what every customer would have done at every limit, and who meant to
# defraud: profit is compared with an oracle's, and recall is recall of true fraud.

# %% tags=["parameters"]
customers, months, seed = 20_000, 24, 7

# %%
import data_generators as dg
import sandbox as sb

world = dg.World(dg.scenarios.online_rental, customers=customers, months=months, seed=seed)
world.observed().applications.head()

# %% [markdown]
# Both models run at isolation level `namespace`: no network, no files, no labels at scoring.
# Every cell of the study goes to MLflow (`risk-sandbox ui --store results` opens it). The oracle
# chooses by 64 lives of each customer instead of 256, which makes it a little weaker and quicker.

# %%
models = [sb.models.RuleMatrix(), sb.models.BoostedPD(), sb.models.BoostedFraud()]
results = sb.Study("notebook: online rental", worlds=[world], models=models, replicas=64).run()
results.table("limit").round(3).set_index("model").T

# %% [markdown]
# Regret is what the oracle earns more, RMB per customer. And the fraud model:

# %%
results.table("fraud").round(3).set_index("model").T

# %% [markdown]
# **Why does the best limit model decide as it does?** Each dot is a customer; to the right means
# a higher probability of default.

# %%
results.best.explain().beeswarm()
# %% [markdown]
# **For whom?** Decisions and outcomes by fifth of declared income.

# %%
results.best.cells[0].tables["decisions_by_segment"].round(3).set_index("segment")

# %%
report = results.best.report("results/reports/notebook.html")
print(f"The validation report is in {report}.")

# %%
assert (results.table()["status"] == "ok").all()
assert (results.table("limit")["truth/regret_per_customer"] > 0).all(), "nobody beats the oracle"
assert (results.table("fraud")["fraud/recall_at_fpr_2pct"] > 0.2).all(), "far above chance, 0.02"
assert report.stat().st_size < 5_000_000
