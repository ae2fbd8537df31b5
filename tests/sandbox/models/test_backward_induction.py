"""Backward induction against all there is: every policy of a tiny problem, tried out."""

from itertools import product

import numpy as np
import pytest

from sandbox.errors import BadInput
from sandbox.models.backward_induction import values_after_decision

STAGES, STEPS, CONDITIONS = 3, 2, 2


def problem(seed):
    """Two kinds of stages, 2 × 2 states, two actions, a chance that all ends."""
    rng = np.random.default_rng(seed)
    reward = rng.normal(size=(2, STEPS, CONDITIONS))
    transition = rng.dirichlet([1, 1, 1], size=(2, STEPS, CONDITIONS))[..., :2]
    stay = np.arange(STEPS * CONDITIONS)
    after = np.column_stack([stay, rng.permutation(stay)])
    return reward, transition, after, [0, 1, 1]


def worth(problem, policy, discount, state, t=0):
    """Expected reward of a policy that lists the action at each stage and state."""
    reward, transition, after, kinds = problem
    if t == STAGES:
        return 0.0
    step, condition = divmod(int(after[state, policy[t][state]]), CONDITIONS)
    chances = transition[kinds[t], step, condition]
    later = [
        chance * worth(problem, policy, discount, step * CONDITIONS + to, t + 1)
        for to, chance in enumerate(chances)
    ]
    return reward[kinds[t], step, condition] + discount * sum(later)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_finds_what_the_best_of_all_policies_earns(seed):
    tiny = problem(seed)
    states = range(STEPS * CONDITIONS)
    every = product(product((0, 1), repeat=len(states)), repeat=STAGES)
    best = np.max([[worth(tiny, policy, 0.9, s) for s in states] for policy in every], axis=0)
    found = values_after_decision(*tiny, 0.9)[0].reshape(-1)[tiny[2]].max(axis=1)
    assert np.allclose(found, best)


def test_without_decisions_it_values_the_first_action():
    tiny = problem(3)
    never = values_after_decision(*tiny, 0.9, decides=[False] * STAGES)
    keep = [(0,) * STEPS * CONDITIONS] * STAGES
    assert np.allclose(never[0].reshape(-1), [worth(tiny, keep, 0.9, s) for s in range(4)])
    assert (values_after_decision(*tiny, 0.9) >= never - 1e-12).all()


def test_shares_above_one_and_places_that_are_none_are_refused():
    reward, transition, after, kinds = problem(4)
    with pytest.raises(BadInput, match="add up to"):
        values_after_decision(reward, transition * 3, after, kinds)
    with pytest.raises(BadInput, match="positions from 0 to 3"):
        values_after_decision(reward, transition, after + 1, kinds)
    with pytest.raises(BadInput, match="K × X"):
        values_after_decision(reward[0], transition, after, kinds)
