"""What each picture shows, as one sentence made from the numbers behind it: which sentence belongs to which picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wutong.experiments.report import captions_of_answers as answers
from wutong.experiments.report import captions_of_runs as runs
from wutong.experiments.report.material import Material
from wutong.model.history import History

Tell = Callable[[Material, Sequence[History], str, str], str]
STARTS: dict[str, Tell] = {
    "goals": runs.goals,
    "goal-map-": answers.goal_map,
    "late-starts-": answers.late_starts,
    "regret": runs.regret,
    "labs": runs.labs,
    "mix": answers.mix,
    "difference-": runs.differences,
    "cost-effect-": runs.cost_effect,
    "tornado": answers.levers,
    "dose-": answers.levers,
    "sensitivity-": answers.hangs_on,
    "chain-": answers.chain,
}


def sentence(material: Material, name: str, language: str) -> str:
    """The sentence of a picture by its place below the folder of figures, such as ``goals`` or ``baseline/revenue-all``."""
    scenario, _, picture = name.rpartition("/")
    if scenario:
        return f"{material.title_of(scenario, language)} – {_told(material, scenario, picture, language)}"
    return _told(material, scenario, picture, language)


def _told(material: Material, scenario: str, picture: str, language: str) -> str:
    group = [h for h in material.histories if scenario in ("", h.cases[0].scenario.name)]
    for start, tell in STARTS.items():
        if picture.startswith(start):
            return tell(material, group, picture.removeprefix(start), language)
    if material.experiment.question.name == "attribute":
        return answers.brought(material, group, picture.rpartition("-")[0], language)
    if picture.endswith("-by-industry"):
        return runs.by_industry(group[0], picture.partition("-")[0], language)
    measure, _, scope = picture.partition("-")
    return runs.paths(group, measure, scope, language)
