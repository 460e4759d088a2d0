"""The sentences under pictures: of the worlds that the picture shows, for every picture that a question draws."""

from __future__ import annotations

from tests.report.test_report import made
from wutong.experiments.goals import attainment
from wutong.experiments.questions import Conditions
from wutong.experiments.report.captions import sentence
from wutong.experiments.report.material import material
from wutong.experiments.wording import short_chance


def test_the_chance_under_a_picture_is_that_of_the_world_asked_for_and_not_of_one_run_besides(tmp_path):
    folder = made(tmp_path, Conditions(), ("none",), 2)
    with material(folder) as found:
        told = sentence(found, "goals", "en")
        odds = short_chance(attainment(found.histories[0], found.histories[0].cases[0].scenario.targets[0]).share, "en")
    assert told.startswith(f"Chance of reaching each goal: Firms {odds}; ")
