"""The pictures of an experiment: paths of the first goals, revenue in all and by industry, the chance of each goal, the labs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from experiments import plots
from experiments.wording import scope_key
from model.history import History

MEASURE = "revenue"
N_GOALS = 3  # goals whose paths are drawn
SERIES = 3  # observed figures from which on a measure is drawn for their sake


def write_figures(folder: Path, histories: Sequence[History], language: str) -> None:
    """Draw every scenario's pictures into an existing folder, each in a folder of its own where there are several."""
    scenarios = dict.fromkeys(history.cases[0].scenario.name for history in histories)
    for name in scenarios:
        place = folder / name if len(scenarios) > 1 else folder
        place.mkdir(exist_ok=True)
        _draw(place, [history for history in histories if history.cases[0].scenario.name == name], language)


def _draw(folder: Path, histories: Sequence[History], language: str) -> None:
    for measure, scope in _subjects(histories[0]):
        plots.save(plots.trajectory(histories, measure, scope, language), folder, f"{measure}-{scope}")
    plots.save(plots.industries(histories, MEASURE, language), folder, f"{MEASURE}-by-industry")
    if histories[0].cases[0].scenario.targets:
        plots.save(plots.attainment(histories, language), folder, "goals")
    if histories[0].cases[0].scenario.park.labs:
        plots.save(plots.knowledge_pipeline(histories[0], language), folder, "labs")


def _subjects(history: History) -> list[tuple[str, str]]:
    """Measure and scope of the trajectories: what the first goals ask for, what was observed often, and the revenue of all."""
    scenario = history.cases[0].scenario
    asked = [(target.measure, scope_key(scenario.park, target.segments)) for target in scenario.targets]
    first = [(measure, scope) for measure, scope in asked if "+" not in scope][:N_GOALS]
    seen = Counter((point.measure, point.scope) for point in scenario.park.observed)
    often = [subject for subject, n in seen.items() if n >= SERIES]
    return list(dict.fromkeys([*first, *often, (MEASURE, "all")]))
