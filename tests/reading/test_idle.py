"""Settings that no run reaches are said: by check, in the answer and in the record; check and the run agree on every goal."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import worlds
from wutong.experiments.commands import app
from wutong.experiments.experiment import idle_of
from wutong.experiments.goals import attainment, covers
from wutong.experiments.plan import Request, plan_of
from wutong.experiments.questions import Levers
from wutong.experiments.reading import read_scenario
from wutong.experiments.reading.checks import check_file
from wutong.experiments.reading.idle import idle_in, readers, unread_in
from wutong.model.assumptions import parameter_facts
from wutong.model.levers import LEVERS
from wutong.model.scenario import NO_NEW_POLICY, Basis, Case
from wutong.model.simulate import simulate
from wutong.model.units import quarter

TEXT = """format: 1
title: {zh: 试, en: Try}
extends: sophia_antipolis
clock: {end: 2004Q4}
shocks: {late: {label: x, scope: all, years: 2030, demand: 10%}}
policy:
  title: x
  settings:
    - {lever: seed_fund, level: 1, start: 2026Q1}
    - {lever: lab_funding, level: 1, start: 1990Q1, end: 1991Q1}
    - {lever: talent_programme, level: 1, start: 2003Q3, end: 2020Q4}
targets:
  late: {label: x, measure: firms, scope: all, at_least: 1, by: 2040Q4, source: x}
"""
SAID = {
    ("setting_outside", "settings.0"),
    ("setting_outside", "settings.1"),
    ("shock_outside", "shocks.late.years"),
    ("target_outside", "targets.late.by"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "idle.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_check_says_what_no_run_reaches(file: Path) -> None:
    remarks = {(r.code, r.path): r.line for r in check_file(str(file)).remarks}
    assert remarks.keys() >= SAID and ("setting_outside", "settings.2") not in remarks
    assert remarks["setting_outside", "settings.0"] == 9


def test_the_answer_and_the_record_say_it(file: Path) -> None:
    command = ["run", str(file), "-n", "2", "--jobs", "1", "--lang", "zh", "--out", str(file.parent / "out")]
    assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    answer = (file.parent / "out" / "answer.txt").read_text(encoding="utf-8")
    assert "以下设置在这些模拟中不起作用" in answer and "种子基金的设置（2026Q1）" in answer
    assert "--until 2040Q4" in answer  # and the program takes its own advice
    record = json.loads((file.parent / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert len(record["without_effect"]) >= len(SAID)
    again = CliRunner().invoke(app, [*command[:-1], str(file.parent / "on"), "--until", "2040Q4", "--dry-run"])
    assert again.exit_code == 0


def test_check_and_the_run_agree_on_every_date() -> None:
    """A goal is judged by the run where ``check`` says so, a level from the start on and a year where all of it is run."""
    scenario = dataclasses.replace(read_scenario("sophia_antipolis"), end=quarter("2005Q1"))
    history = simulate([Case(scenario, NO_NEW_POLICY, 0, 1)])
    start, end = scenario.park.start, scenario.end
    target = next(iter(read_scenario("baseline").targets))
    for basis in Basis:
        for by in range(start - 6, end + 6):
            if basis is Basis.LEVEL or by % 4 == 3:
                one = dataclasses.replace(target, measure="firms", segments=(), basis=basis, by=by)
                assert attainment(history, one).judged == covers(start, end, one), (basis, by)
                said = idle_in(dataclasses.replace(scenario, targets=(one,)), ())
                assert any(idle.path[0] == "targets" for idle in said) != covers(start, end, one)


def test_a_posterior_of_which_nothing_is_left_is_said(tmp_path: Path) -> None:
    """One that keeps a parameter draws it still, and is not mentioned."""
    posterior = tmp_path / "posteriors" / "mine.csv"
    posterior.parent.mkdir()
    posterior.write_text("orders.tie,growth.adjustment\n2,1.1\n3,1.2\n", encoding="utf-8")
    file = tmp_path / "replaced.yaml"
    head = "format: 1\ntitle: x\nextends: sophia_antipolis\nposteriors: [mine]\n"
    for given, said in (("orders.tie: 2", False), ("orders.tie: 2, growth.adjustment: 1.1", True)):
        file.write_text(f"{head}assumptions: {{{given}}}\n", encoding="utf-8")
        checked = check_file(str(file))
        assert checked.problems == ()
        assert ("posterior_replaced" in {remark.code for remark in checked.remarks}) == said


LEVER_WORDS = """format: 1
title: {zh: 试, en: Try}
extends: sophia_antipolis
assumptions: {levers.seed_founders: 0.7, levers.recruiter_cost: 0.009, levers.discount_rate: 0.06}
"""


def test_an_assumption_that_no_used_lever_reads_is_said(tmp_path: Path) -> None:
    path = tmp_path / "levers.yaml"
    path.write_text(LEVER_WORDS, encoding="utf-8")
    said = {r.path: r.text("en") for r in check_file(str(path)).remarks if r.code == "unread"}
    assert said.keys() == {"assumptions.levers.seed_founders", "assumptions.levers.recruiter_cost"}
    assert "Delivery service" in said["assumptions.levers.recruiter_cost"], "each lever that reads it"
    for policies, codes in ((("none", "balanced"), set()), (("none",), {"unread"})):
        plan = plan_of(Request((str(path),), policies, (0,), until="2004Q2"))
        assert {idle.code for idle in plan.idle} == codes
        every = Levers(money=1.0, levels=tuple(lever.high for lever in LEVERS.values())).expanded(plan)
        assert not [idle for idle in idle_of(plan, every) if idle.code == "unread"], "the question uses every lever"


def test_what_a_folder_keeps_of_its_inputs_says_nothing_of_the_kind(tmp_path: Path) -> None:
    """All assumptions stand in it, as they are declared."""
    plan = plan_of(Request(("sophia_antipolis",), ("none",), (0,), until="2004Q2"))
    for name, text in plan.texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    scenario = read_scenario(str(tmp_path / "sophia_antipolis.yaml"))
    assert "levers.seed_founders" in scenario.assumptions and not list(unread_in(scenario, ()))


def test_no_parameter_is_called_unread_that_moves_something() -> None:
    """All of them at once at their highest, without a lever: every measure as before, bit for bit."""
    scenario = worlds.toy_scenario(quarters=6)
    highest = {f"levers.{name}": parameter_facts()[f"levers.{name}"].assumption.high for name in readers()}
    before, after = worlds.run(scenario, 2), worlds.run(worlds.without(scenario, highest), 2)
    assert len(readers()) > 30 and all(before.values[name].tobytes() == after.values[name].tobytes() for name in before.values)
