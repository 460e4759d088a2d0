"""Posteriors of scenarios: rows stay whole in any company; wrong files are refused in their line; the shipped ones fit."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wutong.experiments.calibration.calibrations import CALIBRATIONS
from wutong.experiments.calibration.runs import at_declared_ranges, cases_of, drawn_values, scenario_of
from wutong.experiments.errors import BadInputError
from wutong.experiments.identity import content_of
from wutong.experiments.pooled.priors import OUTSIDE
from wutong.experiments.reading import ReadingError, read_policy, read_scenario
from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.inputs import scenario_inputs, together
from wutong.experiments.reading.posteriors import joint, list_posteriors, posterior_file, read_posterior
from wutong.model.assumptions import at_defaults, parameter_facts, sample, world_keys
from wutong.model.facts import Shape
from wutong.model.scenario import Case

HEAD = "format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\n"
PAIR = ("attraction.lead_rate", "exit.park_factor")
ROWS = [(0.05, 1.1), (0.1, 2.0), (0.3, 1.5)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "posteriors").mkdir()
    lines = ["# made up", ",".join(PAIR), *(f"{a},{b}" for a, b in ROWS)]
    (tmp_path / "posteriors" / "own.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def written(folder, text):
    (folder / "try.yaml").write_text(HEAD + text, encoding="utf-8")
    return str(folder / "try.yaml")


def pairs(scenario, n, names=PAIR):
    cases = [Case(scenario, read_policy("none"), r) for r in range(n)]
    parameters = sample(cases, world_keys(cases))
    columns = [getattr(parameters[name.partition(".")[0]], name.partition(".")[2])[:, 0] for name in names]
    return [tuple(map(float, row)) for row in zip(*columns, strict=True)]


def test_a_world_takes_a_whole_row_whatever_its_company(folder):
    scenario = read_scenario(written(folder, "posteriors: [own]\n"))
    found = pairs(scenario, 60)
    assert set(found) == set(ROWS), "rows are never mixed, and all are drawn"
    assert found[:7] == pairs(scenario, 7)
    assert {scenario.assumptions[name].shape for name in PAIR} == {Shape.CHOICE}
    case = Case(scenario, read_policy("none"), 3)
    wide = Case(at_declared_ranges(scenario), case.policy, 3)
    here, others = (sample([one], world_keys([one])) for one in (case, wide))
    assert others["attraction"].creation_share == here["attraction"].creation_share, "what is not in it draws as before"


def test_rows_stay_whole_where_a_rule_draws_again(folder):
    """Half of the draws of the entry weights are refused and made anew; what the posterior gives stays that of the world."""
    wide = "assumptions: {attraction.demand_weight: {uniform: [0.0, 0.8]}}\n"
    scenario = read_scenario(written(folder, "posteriors: [own]\n" + wide))
    assert set(pairs(scenario, 60)) == set(ROWS)
    assert pairs(scenario, 60) == pairs(read_scenario(written(folder, "posteriors: [own]\n")), 60)


def test_what_a_scenario_sets_itself_wins_and_defaults_go_together(folder):
    scenario = read_scenario(written(folder, "posteriors: [own]\nassumptions: {attraction.lead_rate: 0.2}\n"))
    assert {pair[0] for pair in pairs(scenario, 20)} == {0.2}
    whole = at_defaults(read_scenario(written(folder, "posteriors: [own]\n")))
    assert set(pairs(whole, 5)) == {(0.1, 2.0)} or set(pairs(whole, 5)) == {(0.3, 1.5)} or set(pairs(whole, 5)) == {(0.05, 1.1)}


def test_quantiles_of_a_choice_rise_when_it_stands_alone():
    own = joint("own", PAIR, np.array([[0.3, 1.5], [0.05, 1.1], [0.1, 2.0]]))["attraction.lead_rate"]
    values = own.alone().quantile(np.linspace(0.0, 0.999, 9))
    assert (np.diff(values) >= 0.0).all() and own.alone().drawn_with == ""
    assert own.default in own.options


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("attraction.leed_rate\n0.1\n", 1, "did you mean 'attraction.lead_rate'"),
        ("attraction.lead_rate\n0.1\nmany\n", 3, "many"),
        ("attraction.lead_rate,exit.park_factor\n0.1\n", 2, "fewer cells"),
        ("attraction.lead_rate\n", 1, "not a single draw"),
        ("attraction.landing_hardware\n1.4\n", 2, "1.4"),
    ],
)
def test_files_that_cannot_be_used_say_where(folder, text, line, what):
    (folder / "posteriors" / "own.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read_scenario(written(folder, "posteriors: [own]\n"))
    (found,) = caught.value.problems
    assert found.line == line and what in found.text("en") and found.file.endswith("own.csv")


@pytest.mark.parametrize("name", ["../evil", "a/b", "/evil", "C:evil", "..", "a" * 300])
def test_a_name_is_no_path(folder, name):
    (folder.parent / "evil.csv").write_text("exit.park_factor\n1.2\n", encoding="utf-8")
    with pytest.raises(ReadingError, match="there is no file"):
        read_scenario(written(folder, f"posteriors: ['{name}']\n"))


def test_two_files_of_one_name_that_differ_do_not_go_into_one_folder(folder, tmp_path):
    one = scenario_inputs(written(folder, "posteriors: [own]\n"))[1]
    assert together(one, one) == one
    with pytest.raises(BadInputError, match="rename one of them"):
        together(one, {**one, "posteriors/own.csv": "exit.park_factor\n2.0\n"})


def test_missing_and_clashing_files_are_refused(folder):
    with pytest.raises(ReadingError, match="did you mean 'laptop_wave'"):
        read_scenario(written(folder, "posteriors: [laptop_wafe]\n"))
    with pytest.raises(ReadingError, match="holds draws of"):
        read_scenario(written(folder, "posteriors: [laptop_wave, own]\n"))


def test_the_inputs_of_a_run_hold_the_draws_and_read_as_the_same_scenario(folder, tmp_path):
    scenario, texts = scenario_inputs(written(folder, "posteriors: [own, funnel]\n"))
    assert {"posteriors/own.csv", "posteriors/funnel.csv"} <= set(texts)
    place = tmp_path / "inputs"
    for name, text in texts.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    assert content_of(read_scenario(str(place / "try.yaml"))) == content_of(scenario)


@pytest.mark.parametrize("name", list_posteriors())
def test_shipped_draws_lie_in_the_declared_ranges_and_name_their_command(name):
    path = posterior_file(name, ())
    own = CALIBRATIONS.get(name)
    made = "python -m wutong.experiments.pooled" if own is None else f"python run.py calibrate {name} -n {own.n} --seed 1"
    assert made in path.read_text(encoding="utf-8")
    found = read_posterior(name, path, declared())
    assert tuple(found) == (OUTSIDE if own is None else own.names)
    for key, a in found.items():
        usual = parameter_facts()[key].assumption
        assert usual.low <= a.low < a.high <= usual.high and len(a.options) == 200


def test_parameters_are_drawn_from_their_ranges_whatever_the_scenario_sets():
    own = CALIBRATIONS["laptop_wave"]
    cases = cases_of(scenario_of(own), 0, 40, seed=2)
    values = drawn_values(own, cases)
    landing = values[:, own.place("attraction.landing_hardware")]
    assert ((landing >= 0.1) & (landing <= 0.4)).all() and landing.std() > 0.0, "the episode itself fixes it at one"
    assert np.array_equal(values[:9], drawn_values(own, cases[:9]))
    fixed = dataclasses.replace(cases[0].scenario).assumptions["attraction.landing_hardware"]
    assert fixed.low == fixed.high == 1.0
