"""Stages of IFRS 9 and CAS 22: by arrears, impairment and increase in credit risk."""

import numpy as np

from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack import states
from sandbox.validation.portfolio_pack.panel import AccountPanel, Ints

STAGES = ("stage 1", "stage 2", "stage 3")


def stages(panel: AccountPanel, definitions: Definitions) -> Ints:
    """Stage of each row: 0, 1 or 2 for stages 1, 2 and 3.

    Stage 3: more than `stage_3_days` past due, or credit-impaired. Stage 2: more than
    `stage_2_days` past due (IFRS 9 5.5.11), the bank's own flag `sicr`, or a PD of at least
    `pd_ratio` times that at origination and `pd_increase` above it (columns `pd` and
    `pd_origination`). An account leaves stage 3 after `cure_months_stage_3` in order, then
    stage 2 after `cure_months_stage_2` more.
    """
    rules = definitions.stages
    days = panel.days(definitions)
    second = (days > rules.stage_2_days) | panel.flags("sicr")
    if panel.has("pd", "pd_origination"):
        now = panel.rows["pd"].to_numpy(dtype=np.float64)
        then = panel.rows["pd_origination"].to_numpy(dtype=np.float64)
        second |= (now >= rules.pd_ratio * then) & (now - then >= rules.pd_increase)
    third = (days > rules.stage_3_days) | panel.flags("credit_impaired")
    state = np.where(third, 2, np.where(second, 1, 0)).astype(np.int64)
    state = states.held(panel, state, 1, rules.cure_months_stage_3)
    return states.held(panel, state, 0, rules.cure_months_stage_2)
