"""Designs as files among others: found by name, told apart, changed by others, explained, shipped and not too large."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wutong.experiments.commands import app
from wutong.experiments.design import cases, points
from wutong.experiments.factors import Method
from wutong.experiments.reading import ReadingError, list_designs, list_parks, list_policies, list_scenarios
from wutong.experiments.reading.checks import Kind, check_file, kind_of, shipped
from wutong.experiments.reading.designs import read_design, resolve_design
from wutong.model.levers import LEVERS

HEAD = "format: 1\ntitle: {zh: 试, en: Try}\n"
LANGUAGES = ("zh", "en")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


# ── What ships ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", list_designs())
def test_a_shipped_design_is_found_by_name_and_can_be_run_without_more_libraries(name):
    found = resolve_design(name)
    assert found.remarks == ()
    assert found.design.method is not Method.SOBOL
    assert 100 < found.design.n_cases < 2_000
    assert {"zh", "en"} == {key for key in LANGUAGES if getattr(found.file.remark, key)}
    assert name in shipped()


def test_a_shipped_design_is_called_like_nothing_else():
    assert not {*list_designs()} & {*list_scenarios(), *list_policies(), *list_parks()}


def test_shipped_designs_ask_what_they_say():
    people, levers, one = (read_design(n) for n in ("people_and_subsidy", "lever_sample", "assumptions_one_by_one"))
    assert [f.names for f in people.factors] == [("short", "usual", "plenty"), ("none", "low", "middle", "full")]
    assert {f.name.removeprefix("levers.") for f in levers.factors} < set(LEVERS)
    base = points(one)[0].values
    assert all(sum(p.values[f] != base[f] for f in base) == 1 for p in points(one)[1:])


# ── Told apart ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("a.yaml", HEAD + "scenarios: [baseline]\n", Kind.DESIGN),
        ("a.yaml", HEAD + "scenario: baseline\nfactors: {growth.people: [1]}\n", Kind.DESIGN),
        ("a.yaml", "format: 1\nextends: lever_sample\nseed: 4\n", Kind.DESIGN),
        ("a.yaml", HEAD + "extends: baseline\npolicies: [none]\n", Kind.SCENARIO),
        ("a.yaml", HEAD + "extends: baseline\n", Kind.SCENARIO),
        ("a.yaml", HEAD + "settings: []\n", Kind.POLICY),
        ("designs/a.yaml", "format: 1\nextends: other\nseed: 4\n", Kind.DESIGN),
    ],
)
def test_a_design_is_known_by_its_keys_its_parent_or_its_folder(file, text, kind):
    assert kind_of(write(file, text)) is kind


def test_names_know_their_kind():
    assert [kind_of(name) for name in ("lever_sample", "baseline", "none", "science_city")] == [
        Kind.DESIGN, Kind.SCENARIO, Kind.POLICY, Kind.PARK,
    ]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_goes_with_scenarios_alone_is_refused(lang):
    for option in (["--set", "clock.end=2025Q4"], ["--policy", "none"]):
        done = invoke("check", "lever_sample", *option, "--lang", lang)
        assert done.exit_code == 2 and "--set" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_kind_of_file_is_sent_to_its_own_command(lang):
    design = write("d.yaml", HEAD + "scenarios: [baseline]\n")
    scenario = write("s.yaml", HEAD + "extends: baseline\nclock: {end: 2024Q4}\n")
    for words, line, right in ((("run", design), 3, "sweep"), (("sweep", scenario), 4, "run")):
        done = invoke(*words, "--out", "results", "--lang", lang)
        assert done.exit_code == 2 and f"{words[1]}:{line}:" in done.stderr
        assert len(done.stderr.splitlines()) == 1 and f" {right}" in done.stderr
    assert not Path("results").exists()


# ── Files that name others ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_folder_laid_out_as_the_shipped_one_is_looked_through():
    write("own.yaml", HEAD + "extends: baseline\nclock: {end: 2024Q4}\n")
    write("policies/own.yaml", HEAD + "settings: [{lever: seed_fund, level: 1}]\n")
    design = read_design(write("designs/own.yaml", HEAD + "scenarios: [own, baseline]\npolicies: [own]\n"))
    assert [s.name for s in design.scenarios] == ["own", "baseline"]
    assert [p.name for p in design.policies[0]] == ["own"]
    assert read_design("own").replications == design.replications, "by name, from beside the folder"


def test_a_design_changes_another_and_names_what_stands_beside_that():
    write("base/own.yaml", HEAD + "extends: baseline\nclock: {end: 2024Q4}\n")
    text = HEAD + "scenarios: own\nmethod: random\nn: 4\nfactors: {growth.people: {}, levers.seed_fund: {uniform: [0, 1]}}\n"
    write("base/first.yaml", text)
    child = "format: 1\nextends: base/first.yaml\nn: 8\nfactors: {levers.seed_fund: [1, 2], exit.park_factor: {}}\n"
    design = read_design(write("second.yaml", child))
    assert [s.name for s in design.scenarios] == ["own"]
    assert [f.name.rpartition(".")[2] for f in design.factors] == ["people", "seed_fund", "park_factor"]
    assert len(points(design)) == 8
    assert design.factors[1].values == (1.0, 2.0)
    assert design.title.en == "Try"


def test_a_scenario_that_would_take_the_place_of_the_design_is_refused():
    write("design.yaml", HEAD + "extends: baseline\n")
    with pytest.raises(ReadingError, match="rename"):
        read_design(write("try.yaml", HEAD + "scenarios: [design]\n"))


def test_odd_things_of_the_scenarios_are_told_too():
    write("own.yaml", HEAD + "extends: baseline\nassumptions: {attraction.creation_share: 0.05}\n")
    checked = check_file(write("try.yaml", HEAD + "scenarios: [own]\n"))
    assert [remark.code for remark in checked.remarks] == ["outside_declared"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_policy_that_sets_a_lever_of_the_design_is_told(lang):
    text = HEAD + "scenarios: [baseline]\npolicies: [none, as_announced]\nfactors: {levers.seed_fund: [0, 1]}\n"
    for options in ([], ["--explain"]):
        done = invoke("check", write("try.yaml", text), *options, "--lang", lang)
        assert done.exit_code == 0
        assert "as_announced" in done.stderr and "seed_fund" in done.stderr and len(done.stderr.splitlines()) == 1


# ── Explained ────────────────────────────────────────────────────────────────────────────────────────────────────────
EVERYTHING = (
    HEAD
    + """scenarios: [talent_shortage, baseline]
policies: [none, labs_first]
replications: 3
method: one_at_a_time
factors:
  growth.people: {log_uniform: [9000, 4 万人/年], default: 1 万人}
  attraction.creation_share:
  exit.park_factor: {}
  segments.software.products.entry: [20, 60]
  segments.software.products.branch_plant:
  levers.incubator_places: {integers: [0, 5]}
  levers.landing_subsidy: {values: {none: 0%, full: 10%}}
"""
)
LISTED = HEAD + "scenarios: [baseline]\nmethod: list\npoints:\n  - {growth.people: 9000}\n  - {growth.people: 2 万人}\n"
LEVELLED = HEAD + "scenarios: baseline\nfactors: {exit.park_factor: {levels: 3}}\n"
PLAIN = HEAD + "scenarios: [baseline]\n"


@pytest.mark.parametrize("text", [EVERYTHING, LISTED, LEVELLED, PLAIN], ids=["everything", "listed", "levelled", "plain"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_explained_is_a_design_of_the_same_cases(text, lang):
    before = read_design(write("try.yaml", text))
    done = invoke("check", "try.yaml", "--explain", "--lang", lang)
    assert done.exit_code == 0
    again = read_design(write("again.yaml", done.stdout))
    assert again == before
    assert [(c.scenario.name, c.policy.name) for c in cases(again)] == [(c.scenario.name, c.policy.name) for c in cases(before)]


def test_every_value_says_where_it_came_from():
    done = invoke("check", write("try.yaml", EVERYTHING), "--explain", "--lang", "en")
    lines = {line.partition(":")[0].strip(): line for line in done.stdout.splitlines() if not line.startswith("#")}
    assert "# 2 scenarios (4 pairs with policies) × 12 points × 3 replications = 144 runs; one factor at a time" in done.stdout
    assert "#   baseline: none, labs_first" in done.stdout
    assert lines["assumptions.growth.people"].endswith("{log_uniform: [9000, 40000], default: 10000}  # try.yaml:8")
    assert lines["assumptions.exit.park_factor"].endswith("{uniform: [1, 2.5], default: 1.59443}  # model")
    assert lines["levers.landing_subsidy"].strip() == "levers.landing_subsidy:", "its parts come from several places"
    assert "    default: 0  # default" in done.stdout
    assert lines["seed"].endswith("# default")
    entry = done.stdout.partition("segments.software.products.entry:")[2].splitlines()
    assert entry[1].endswith("[20, 60]  # try.yaml:11")
    assert "# scenarios/parks/science_city.yaml:" in entry[2]


def test_other_programs_get_the_same_as_json():
    done = invoke("check", write("try.yaml", EVERYTHING), "--explain", "--format", "json")
    told = json.loads(done.stdout)
    assert (told["points"], told["replications"], told["runs"]) == (12, 3, 144)
    assert told["pairs"] == {"talent_shortage": ["none", "labs_first"], "baseline": ["none", "labs_first"]}
    values = {value["path"]: value for value in told["values"]}
    people = values["factors.assumptions.growth.people"]
    assert people["value"] == {"log_uniform": [9000, 40000], "default": 10000}
    assert (people["file"], people["line"]) == ("try.yaml", 8)


# ── Too much ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("replications: 1000001\n", "too_many_runs", "replications"),
        ("method: random\nn: 10001\nfactors: {growth.people: {}}\n", "too_many_runs", "n"),
        ("factors: {growth.people: {levels: 10001}}\n", "too_many_runs", "factors"),
        ("factors: {growth.people: {integers: [0, 1e300]}}\n", "too_many_points", "factors"),
        (f"replications: {'9' * 300}\n", "too_many_runs", "replications"),
    ],
)
def test_more_than_can_be_listed_is_refused_before_it_is_listed(text, code, path):
    with pytest.raises(ReadingError) as caught:
        read_design(write("try.yaml", HEAD + "scenarios: [baseline]\n" + text))
    assert [(p.code, p.path) for p in caught.value.problems] == [(code, path)]
