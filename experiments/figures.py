"""The pictures of an experiment: paths of the first goals, revenue in all and by industry, the chance of each goal, the labs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from wutong.experiments.pictures import Picture
from wutong.experiments.wording import scope_key
from wutong.model.history import History

MEASURE = "revenue"
N_GOALS = 3  # goals whose paths are drawn
SERIES = 3  # observed figures from which on a measure is drawn for their sake


def figures(histories: Sequence[History], language: str) -> Iterator[Picture]:
    """The pictures of every scenario, named after it where there are several."""
    scenarios = dict.fromkeys(history.cases[0].scenario.name for history in histories)
    for name in scenarios:
        place = f"{name}/" if len(scenarios) > 1 else ""
        yield from _of_scenario([history for history in histories if history.cases[0].scenario.name == name], place, language)


def _of_scenario(histories: Sequence[History], place: str, language: str) -> Iterator[Picture]:
    from wutong.experiments import plots  # matplotlib: half of the time in which an experiment that is refused would start

    for measure, scope in _subjects(histories[0]):
        yield plots.Named(f"{place}{measure}-{scope}", plots.trajectory(histories, measure, scope, language))
    yield plots.Named(f"{place}{MEASURE}-by-industry", plots.industries(histories, MEASURE, language))
    if histories[0].cases[0].scenario.targets:
        yield plots.Named(f"{place}goals", plots.attainment(histories, language))
    if histories[0].cases[0].scenario.park.labs:
        yield plots.Named(f"{place}labs", plots.knowledge_pipeline(histories[0], language))


def _subjects(history: History) -> list[tuple[str, str]]:
    """Measure and scope of the trajectories: what the first goals ask for, what was observed often, and the revenue of all."""
    scenario = history.cases[0].scenario
    asked = [(target.measure, scope_key(scenario.park, target.segments)) for target in scenario.targets]
    first = [(measure, scope) for measure, scope in asked if "+" not in scope][:N_GOALS]
    seen = Counter((point.measure, point.scope) for point in scenario.park.observed)
    often = [subject for subject, n in seen.items() if n >= SERIES]
    return list(dict.fromkeys([*first, *often, (MEASURE, "all")]))
