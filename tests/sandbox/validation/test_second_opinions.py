"""Every figure of the catalogue has a second opinion.

For each, the test that holds it against another program, a published example, a closed form, an
enumeration or plain counting.
"""

import ast
from pathlib import Path

import pytest

from sandbox.validation.catalogue import CATALOGUE

TESTS = Path(__file__).parents[1]

#: file of tests -> test -> the figures that it gives a second opinion on
OPINIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "validation/test_other_programs_agree.py": {
        "test_missing_repeated_and_constant_are_those_counted_row_by_row": (
            "data.missingness",
            "data.duplicates",
            "data.constant",
        ),
        "test_leakage_and_its_interval_are_those_of_scikit_learn_and_statsmodels_by_feature": (
            "data.leakage",
        ),
        "test_separation_lost_by_a_feature_has_the_p_value_of_a_bootstrap_of_both_halves": (
            "data.leakage_by_time",
        ),
        "test_overlap_of_keys_is_that_of_sets": ("data.key_overlap",),
        "test_cost_saved_is_the_area_of_an_integral_over_costs": ("discrimination.cost_saved",),
        "test_recall_and_precision_of_frauds_are_those_counted_one_threshold_at_a_time": (
            "fraud.recall_at_fpr_1pct",
            "fraud.recall_at_fpr_2pct",
            "fraud.recall_at_fpr_5pct",
            "fraud.cp_at_100",
        ),
        "test_ece_and_brier_equal_riskvalidation_and_statsmodels": (
            "calibration.brier",
            "calibration.ece",
        ),
        "test_slope_and_intercept_with_their_intervals_equal_statsmodels_glm": (
            "calibration.slope",
            "calibration.intercept",
        ),
        "test_hosmer_lemeshow_and_spiegelhalter_equal_riskvalidation": (
            "calibration.hosmer_lemeshow",
            "calibration.spiegelhalter",
        ),
        "test_jeffreys_and_binomial_by_grade_equal_riskvalidation": (
            "calibration.jeffreys",
            "calibration.binomial",
        ),
        "test_psi_and_csi_equal_riskvalidation": (
            "stability.psi",
            "stability.csi",
            "out_of_time.through_the_door",
        ),
        "test_migration_z_equals_riskvalidation": ("stability.migration",),
        "test_flipped_decisions_have_statsmodels_wilson_interval": ("robustness.noise_decisions",),
        "test_mcnemar_and_brier_of_two_models_equal_statsmodels_and_scipy": ("comparison.brier",),
        "test_standardised_mean_difference_is_scipys_t_statistic_per_root_of_the_sizes": (
            "fairness.smd",
        ),
        "test_calibration_of_a_group_of_unlike_coins_equals_an_enumeration_of_all_outcomes": (
            "fairness.calibration",
        ),
        "test_profit_of_a_swap_set_has_the_p_value_and_interval_of_statsmodels_ztest": (
            "portfolio.swap_profit",
        ),
        "test_profit_of_a_step_has_the_p_value_of_statsmodels_ztest": ("portfolio.riskiest_step",),
        "test_late_labels_are_counted_and_have_statsmodels_jeffreys_interval": (
            "outcomes.late_labels",
        ),
        "test_breaches_of_caps_are_those_counted_row_by_row": (
            "limits.house_caps",
            "limits.regulatory_caps",
        ),
        "test_pd_error_and_skill_are_scikit_learns_rmse_and_r2": (
            "truth.pd_rmse",
            "truth.pd_skill",
        ),
    },
    "validation/test_populations_times_keys.py": {
        "test_values_outside_are_those_that_pandas_counts": ("data.ranges",),
        "test_distances_of_features_equal_scipys": ("data.representativeness",),
        "test_the_classifiers_p_value_equals_scipys_mann_whitney_test": (
            "data.classifier_two_sample",
        ),
        "test_distance_to_all_applicants_is_that_to_the_rejected_times_their_share": (
            "data.through_the_door",
        ),
        "test_what_became_known_after_the_decision_is_counted_by_column": ("data.point_in_time",),
        "test_keys_equal_what_pandas_calls_duplicated": ("data.duplicate_keys",),
    },
    "validation/test_published_examples.py": {
        "test_delong_interval_of_asah_equals_r_proc": ("discrimination.auc",),
        "test_paired_delong_of_asah_equals_r_proc": ("comparison.delong",),
        "test_mcnemar_of_approval_ratings_equals_what_r_prints": ("comparison.mcnemar",),
        "test_unpaired_delong_of_asah_equals_r_proc": ("out_of_time.auc_change",),
    },
    "validation/test_costs_of_errors.py": {
        "test_accuracy_ratio_equals_riskvalidation_and_twice_auc_less_one": (
            "discrimination.gini",
        ),
        "test_h_measure_is_hands_integral_by_quadrature": ("discrimination.h_measure",),
    },
    "validation/test_discrimination.py": {
        "test_ks_is_the_two_sample_statistic_of_scipy": ("discrimination.ks",),
        "test_auc_and_average_precision_are_those_of_scikit_learn": ("discrimination.auprc",),
        "test_expected_auc_is_the_sum_over_all_pairs": ("truth.discrimination_ceiling",),
    },
    "validation/test_fraud_metrics.py": {
        "test_average_precision_is_that_of_scikit_learn": ("fraud.auprc",),
    },
    "validation/test_pd_by_grade.py": {
        "test_correlated_tail_equals_riskvalidation": ("calibration.traffic_light",),
    },
    "validation/test_against_initial.py": {
        "test_distances_equal_scipys": (
            "stability.ks",
            "stability.wasserstein",
        ),
        "test_concentration_beyond_chance_equals_scipy_chi2_contingency_of_large_samples": (
            "stability.concentration",
        ),
        "test_auc_against_initial_equals_riskvalidation": ("stability.auc_against_initial",),
    },
    "validation/test_noise_robustness.py": {
        "test_figures_of_noise_equal_those_counted_row_by_row": (
            "robustness.noise_auc",
            "robustness.noise_pd",
        ),
    },
    "validation/test_weak_slices.py": {
        "test_deviation_of_auc_about_its_promise_is_that_of_drawn_outcomes": (
            "robustness.weak_slice_auc",
        ),
        "test_variance_left_after_the_fit_equals_statsmodels_score_test": (
            "robustness.weak_slice_rate",
        ),
    },
    "validation/test_overfit.py": {
        "test_gap_of_auc_has_the_p_value_of_permutations": ("robustness.overfit",),
        "test_gap_of_log_loss_equals_scipys_welch_tests_of_bad_and_good_cases": (
            "robustness.overfit_log_loss",
        ),
        "test_figures_by_slice_equal_delong_on_the_slice_alone": ("robustness.overfit_slice",),
    },
    "validation/test_seed_stability.py": {
        "test_spread_equals_what_loops_count": (
            "robustness.seed_pd",
            "robustness.seed_auc",
        ),
        "test_flipped_decisions_equal_one_less_fleiss_agreement": ("robustness.seed_decisions",),
    },
    "validation/test_monotonicity.py": {
        "test_shares_and_largest_moves_equal_a_search_over_all_pairs_of_points": (
            "robustness.monotonicity",
            "robustness.monotonicity_size",
        ),
    },
    "explanation/test_faithful_to_the_model.py": {
        "test_the_closed_form_of_a_linear_model_is_perfectly_faithful": (
            "explanation.faithfulness_correlation",
            "explanation.faithfulness_deletion",
        ),
    },
    "explanation/test_faithful_to_the_structure.py": {
        "test_rank_correlation_is_scipys": ("truth.explanation_rank_correlation",),
        "test_its_opposite_has_every_sign_and_the_whole_order_wrong": (
            "truth.explanation_sign_errors",
        ),
        "test_an_unrelated_explanation_comes_to_about_nothing_and_four_of_five_by_chance": (
            "truth.explanation_top4_overlap",
        ),
        "test_what_stands_on_features_without_cause_is_counted": ("truth.explanation_null_share",),
    },
    "explanation/test_reason_stability.py": {
        "test_shares_are_those_counted_by_hand": ("explanation.reason_stability",),
    },
    "validation/test_fairness.py": {
        "test_interval_of_the_ratio_equals_statsmodels": ("fairness.air",),
        "test_interval_of_a_difference_is_newcombes_published_example": (
            "fairness.equal_opportunity",
        ),
    },
    "validation/test_portfolio_judged.py": {
        "test_rise_equals_statsmodels_proportions_ztest": ("portfolio.vintage_deterioration",),
        "test_a_reported_roll_matrix_is_replicated_or_not": ("portfolio.roll_rows",),
        "test_more_bad_equals_scipy_fisher_exact": ("portfolio.override_bad_rate",),
    },
    "validation/portfolio_pack/test_vintage_tables.py": {
        "test_first_payments_equal_a_count_by_loops": ("portfolio.first_payment",),
    },
    "validation/portfolio_pack/test_roll_tables.py": {
        "test_rolls_equal_a_count_by_loops": ("portfolio.impossible_rolls",),
        "test_average_roll_matrix_equals_riskvalidation_pooled_cohort": (
            "portfolio.roll_replication",
        ),
    },
    "validation/portfolio_pack/test_categories_and_stages.py": {
        "test_stages_equal_riskvalidation_allocation": ("portfolio.stage_of_npl",),
    },
    "validation/portfolio_pack/test_expected_losses.py": {
        "test_expected_losses_equal_riskvalidation_ecl_scenario": ("portfolio.ecl_coverage",),
    },
    "validation/test_out_of_time.py": {
        "test_change_of_calibration_equals_scipy_welch": ("out_of_time.calibration_change",),
        "test_auc_trend_equals_statsmodels_wls": ("out_of_time.auc_trend",),
        "test_calibration_trend_equals_statsmodels_ordinal_association": (
            "out_of_time.calibration_trend",
        ),
        "test_back_test_p_values_equal_scipy_binomtest_and_beta": (
            "outcomes.back_test_mob",
            "outcomes.back_test_vintage",
        ),
    },
    "validation/test_delayed_labels.py": {
        "test_kaplan_meier_equals_statsmodels_survfunc": ("outcomes.label_bias",),
        "test_kaplan_meier_interval_equals_statsmodels_quantile_inversion": (
            "truth.delayed_labels",
        ),
    },
    "validation/test_reject_inference.py": {
        "test_parcelling_equals_a_loop_over_bands": ("outcomes.reject_spread",),
        "test_reweighting_equals_a_weighted_loop": ("outcomes.reject_overlap",),
        "test_mean_bias_and_interval_equal_scipy_ttest": ("truth.reject_inference",),
    },
    "validation/test_drift_detection.py": {
        "test_delay_and_false_alarms_equal_a_loop": (
            "truth.drift_delay",
            "truth.false_alarms",
        ),
    },
    "validation/test_stress_scenarios.py": {
        "test_shift_on_the_log_odds_scale_equals_scipys_logit_and_expit": ("stress.default_rate",),
        "test_profit_of_each_scenario_equals_a_loop_over_accounts": (
            "stress.downturn",
            "stress.loss",
        ),
        "test_fall_of_a_partner_equals_a_loop_over_partners": ("stress.partner_collapse",),
        "test_swings_of_the_tornado_equal_closed_forms": ("stress.sensitivity",),
        "test_table_of_lived_scenarios_equals_scipys_paired_interval": ("truth.stressed_profit",),
    },
    "validation/test_reverse_stress.py": {
        "test_the_boundary_equals_scipys_brentq": (
            "stress.reverse_profit",
            "stress.reverse_capital",
        ),
        "test_the_interval_of_the_difference_equals_a_paired_bootstrap": ("truth.reverse_stress",),
    },
    "validation/test_limit_response.py": {
        "test_p_value_of_two_equal_bands_is_scipys_chi_square_over_variances": (
            "limits.pd_response",
        ),
        "test_the_table_equals_a_pandas_group_by": ("limits.ead_response",),
        "test_falls_along_the_limits_equal_a_loop": (
            "limits.monotone_pd",
            "limits.monotone_ead",
        ),
        "test_hhi_of_the_published_example_of_four_firms": (
            "limits.concentration_partner",
            "limits.concentration_region",
        ),
    },
    "validation/test_truth_suite_policy.py": {
        "test_regret_has_the_interval_of_a_paired_test": (
            "truth.regret",
            "truth.oracle_profit",
            "truth.value_captured",
        ),
    },
    "validation/test_truth_of_responses_and_groups.py": {
        "test_slopes_equal_numpys_gradient_of_each_step": (
            "truth.response_pd",
            "truth.response_ead",
        ),
        "test_difference_of_means_equals_statsmodels_with_unequal_variances": (
            "truth.need_served",
        ),
    },
    "validation/test_counterfactual_fairness.py": {
        "test_share_of_flipped_decisions_has_statsmodels_wilson_interval": (
            "truth.counterfactual_fairness",
        ),
    },
    "policy/test_evaluation.py": {
        "test_estimates_by_hand": (
            "truth.ips_bias",
            "truth.snips_bias",
            "truth.dr_bias",
        ),
    },
    "experiment/test_recourse_truth.py": {
        "test_a_small_promise_is_kept_where_a_large_one_is_not": ("truth.recourse_validity",),
        "test_to_ask_for_less_lowers_the_true_pd": ("truth.recourse_improvement",),
        "test_waiting_until_inquiries_are_forgotten_changes_nothing_true": (
            "truth.recourse_games",
        ),
    },
}


def test_every_figure_of_the_catalogue_has_one_named_second_opinion():
    named = [test for by_test in OPINIONS.values() for ids in by_test.values() for test in ids]
    assert sorted(named) == sorted(CATALOGUE)


@pytest.mark.parametrize("file", OPINIONS)
def test_the_tests_that_are_named_are_there(file):
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set(OPINIONS[file]) <= there
