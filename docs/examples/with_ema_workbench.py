"""Wutong driven by the EMA Workbench: assumptions as uncertainties, policy levers as levers, measures as outcomes.

    pip install wutong ema_workbench
    python with_ema_workbench.py

Tried with ema_workbench==2.5.3, numpy==2.4.6 on Python 3.11 and ema_workbench==3.0.0, numpy==2.5.5 on Python 3.13, both
with pandas==3.1.1, scikit-learn==1.9.1.

The workbench asks for one experiment after the other, but the model runs many worlds at once, and a world in a large batch
costs a small part of a world alone.  ``Batched`` is an evaluator that hands all experiments over together: 30 experiments with
4 replications each took 3 seconds so, and 10 with ``SequentialEvaluator``, which gives the same numbers to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ema_workbench import Model, RealParameter, ScalarOutcome, SequentialEvaluator, TimeSeriesOutcome
from ema_workbench.analysis import RuleInductionType, feature_scoring
from ema_workbench.em_framework.points import experiment_generator
from pandas import DataFrame

from wutong.experiments.api import Case, Values, at_point, point_of, read_policy, read_scenario, run_cases
from wutong.model.assumptions import parameter_facts
from wutong.model.levers import LEVERS
from wutong.model.scenario import Scenario

try:
    from ema_workbench import Sample as Policy  # since version 3
except ImportError:
    from ema_workbench import Policy

MEASURE, SCOPE = "revenue", "software"
ASSUMPTIONS = (
    "growth.people",
    "attraction.creation_share",
    "attraction.landing_software",
    "newcomers.entrant_staff_mean",
    "exit.park_factor",
    "levers.seed_founders",
)
POLICY_LEVERS = ("seed_fund", "landing_subsidy")
PATHS = {
    **{name.replace(".", "_"): name for name in ASSUMPTIONS},
    **{f"lever_{name}": f"levers.{name}" for name in POLICY_LEVERS},
}

Outcomes = dict[str, float | np.ndarray]


class Park:
    """The model as the workbench sees it: values in, outcomes out.

    Every experiment runs with the same replications: they share their chance, and differ by their values alone.  All that
    is no uncertainty here is drawn anew in each replication, as always; an outcome is the mean over them.
    """

    def __init__(self, scenario: Scenario, replications: int, jobs: int = 1) -> None:
        self.scenario, self.replications, self.jobs = scenario, replications, jobs
        self.policy = read_policy("none", scenario.park)

    def __call__(self, **given: float) -> Outcomes:
        """The outcomes of one experiment, as the workbench asks for them."""
        return self.together([given])[0]

    def together(self, experiments: Sequence[dict[str, float]]) -> list[Outcomes]:
        """The outcomes of many experiments, run in common batches; NaN where any run of an experiment failed."""
        points = [{PATHS[name]: float(value) for name, value in given.items()} for given in experiments]
        distinct = {point_of(point).id: point for point in points}
        done = run_cases([case for point in distinct.values() for case in self.cases(point)], jobs=self.jobs)
        found: dict[str, Outcomes] = {}
        for history in done.histories:
            if len(history.cases) == self.replications:
                series = history.total(MEASURE, self.scenario.park.segments_of(SCOPE)).mean(axis=1)
                found[history.cases[0].scenario.name.rpartition("@")[2]] = {"revenue": series[-1], "revenue_over_time": series}
        nothing = np.full(self.scenario.end - self.scenario.park.start + 1, np.nan)
        return [found.get(point_of(point).id, {"revenue": np.nan, "revenue_over_time": nothing}) for point in points]

    def cases(self, point: Values) -> list[Case]:
        scenario, policy = at_point(self.scenario, self.policy, point)
        return [Case(scenario, policy, replication) for replication in range(self.replications)]


class Batched(SequentialEvaluator):
    """An evaluator that runs all experiments of a call together."""

    def __init__(self, model: Model, park: Park) -> None:
        super().__init__(model)
        self.park = park

    def evaluate_experiments(self, *given: Any, **combined: str) -> None:  # noqa: ANN401 - see below
        """The workbench hands over the experiments since its version 3, and before it what they are made of."""
        *parts, callback = given
        experiments = list(parts[0] if len(parts) == 1 else experiment_generator(parts[0], self._msis, parts[1], **combined))
        found = self.park.together([{**experiment.scenario, **experiment.policy} for experiment in experiments])
        for experiment, outcomes in zip(experiments, found, strict=True):
            callback(experiment, outcomes)


def model_of(park: Park) -> Model:
    """The workbench's model: uncertainties over their declared ranges, levers over theirs."""
    model, facts = Model("wutong", function=park), parameter_facts()
    declared = {name: park.scenario.assumptions.get(name, facts[name].assumption) for name in ASSUMPTIONS}
    model.uncertainties = [RealParameter(name.replace(".", "_"), known.low, known.high) for name, known in declared.items()]
    model.levers = [RealParameter(f"lever_{name}", LEVERS[name].low, LEVERS[name].high) for name in POLICY_LEVERS]
    model.outcomes = [ScalarOutcome("revenue", kind=ScalarOutcome.MAXIMIZE), TimeSeriesOutcome("revenue_over_time")]
    return model


def main(
    n_scenarios: int = 64, replications: int = 4, until: str = "2026Q4", jobs: int = 1
) -> tuple[DataFrame, dict[str, np.ndarray], DataFrame]:
    """Perform the experiments, and score which uncertainties and levers move software revenue."""
    park = Park(read_scenario("baseline", [f"clock.end={until}"]), replications, jobs)
    model = model_of(park)
    policies = [
        Policy("none", lever_seed_fund=0.0, lever_landing_subsidy=0.0),
        Policy("seed fund", lever_seed_fund=3.0, lever_landing_subsidy=0.0),
        Policy("subsidy", lever_seed_fund=0.0, lever_landing_subsidy=0.10),
    ]
    with Batched(model, park) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=n_scenarios, policies=policies)
    complete = ~np.isnan(outcomes["revenue"])  # experiments and outcomes share their rows: both lose the same ones
    print(f"{np.count_nonzero(~complete)} of {len(complete)} experiments lack a run and are left out")
    inputs = experiments[complete].drop(columns=["scenario", "policy", "model"])
    scores, _ = feature_scoring.get_ex_feature_scores(
        inputs, outcomes["revenue"][complete], mode=RuleInductionType.REGRESSION, random_state=1
    )
    print(scores.rename_axis(None).round(2).to_string(header=False))
    return experiments, outcomes, scores


if __name__ == "__main__":
    main()
