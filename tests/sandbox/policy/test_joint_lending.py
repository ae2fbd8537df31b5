"""Interest and loss of a jointly funded loan are shared out, and nothing is lost on the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.policy.joint_lending import JointLending

share = st.floats(0, 1)
terms = st.builds(JointLending, st.floats(0.01, 1), share, share, share)


@given(terms, st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_parts_add_up(joint, interest, loss):
    parts = joint.split(np.array([interest]), np.array([loss]))
    assert parts["bank_interest"] + parts["partner_interest"] == pytest.approx(interest)
    assert parts["bank_loss"] + parts["partner_loss"] == pytest.approx(loss)
    assert all((part >= -1e-9).all() for part in parts.values())


@given(terms)
def test_the_partners_share_of_the_loss_is_what_it_pays(joint):
    parts = joint.split(np.array([0.0]), np.array([100.0]))
    assert parts["partner_loss"][0] == pytest.approx(100 * joint.partner_loss_share)


def test_a_fallen_partner_compensates_nothing():
    joint = JointLending(bank_share=0.7, guarantee=0.5, partner_stands=0.0)
    assert joint.split(np.array([0.0]), np.array([100.0]))["compensation"] == 0
    assert joint.partner_loss_share == pytest.approx(0.3)


@pytest.mark.parametrize("bad", [{"guarantee": 1.2}, {"bank_share": 0.0}, {"service_fee": -0.1}])
def test_shares_off_range_are_refused(bad):
    with pytest.raises(BadInput):
        JointLending(**bad)
