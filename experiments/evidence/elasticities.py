"""Does generic entry follow what its parameters say: a Poisson regression on entrants that the rule's own kernels draw.

Many worlds get random unmet demand, suppliers, knowledge, rent and support; :mod:`wutong.model.rules.attraction` turns them into
entry rates, and the keyed Poisson draws of the model into entrants of one quarter.  The entrants are regressed on the logarithms.
At a creation share of one the coefficients are the declared weights.  Below one the parks share a part of the entrants, and

    ln λ = ln λ0 + v + (ρ − 1)·ln[ (1 − σ)·e^(c·b_P·s) + σ·e^v ]
    d ln λ / d v = 1 − (1 − ρ)·σ·e^v / [ (1 − σ)·e^(c·b_P·s) + σ·e^v ]

(ρ creation share, σ this park's share of its rivals' entries, c how far rivals copy a support s).  What a log-linear regression
finds of that curve in a given sample is the fit to its means: the expected value here, computed from the formula above and not
from the kernels.  Imposed, not emergent: it tests code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from wutong.model.draws import Draws, Purpose, child, world_key
from wutong.model.facts import Floats, Keys, Label
from wutong.model.rules.attraction import INPUTS_SCALE, KNOWLEDGE_SCALE, Attraction, entry_rates
from wutong.model.tables import RECORDS
from wutong.model.units import STEP_YEARS

ENTRANTS = 40.0  # firms a year at the start
UNMET, DEMAND_SCALE, INPUTS, KNOWLEDGE = 4.0, 5.0, 20.0, 2.0  # at the start
SPREADS = {  # logarithms relative to the start, evenly between two ends; of support its share
    "unmet_demand": (-0.5, 1.5),
    "local_suppliers": (-1.0, 1.0),
    "knowledge": (-0.3, 1.5),
    "rent": (0.0, 0.5),
    "support": (0.0, 0.25),
}
LABELS = {
    "unmet_demand": Label("未满足的本地需求", "unmet local demand"),
    "local_suppliers": Label("本地配套企业", "local suppliers"),
    "knowledge": Label("知识存量", "knowledge"),
    "rent": Label("租金", "rent"),
    "support": Label("扶持", "support"),
}
STEPS = 50
CLOSE = 1e-10


@dataclass(frozen=True)
class Elasticity:
    """One coefficient: the declared weight, what the regression should find of it, and what it finds.

    Attributes
    ----------
    error : standard error of the estimate
    """

    key: str
    label: Label
    declared: float
    expected: float
    estimate: float
    error: float

    @property
    def z(self) -> float:
        """Estimate less expected value, in standard errors."""
        return (self.estimate - self.expected) / self.error


@dataclass(frozen=True)
class Fit:
    """Coefficients of a Poisson regression and their covariance, of shape (k,) and (k, k)."""

    coefficients: Floats
    covariance: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors, of shape (k,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def with_values(p: Attraction, values: Mapping[str, float]) -> Attraction:
    """Parameters with other values, one for all worlds."""
    return replace(p, **{name: np.full((1, 1), value) for name, value in values.items()})


def poisson_fit(design: Floats, counts: Floats) -> Fit:
    """Maximum likelihood of counts with means exp(design @ b), by iteratively reweighted least squares (McCullagh & Nelder 1989).

    Parameters
    ----------
    design, counts : of shape (n, k) and (n,); counts may be means, and then the fit is that of the expected score

    Raises
    ------
    ValueError
        If the columns depend on one another, or it does not settle in 50 steps.
    """
    means = counts + 0.5
    line = np.log(means)
    for _ in range(STEPS):
        weighted = design * means[:, None]
        information = weighted.T @ design
        if np.linalg.cond(information) > 1e12:
            raise ValueError("the columns of the regression depend on one another")
        coefficients = np.linalg.solve(information, weighted.T @ (line + (counts - means) / means))
        moved = design @ coefficients
        settled = float(np.abs(moved - line).max()) < CLOSE
        line, means = moved, np.exp(moved)
        if settled:
            covariance = np.linalg.inv((design * means[:, None]).T @ design)
            return Fit(np.asarray(coefficients, np.float64), np.asarray(covariance, np.float64))
    raise ValueError(f"the regression does not settle in {STEPS} steps")


def recovered(n: int = 4000, seed: int = 1, p: Attraction | None = None) -> tuple[Elasticity, ...]:
    """Weights of generic entry as a regression on the entrants of ``n`` worlds finds them.

    Parameters
    ----------
    p : parameters, one value for all worlds; the declared defaults with a rent elasticity of 0.4 if None
    """
    chosen = with_values(Attraction(), {"rent_elasticity": 0.4}) if p is None else p
    keys = child(np.full(n, world_key(seed, 0), np.uint64), np.arange(n))
    logs = _random_logs(keys)
    design = np.column_stack([np.ones(n), *logs.values()])
    found = poisson_fit(design, _entrants(keys, logs, chosen).astype(np.float64))
    expected = poisson_fit(design, STEP_YEARS * _theory(logs, chosen)).coefficients
    return tuple(
        Elasticity(name, LABELS[name], weight, float(expected[i]), float(found.coefficients[i]), float(found.errors[i]))
        for i, (name, weight) in enumerate(_weights(chosen).items(), start=1)
    )


def deviations(n: int = 4000, seed: int = 1) -> Floats:
    """How far each estimate is from its expected value, of shape (n_weights,) [standard errors]: a row of a scorecard."""
    return np.array([one.z for one in recovered(n, seed)])


def _random_logs(keys: Keys) -> dict[str, Floats]:
    """Regressors of shape (n,), drawn by the key of each world."""
    draws = {name: Draws(i).uniform(keys, Purpose.ASSUMPTION) for i, name in enumerate(SPREADS)}
    return {name: low + draws[name] * (high - low) for name, (low, high) in SPREADS.items()}


def _entrants(keys: Keys, logs: dict[str, Floats], p: Attraction) -> Floats:
    """Entrants of one quarter as the rule draws them, of shape (n,)."""
    cells, support = _cells(keys, logs), logs["support"]
    rent = np.exp(logs["rent"])
    lever = np.zeros(len(keys), [("support", float), ("entry", float)]).view(np.recarray)
    lever["support"], lever["entry"] = support, 1.0
    given = SimpleNamespace(**{f.name: _number(getattr(p, f.name)) for f in fields(p)})
    rates = [entry_rates(cells[i], 1.0, float(rent[i]), lever[i], given)[0] for i in range(len(keys))]
    return np.asarray(Draws(1).poisson(keys, Purpose.ENTRY, STEP_YEARS * np.array(rates)), np.float64)


def _cells(keys: Keys, logs: dict[str, Floats]) -> np.recarray[Any, Any]:
    """One cell a world whose stocks stand to those of the start as the logarithms say."""
    cells = np.zeros(len(keys), RECORDS["cells"]).view(np.recarray)
    cells["key"], cells["pool"], cells["entry_base"], cells["demand_scale"] = keys, 1.0, ENTRANTS, DEMAND_SCALE
    cells["unmet_start"], cells["inputs_start"], cells["knowledge_start"] = UNMET, INPUTS, KNOWLEDGE
    cells["unmet"] = (UNMET + DEMAND_SCALE) * np.exp(logs["unmet_demand"]) - DEMAND_SCALE
    cells["inputs"] = (INPUTS + INPUTS_SCALE) * np.exp(logs["local_suppliers"]) - INPUTS_SCALE
    cells["knowledge"] = (KNOWLEDGE + KNOWLEDGE_SCALE) * np.exp(logs["knowledge"]) - KNOWLEDGE_SCALE
    return cells


def _number(values: Floats) -> float:
    return float(values[0, 0])


def _weights(p: Attraction) -> dict[str, float]:
    """The declared weights of the regressors."""
    local = _number(p.local_weight)
    return {
        "unmet_demand": local * _number(p.demand_weight),
        "local_suppliers": local * _number(p.inputs_weight),
        "knowledge": _number(p.knowledge_weight),
        "rent": -_number(p.rent_elasticity),
        "support": _number(p.support_weight),
    }


def _theory(logs: dict[str, Floats], p: Attraction) -> Floats:
    """Entry rates by the formula at the head of this file, of shape (n,) [firms/year]."""
    weights = _weights(p)
    v: Floats = np.sum([weights[name] * logs[name] for name in weights], axis=0)
    share, copied = _number(p.rival_share), _number(p.copying) * weights["support"] * logs["support"]
    shared = np.log((1.0 - share) * np.exp(copied) + share * np.exp(v))
    return np.asarray(ENTRANTS * np.exp(v + (_number(p.creation_share) - 1.0) * shared))
