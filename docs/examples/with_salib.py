"""Which assumptions make the spread of software revenue: Sobol's indices by SALib, every run kept by Wutong.

    pip install 'wutong[design]' SALib
    python with_salib.py

Tried with SALib==1.6.0, scipy==1.17.1, numpy==2.4.6, pandas==3.1.1 on Python 3.11.  As it stands it runs
32 x (6 + 2) points with 8 replications each, 2,048 runs: some minutes on two cores.  Indices that are to be relied on need
more points: look at their intervals.  Interrupted, it goes on with ``resume``; see the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from SALib import ProblemSpec

from wutong.experiments.api import Request, Results, Values, Workers, perform, plan_of_points, point_of, read_scenario, resume
from wutong.model.assumptions import parameter_facts
from wutong.model.scenario import Scenario

SCENARIO, POLICY, UNTIL = "baseline", "none", "2026Q4"
MEASURE, SCOPE = "revenue", "software"
ASSUMPTIONS = (
    "growth.adjustment",
    "growth.young_growth",
    "growth.old_growth",
    "outside.segment_spread",
    "newcomers.entrant_staff_mean",
    "exit.park_factor",
)
SEED = 1


def problem_of(n: int) -> ProblemSpec:
    """SALib's problem with its sample: ``n`` blocks of (assumptions + 2) rows, every number a quantile on [0, 1]."""
    bounds = [[0.0, 1.0]] * len(ASSUMPTIONS)
    problem = ProblemSpec({"names": list(ASSUMPTIONS), "bounds": bounds, "outputs": [MEASURE]})
    return problem.sample_sobol(n, calc_second_order=False, seed=SEED)


def points_of(scenario: Scenario, quantiles: np.ndarray) -> list[Values]:
    """The value of each assumption at each row of quantiles: spread as the model declares it, and not evenly."""
    facts = parameter_facts()
    declared = [scenario.assumptions.get(name, facts[name].assumption) for name in ASSUMPTIONS]
    columns = [assumption.quantile(quantiles[:, i]) for i, assumption in enumerate(declared)]
    return [dict(zip(ASSUMPTIONS, row, strict=True)) for row in np.column_stack(columns).tolist()]


def mean_by_point(results: Results, replications: Sequence[int]) -> dict[str, float]:
    """The mean over some replications at each point, by the point's id.

    All points run with the same replications, so that they differ by their values and not by their chance.  That holds
    only where all of these replications finished: a point that lacks one gets no mean.
    """
    found = {}
    for history in results.histories([MEASURE]):
        place = {case.replication: column for column, case in enumerate(history.cases)}
        if all(replication in place for replication in replications):
            scenario = history.cases[0].scenario
            at_end = history.total(MEASURE, scenario.park.segments_of(SCOPE))[-1]
            found[scenario.name.rpartition("@")[2]] = float(at_end[[place[r] for r in replications]].mean())
    return found


def analysed(problem: ProblemSpec, ids: Sequence[str], means: Mapping[str, float]) -> ProblemSpec:
    """The problem with its indices, from the blocks of the sample in which every point has a mean.

    SALib pairs rows by their place within a block.  So each row gets its mean by the id of its point, and a row without
    one takes its whole block away: left out alone, it would shift all that follow.
    """
    size = len(ASSUMPTIONS) + 2
    outputs = np.array([means.get(point, np.nan) for point in ids]).reshape(-1, size)
    whole = ~np.isnan(outputs).any(axis=1)
    rows = problem.samples.reshape(-1, size, len(ASSUMPTIONS))[whole]
    kept = ProblemSpec({key: problem[key] for key in ("names", "bounds", "outputs")})
    kept.set_samples(rows.reshape(-1, len(ASSUMPTIONS))).set_results(outputs[whole].ravel())
    return kept.analyze_sobol(calc_second_order=False, seed=SEED)


def main(folder: str | Path, n: int = 32, replications: int = 8, workers: Workers | None = None) -> ProblemSpec:
    """Sample, run (or go on where it stopped), analyse, print."""
    scenario, problem = read_scenario(SCENARIO), problem_of(n)
    points = points_of(scenario, problem.samples)
    ids = [point_of(point).id for point in points]
    if (Path(folder) / "manifest.json").exists():
        results = resume(folder, workers)
    else:
        request = Request((SCENARIO,), (POLICY,), tuple(range(replications)), until=UNTIL)
        results = perform(plan_of_points(request, points), folder, workers)
    failures = results.failures()
    means = mean_by_point(results, range(replications))
    print(f"{len(set(ids) - set(means))} of {len(set(ids))} points lack a run; {len(failures)} runs failed")
    for failure in failures[:5]:
        print(f"  {failure.case.scenario.name}, replication {failure.case.replication}: {failure.error}")
    found = analysed(problem, ids, means)
    total, first = found.to_df()
    print(first.join(total).round(2))
    print("How far chance moves them: total index from each half of the replications")
    for half in (range(replications // 2), range(replications // 2, replications)):
        shares = analysed(problem, ids, mean_by_point(results, half)).analysis["ST"]
        print("  " + "  ".join(f"{name} {share:.2f}" for name, share in zip(ASSUMPTIONS, shares, strict=True)))
    return found


if __name__ == "__main__":
    main("sobol_results")
