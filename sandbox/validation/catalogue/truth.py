"""What only a world whose truth is known can tell."""

from sandbox.validation.catalogue.entry import POLICY, REBUILD, RECALIBRATE, Entry

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
}
