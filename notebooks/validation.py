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
# # A bank's own scores, validated
#
# A card portfolio has been scored for a year, and the yearly validation is due. There is no model
# to run and no simulated world: only a table with the PD at the decision, what came of it, and a
# few attributes. Here it goes through the tests of each family, is held to the bank's own
# thresholds, and ends as a report in two languages.

# %% tags=["parameters"]
accounts, seed, folder = 12_000, 5, "results/validation"

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

import sandbox as sb
from sandbox.experiment.entrant import Entrant
from sandbox.plots import plot_calibration
from sandbox.portfolio.by_columns import mapping_of_columns
from sandbox.report.edition import Edition
from sandbox.validation.grades import jeffreys_table
from sandbox.validation.policy import Policy

place = Path(folder)
place.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## The table
#
# Made up here, with two things wrong that a validator has to find: applicants under 25 who came
# in the second half of the year default more than they were scored, and region C was scored harder
# than its customers deserve.

# %%
rng = np.random.default_rng(seed)
month = rng.integers(1, 13, accounts)
age = rng.integers(18, 70, accounts)
region = rng.choice(["A", "B", "C"], accounts, p=[0.5, 0.3, 0.2])
income, utilisation = rng.lognormal(8.9, 0.5, accounts), rng.beta(2, 4, accounts)
margin = -3.6 - 1.1 * (np.log(income) - 8.9) + 3.0 * utilisation - 0.02 * (age - 40)
true_pd = expit(margin + 0.9 * ((age < 25) & (month > 6)))
scored = pd.DataFrame(
    {
        "PD": expit(margin + 0.5 * (region == "C")).round(6),
        "BAD_12M": rng.binomial(1, true_pd),
        "DECIDED": [f"2025-{m:02d}-15" for m in month],
        "LIMIT": 1_000 * rng.integers(2, 40, accounts),
        "INCOME": income.round(2),
        "UTILISATION": utilisation.round(4),
        "AGE": age,
        "REGION": region,
    }
)
scored.to_csv(place / "scored.csv", index=False)
scored.head()

# %% [markdown]
# ## The tests, by family
#
# Columns are named, nothing else is needed. What a table of scores cannot show (decisions, money, a
# known truth) is *not evaluated* with its reason, never green.

# %%
mapping = mapping_of_columns(
    place / "scored.csv",
    target="BAD_12M",
    score="PD",
    groups=["REGION"],
    date="DECIDED",
    limit="LIMIT",
)
portfolio = sb.Portfolio.from_file(place / "scored.csv", mapping)
study = sb.Study(
    "cards, yearly validation",
    worlds=[portfolio],
    models=[Entrant.of_scores("the bank's PD")],
    workspace=sb.Workspace(place),
)
results = study.run(progress=False, track=False)
judged = pd.DataFrame([r.record() for r in results.best.cells[0].results]).set_index("id")
judged.groupby("family", sort=False)["verdict"].value_counts().unstack(fill_value=0)

# %% [markdown]
# Both defects are in the list: calibration by group (region C), and a trend of defaults beyond the
# PDs together with a slice that is off.

# %%
found = judged[judged["verdict"].isin(["warn", "fail"])]
found[["title", "statistic", "p_value", "threshold", "verdict"]]

# %% [markdown]
# ## One test closer: who defaults more than scored?
#
# Over all accounts calibration passes: two errors of opposite signs hide each other. By age and
# half-year they do not. In the last panel the youngest default far more than scored; elsewhere
# points lie on the diagonal or below it, where region C is scored too hard.

# %%
late = month > 6
cases = {
    "25 and over": age >= 25,
    "under 25, January to June": (age < 25) & ~late,
    "under 25, July to December": (age < 25) & late,
}
fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for ax, (name, rows) in zip(axes, cases.items(), strict=True):
    pds, bad = scored.loc[rows, "PD"].to_numpy(), scored.loc[rows, "BAD_12M"].to_numpy(float)
    plot_calibration(jeffreys_table(bad, pds, number=5), ax)
    ax.set_title(f"{name}\n{bad.mean():.1%} bad, {pds.mean():.1%} scored")

# %% [markdown]
# ## Thresholds of one's own
#
# A policy is a small YAML file with a source beside every bound. A test that is not in it is shown
# for information. This bank asks for an AUC of 0.75 and takes unequal scores of regions seriously.

# %%
(place / "policy.yaml").write_text("""\
id: our cards
version: "2026"
thresholds:
  discrimination.auc:
    {better: higher, warn: 0.75, fail: 0.68, severity: S1, source: model risk committee}
  calibration.jeffreys:
    {better: higher, warn: 0.05, fail: 0.01, judged_by: p_value, severity: S2, source: ECB 2019}
  out_of_time.calibration_trend:
    {better: higher, warn: 0.05, fail: 0.01, judged_by: p_value, severity: S2, source: model risk committee}
  fairness.smd:
    {better: lower, warn: 0.10, fail: 0.30, severity: S1, source: fair lending office}
""")
own = Policy.from_file(place / "policy.yaml")
ours = results.best.cells[0].judged_by(own).results
pd.DataFrame(
    [
        (r.id, judged.verdict[r.id], str(r.verdict), r.threshold)
        for r in ours
        if r.id in own.thresholds
    ],
    columns=["test", "built-in policy", "our policy", "our threshold"],
)

# %% [markdown]
# ## The report
#
# For colleagues a page, for the file room a PDF in Chinese. The same inputs and date give the same
# bytes, so a second validator can check that nothing was changed by hand.

# %%
name = place / "cards.html"
page = results.reports(edition=Edition(policy=own, date="2026-12-01"), path=name)[0]
paper = results.reports(
    edition=Edition(formats=("pdf",), language="zh", policy=own, date="2026-12-01"), path=name
)[0]
document = results.best.document(policy=own, date="2026-12-01")
pd.DataFrame(
    [(line.id, line.severity, line.title, line.due) for line in document.annex.register],
    columns=["finding", "severity", "what", "due"],
).head(8)

# %%
again = results.reports(edition=Edition(policy=own, date="2026-12-01"), path=place / "again.html")[
    0
]
assert page.read_bytes() == again.read_bytes()
assert own.label in page.read_text()
assert paper.read_bytes().startswith(b"%PDF")
assert judged.verdict["fairness.smd"] != "pass"
