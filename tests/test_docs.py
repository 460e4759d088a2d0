"""What the documents print is what works: commands, links, and two READMEs that are twins."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from typer.testing import CliRunner

from wutong.experiments.commands import app
from wutong.experiments.design import points
from wutong.experiments.documents import folder
from wutong.experiments.reading import (
    list_designs,
    list_parks,
    list_policies,
    list_scenarios,
    read_policy,
    read_scenario,
    resolve_scenario,
)
from wutong.experiments.reading.designs import resolve_design
from wutong.experiments.reading.json_schema import json_schema
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES
from wutong.model.units import quarter

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh.md")
DOCUMENTS = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md")
FOLDER = "scenarios/README.md"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return [block.strip() for block in re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)]


def run_lines(name: str) -> list[str]:
    """Arguments of every ``python run.py`` line, without the remark behind it."""
    lines = [line for block in blocks(name, "text") for line in block.splitlines() if line.startswith("python run.py")]
    return [re.split(r"\s{2,}", line)[0].removeprefix("python run.py") for line in lines]


@pytest.mark.parametrize("name", READMES)
def test_ci_runs_the_two_commands_that_the_readme_prints(name):
    for i, command in enumerate(blocks(name, "sh"), start=1):
        result = subprocess.run([ROOT / ".ci" / "run", "--show", str(i)], capture_output=True, text=True, check=True)
        assert result.stdout.strip() == command
    assert len(blocks(name, "sh")) == 2
    script = text(".ci/run")
    assert "pytest -" not in script
    assert "pip install -q -e ." not in script


@pytest.mark.parametrize("name", READMES)
def test_commands_in_the_readme_are_understood(name):
    assert len(run_lines(name)) >= 6
    for line in run_lines(name):
        result = CliRunner().invoke(app, [*shlex.split(line), "--help"])
        assert result.exit_code == 0, f"{line}: {result.output}"


def test_an_unknown_option_would_not_be_understood():
    assert CliRunner().invoke(app, ["run", "baseline", "--polcy", "none", "--help"]).exit_code == 2


def test_the_readmes_are_twins():
    english, chinese = (text(name) for name in READMES)
    for pattern in (r"^#+ ", r"^\|", r"^```"):
        counts = [[m.group() for m in re.finditer(pattern, t, re.MULTILINE)] for t in (english, chinese)]
        assert counts[0] == counts[1], pattern
    assert [shlex.split(line) for line in run_lines("README.md")] == [shlex.split(line) for line in run_lines("README.zh.md")]
    assert set(re.findall(r"`([\w/]+\.(?:csv|json))`", english)) == set(re.findall(r"`([\w/]+\.(?:csv|json))`", chinese))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)]+)\)", text(name)):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_files_and_folders_that_contributing_names_exist():
    named = {
        n.rstrip("/") for n in re.findall(r"`((?:model|scenarios|experiments|tests|\.ci)/[\w./]*)`", text("CONTRIBUTING.md"))
    }
    assert len(named) >= 8
    assert not [n for n in named if not (ROOT / n).exists()]


@pytest.mark.parametrize("name", READMES)
def test_its_design_can_be_run(name, tmp_path):
    file = tmp_path / "design.yaml"
    file.write_text(blocks(name, "yaml")[0], encoding="utf-8")
    found = resolve_design(file)
    assert (len(points(found.design)), len(found.design.factors), found.remarks) == (64, 3, ())


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The examples of scenarios/README.md as files, each at the place that its first line names."""
    home = tmp_path_factory.mktemp("examples")
    for block in [*blocks(FOLDER, "yaml"), *blocks(FOLDER, "csv")]:
        path = home / block.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block + "\n", encoding="utf-8")
    return home


def test_the_readme_of_the_scenarios_says_what_the_files_say():
    assert text(FOLDER) == folder.folder_text(), "python -m wutong.experiments.documents writes it anew"


def test_its_examples_can_be_read(examples):
    scenarios = {path.stem: resolve_scenario(str(path)) for path in examples.glob("*.yaml")}
    assert len(scenarios) >= 5
    assert {remark.code for found in scenarios.values() for remark in found.remarks} <= {"target_outside"}
    park = scenarios["my_park_alone"].scenario.park
    assert [anchor.key for anchor in park.anchors] == ["first"]
    designs = [resolve_design(str(path)) for path in (examples / "designs").glob("*.yaml")]
    assert [(len(points(d.design)), len(d.design.scenarios), d.remarks) for d in designs] == [(16, 2, ())]
    policies = [read_policy(str(path), read_scenario("baseline").park) for path in (examples / "policies").glob("*.yaml")]
    assert [len(policy.settings) for policy in policies] == [3]


def test_its_examples_are_valid_for_editors(examples):
    for path in examples.rglob("*.yaml"):
        kind = {"policies": "policy", "parks": "park", "designs": "design"}.get(path.parent.name, "scenario")
        found = Draft7Validator(json_schema(kind)).iter_errors(YAML(typ="safe", pure=True).load(path))
        assert [f"{list(e.absolute_path)}: {e.message[:200]}" for e in found] == [], path.name


def test_its_examples_say_what_the_words_around_them_say(examples):
    late, goals = (read_scenario(str(examples / f"{name}.yaml")) for name in ("my_late_anchors", "my_goals"))
    assert late.end == quarter("2030Q4")
    assert late.policy is not None and late.policy.name == "as_announced"
    assert [joint.targets for joint in goals.joint_targets] == [("drugs_2030", "drug_firms_2030")]
    assert [target.key for target in goals.targets] == ["drugs_2030", "drug_firms_2030"]


def test_its_commands_are_understood():
    assert run_lines(FOLDER)
    for line in run_lines(FOLDER):
        words = shlex.split(line)
        assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0, line
        sets = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        assert len(sets) == 2 and read_scenario(words[1], sets) != read_scenario(words[1])


def test_it_lists_everything_that_ships():
    listed = set(re.findall(r"^\| `([\w.]+)` \|", text(FOLDER), re.MULTILINE))
    assert listed >= {*list_scenarios(), *list_policies(), *list_parks(), *list_designs(), *LEVERS, *MEASURES}


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", text(FOLDER)):
        assert (ROOT / "scenarios" / target).exists(), target


def test_every_paragraph_of_it_stands_in_both_languages():
    prose = re.sub(r"^```.*?^```$", "", (ROOT / "docs/templates/scenarios.md").read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    assert not [h for h in headings if not re.search("[\u4e00-\u9fff]", h) or not re.search("[a-z]{3}", h)]
    paragraphs = [p for p in re.split(r"\n\s*\n", prose) if p.strip() and p[0] not in "#|<{"]
    share = [len(re.findall("[\u4e00-\u9fff]", p)) / len(p) for p in paragraphs]
    english = [i for i, part in enumerate(share) if part < 0.1]
    assert len(english) >= 10
    assert not [paragraphs[i] for i in english if share[i + 1] < 0.2]
