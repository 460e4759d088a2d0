"""Elasticities of entry: recovered from the rule's own draws within their standard errors, and attenuated as theory says."""

from __future__ import annotations

import numpy as np
import pytest

from wutong.experiments.evidence.elasticities import SPREADS, deviations, poisson_fit, recovered, with_values
from wutong.model.rules.attraction import Attraction

FULL = {"creation_share": 1.0, "rent_elasticity": 0.4, "local_weight": 0.8}
STRONG = {"creation_share": 0.2, "rival_share": 0.5, "copying": 1.0, "rent_elasticity": 0.4}


def test_at_a_creation_share_of_one_the_declared_weights_come_back():
    p = with_values(Attraction(), FULL)
    found = {one.key: one for one in recovered(20_000, 3, p)}
    assert list(found) == list(SPREADS)
    assert [one.declared for one in found.values()] == pytest.approx([0.12, 0.08, 0.05, -0.4, 0.9])
    for one in found.values():
        assert one.expected == pytest.approx(one.declared, abs=1e-9)
        assert abs(one.estimate - one.declared) < 4.0 * one.error
    assert found["unmet_demand"].error < 0.02, "it can tell a weight from none"


@pytest.mark.parametrize("values", [FULL, STRONG, {}])
def test_the_standard_errors_are_honest_over_fifty_seeds(values):
    """90 % intervals cover 78 to 99 % of 250 coefficients, whatever the creation share; none is further than four errors."""
    p = with_values(Attraction(), values)
    z = np.array([[one.z for one in recovered(1500, seed, p)] for seed in range(50)])
    assert 0.84 < (np.abs(z) < 1.645).mean() < 0.96
    assert (np.abs(z.mean(axis=0)) < 4.0 / np.sqrt(50)).all()
    assert np.abs(z).max() < 4.0


def test_below_one_each_weight_is_attenuated_by_what_the_park_takes_from_its_rivals():
    """With small weights the regression finds the slope at v = 0: 1 - 0.8·0.5; of a support that is copied 0.8·0.5 less."""
    small = {
        "demand_weight": 0.05,
        "inputs_weight": 0.04,
        "knowledge_weight": 0.02,
        "support_weight": 0.2,
        "rent_elasticity": 0.1,
    }
    p = with_values(Attraction(), {**STRONG, **small})
    found = {one.key: one for one in recovered(100, 1, p)}
    for key in ("unmet_demand", "local_suppliers", "knowledge", "rent"):
        assert found[key].expected / found[key].declared == pytest.approx(0.6, abs=0.02)
    assert found["support"].expected / found["support"].declared == pytest.approx(0.2, abs=0.02)


def test_attenuation_can_be_told_from_none():
    found = recovered(20_000, 5, with_values(Attraction(), STRONG))
    assert max(abs(one.z) for one in found) < 4.0
    demand = next(one for one in found if one.key == "unmet_demand")
    assert (demand.declared - demand.estimate) / demand.error > 4.0


def test_the_regression_is_that_of_a_hand():
    """With two groups the coefficients are the logarithms of their means."""
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    fit = poisson_fit(design, np.array([1.0, 2.0, 3.0, 4.0, 4.0, 7.0]))
    assert fit.coefficients == pytest.approx([np.log(2.0), np.log(2.5)])
    assert fit.errors == pytest.approx([np.sqrt(1 / 6), np.sqrt(1 / 6 + 1 / 15)])


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="depend"):
        poisson_fit(np.ones((5, 2)), np.arange(5.0))


def test_the_same_seed_gives_the_same_numbers():
    assert recovered(500, 2) == recovered(500, 2) != recovered(500, 3)
    assert deviations(500, 2).tolist() == [one.z for one in recovered(500, 2)]
