"""What only a world whose truth is known can tell."""

from sandbox.validation.catalogue.entry import POLICY, REBUILD, RECALIBRATE, Entry

_RESERVE = "Hold reserves or capital for it, tighten limits, or price for the risk."
_RESPONSE = "Learn the response from decisions at random, or bound limits to those observed."
_GROUPS = "Find the features behind the difference and a less unequal alternative; or say why not."
_LOG = "Decide more applications at random, or trust the estimate only where the log has support."
_ADVICE = "Give advice only on what causes default; leave out what merely looks better."
_DRIVERS = "Do not read explanations as causes; say so where they are shown."

ENTRIES: dict[str, Entry] = {
    "truth.pd_rmse": Entry(
        "Error of the PD against the true PD (RMSE)",
        "Predicted PDs are close to the true PDs of the world.",
        RECALIBRATE,
        "truth/pd_rmse",
    ),
    "truth.pd_skill": Entry(
        "Skill of the PD against the true PD",
        "Predicted PDs are closer to the true ones than the mean true PD for everyone: 1 less the "
        "ratio of mean squared errors (1 perfect, 0 no better than that constant).",
        "Recalibrate; where grouping dominates, look for features that tell customers apart.",
        "truth/pd_skill",
    ),
    "truth.discrimination_ceiling": Entry(
        "Share of attainable discrimination",
        "The ranking comes near that of the true PD.",
        REBUILD,
        "truth/discrimination_ceiling",
        share=True,
    ),
    "truth.regret": Entry(
        "Regret against the oracle",
        "The model's decisions earn what decisions that know the truth would earn.",
        POLICY,
        "truth/regret_per_customer",
    ),
    "truth.oracle_profit": Entry(
        "Profit of the oracle",
        "What decisions that know the truth would earn.",
        POLICY,
        "truth/oracle_profit_per_customer",
    ),
    "truth.value_captured": Entry(
        "Share of the oracle's profit captured",
        "The model's decisions earn a good part of what is attainable.",
        POLICY,
        "truth/value_captured",
        share=True,
    ),
    "truth.reverse_stress": Entry(
        "Boundary of profit by the model, less the true one (log-odds)",
        "The shock at which the model sees the end of profit is the one that truly ends it.",
        RECALIBRATE,
        "truth/reverse_stress_error",
    ),
    "truth.stressed_profit": Entry(
        "Profit in the worst scenario of the world, over exposure",
        "The decisions earn their losses when the same customers live through a bad year.",
        _RESERVE,
        "truth/stressed_profit_share",
        share=True,
    ),
    "truth.response_pd": Entry(
        "Error of dPD/dL against the truth",
        "The model knows what a higher limit does to each customer's PD.",
        _RESPONSE,
        "truth/pd_response_error",
    ),
    "truth.response_ead": Entry(
        "Error of dEAD/dL against the truth",
        "The model knows what a higher limit does to what is owed.",
        _RESPONSE,
        "truth/ead_response_error",
    ),
    "truth.need_served": Entry(
        "True need served, worst group less the largest",
        "The true need of those who can bear a limit is served alike in every group, within a "
        "margin of 5 points (Holm-adjusted over groups).",
        _GROUPS,
        "truth/need_served_gap",
        share=True,
    ),
    "truth.counterfactual_fairness": Entry(
        "Decisions that hang on an attribute",
        "With an attribute changed from which no default follows, and all noise the same, "
        "decisions stay.",
        _GROUPS,
        "truth/counterfactual_changed",
        share=True,
    ),
    "truth.ips_bias": Entry(
        "Error of the IPS estimate",
        "The value estimated from the log by IPS is what the decisions earned.",
        _LOG,
    ),
    "truth.snips_bias": Entry(
        "Error of the self-normalised IPS estimate",
        "The value estimated from the log by SNIPS is what the decisions earned.",
        _LOG,
    ),
    "truth.dr_bias": Entry(
        "Error of the doubly robust estimate",
        "The doubly robust estimate from the log is what the decisions earned.",
        _LOG,
    ),
    "truth.recourse_validity": Entry(
        "Advice that truly helps",
        "Who follows the advice truly becomes less risky, by half of what is promised.",
        _ADVICE,
        "truth/recourse_validity",
        share=True,
    ),
    "truth.recourse_improvement": Entry(
        "True fall of the PD over the promised one",
        "Advice lowers the true PD by as much as it says.",
        _ADVICE,
        "truth/recourse_improvement",
        share=True,
    ),
    "truth.recourse_games": Entry(
        "Advice without a cause",
        "Advice changes what causes default, and not only how the applicant looks.",
        _ADVICE,
        "truth/recourse_games",
        share=True,
    ),
    "truth.explanation_rank_correlation": Entry(
        "Explanations against the true drivers (rank correlation)",
        "Contributions, added up by the trait that a feature measures, rank a customer's traits as "
        "the true contributions to its log-odds of default do (a good model need not).",
        _DRIVERS,
        "truth/explanation_rank_correlation",
    ),
    "truth.explanation_sign_errors": Entry(
        "Attribution of the wrong sign",
        "What an explanation says to raise the risk truly raises it.",
        _DRIVERS,
        "truth/explanation_sign_errors",
        share=True,
    ),
    "truth.explanation_top4_overlap": Entry(
        "True drivers among the top four reasons",
        "The four strongest reasons are the four strongest true ones.",
        _DRIVERS,
        "truth/explanation_top4_overlap",
        share=True,
    ),
    "truth.explanation_null_share": Entry(
        "Attribution on what has no effect",
        "Little is attributed to features that measure no cause.",
        _DRIVERS,
        "truth/explanation_null_share",
        share=True,
    ),
}
