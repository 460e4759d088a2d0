"""Design files and the command line's sweeps: what they mean, and what is wrong with them, in its place and with its remedy."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from wutong.experiments.design import Design, cases, points
from wutong.experiments.factors import Method, Spacing
from wutong.experiments.reading import ReadingError, read_policy, read_scenario
from wutong.experiments.reading import drawing as drawing_module
from wutong.experiments.reading.designs import read_design, resolve_design
from wutong.experiments.reading.probing import Given, _same
from wutong.experiments.reading.sweeps import Arguments, design_of
from wutong.experiments.varying import paths_of, with_values
from wutong.model.facts import Assumption

HEAD = "format: 1\ntitle: {zh: 试, en: Try}\nscenarios: [baseline]\n"
Reader = Callable[[str], Design]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def writer(text: str, head: str = HEAD) -> Path:
        file = tmp_path / "try.yaml"
        file.write_text(head + text, encoding="utf-8")
        return file

    return writer


@pytest.fixture
def read(write) -> Reader:
    return lambda text: read_design(write(text))


GOOD = """policies: [none, as_announced]
replications: 3
seed: 7
method: latin_hypercube
n: 6
factors:
  growth.people: {log_uniform: [8000, 4 万人/年]}
  assumptions.attraction.creation_share: {}
  segments.software.products.entry: {uniform: [20 家/年, 60]}
  segments.software.products.branch_plant:
  levers.incubator_places: {integers: [0, 5]}
  levers.landing_subsidy: {values: {none: 0%, full: 10%}}
  levers.seed_fund: [0, 1 亿元/年]
"""


def test_a_file_says_which_cases_run(read):
    made = read(GOOD)
    assert (made.title.en, made.seed, made.method, made.n, made.replications) == ("Try", 7, Method.LATIN_HYPERCUBE, 6, (0, 1, 2))
    kinds = {f.name: (f.spacing, f.low, f.high, f.values, f.names) for f in made.factors}
    assert kinds == {
        "assumptions.growth.people": (Spacing.LOG_UNIFORM, 8e3, 4e4, (), ()),
        "assumptions.attraction.creation_share": (Spacing.UNIFORM, 0.2, 1.0, (), ()),
        "segments.software.products.entry": (Spacing.UNIFORM, 20.0, 60.0, (), ()),
        "segments.software.products.branch_plant": (Spacing.VALUES, 0.0, 0.0, (False, True), ()),
        "levers.incubator_places": (Spacing.INTEGERS, 0.0, 5.0, (), ()),
        "levers.landing_subsidy": (Spacing.VALUES, 0.0, 0.0, (0.0, 0.1), ("none", "full")),
        "levers.seed_fund": (Spacing.VALUES, 0.0, 0.0, (0.0, 1.0), ()),
    }
    assert made.factors[0].unit == "persons/year" and made.factors[0].label.zh
    first = next(cases(made))
    assert (first.seed, len(list(cases(made)))) == (7, 6 * 2 * 3)
    assert first.scenario.name.startswith("baseline@") and first.policy.name.startswith("none@")


def test_without_factors_it_is_scenarios_policies_and_replications(read):
    made = read("replications: 2\n")
    assert [(c.scenario.name, c.policy.name, c.replication) for c in cases(made)] == [("baseline", "none", r) for r in (0, 1)]


def test_points_given_one_by_one(read):
    made = read(
        "method: list\npoints:\n  - {growth.people: 9000, levers.seed_fund: 1}\n"
        "  - {levers.seed_fund: 0, growth.people: 1 万人}\n"
    )
    assert [dict(p.values) for p in points(made)] == [
        {"assumptions.growth.people": 9000.0, "levers.seed_fund": 1.0},
        {"assumptions.growth.people": 10000.0, "levers.seed_fund": 0.0},
    ]


def test_one_at_a_time_takes_the_defaults_of_the_scenario(read):
    text = "method: one_at_a_time\nfactors:\n  growth.people: {}\n  levers.seed_fund: {}\n"
    text += "  segments.software.products.entry: [1, 99]\n"
    base = points(read(text))[0].values
    scenario = read_scenario("baseline")
    entry = next(s.entry for s in scenario.park.segments if s.key == "software.products")
    assert base["segments.software.products.entry"] == entry.default
    assert base["levers.seed_fund"] == 0.0
    assert len(points(read(text))) == 1 + 2 * 3 - 1


def test_scenarios_beside_the_file_are_found(write, tmp_path):
    (tmp_path / "own.yaml").write_text("format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\nclock: {end: 2030Q4}\n", "utf-8")
    made = read_design(write("", HEAD.replace("baseline", "own, baseline")))
    assert [s.name for s in made.scenarios] == ["own", "baseline"]


def test_what_is_odd_is_remarked(write):
    found = resolve_design(write("factors:\n  attraction.creation_share: [5%, 60%]\n"))
    assert [(p.code, p.line) for p in found.remarks] == [("outside_declared", 5)]


@pytest.mark.parametrize("name", ["baseline", "hsinchu", "sophia_antipolis"])
def test_a_number_of_the_park_means_what_set_makes_of_it(name):
    """Of every block some: fixed in the finished scenario it is what reading the file again gives."""
    scenario = read_scenario(name)
    tried = [p for p in paths_of(scenario) if p.rpartition(".")[2] in ("growth", "localisable_share", "opening_share", "budget")]
    for path in tried[:: max(1, len(tried) // 6)]:
        again = read_scenario(name, [f"{path}=0.03"])
        assert _same(again, with_values(scenario, {path: 0.03})), path


# ── What is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────
F = "factors:\n  "  # whose factors stand in line 5 and on
WRONG: tuple[tuple[str, int, str, str, str], ...] = (
    (F + "growth.peple: [1, 2]\n", 5, "unknown_factor", "growth.people", "是否指“growth.people”"),
    (F + "levers.seed_found: [1, 2]\n", 5, "unknown_factor", "levers.seed_fund", "是否指“levers.seed_fund”"),
    (F + "segments.software.product.entry: [1, 2]\n", 5, "unknown_factor", "segments.software.products.entry", "是否指"),
    (F + "anchors.isotope_base.signed: [1, 2]\n", 5, "unknown_factor", "anchors.isotope_base", "可用"),
    (F + "attraction.creation_share: [5, 60]\n", 5, "bare_percent", "did you mean 5%", "是否指 5%"),
    (F + "levers.landing_subsidy: [0%, 30%]\n", 5, "too_large_number", "0.2", "上限 0.2"),
    (F + "growth.people: [1 万家]\n", 5, "wrong_unit", "for example 2 万人", "例如 2 万人"),
    (F + "growth.people: {uniform: [4, 2], levels: 2}\n", 5, "range_order", "uniform: [2, 4]", "请写成"),
    (F + "growth.people: {uniform: [4]}\n", 5, "range_length", "{uniform: [low, high]}", "可写成"),
    (F + "growth.people: {log_uniform: [0, 4]}\n", 5, "log_uniform_low", "write uniform: [0, 4]", "请写成"),
    (F + "growth.people: {uniform: [1, 2], values: [1]}\n", 5, "forms_mixed", "{values: [a, b]}", "可写成"),
    (F + "growth.people: {unifrm: [1, 2]}\n", 5, "unknown_key", "did you mean 'uniform'", "是否指“uniform”"),
    (F + "growth.people: 5\n", 5, "factor_forms", "{values: [a, b]}", "可写成"),
    (F + "growth.people: {uniform: [1, 2]}\n", 5, "levels_needed", "levels: 5", "levels: 5"),
    (F + "growth.people: {uniform: [1, 2], levels: 1}\n", 5, "too_small", "write 2", "请写成 2"),
    (F + "growth.people: {values: [1, 2], levels: 2}\n", 5, "levels_of_values", "values", "values"),
    (F + "growth.people: {values: [2, 2]}\n", 5, "value_twice", "twice", "重复"),
    (F + "growth.people: {values: []}\n", 5, "no_values", "{values: [a, b]}", "可写成"),
    (F + "levers.incubator_places: {integers: [0, 5.5]}\n", 5, "not_whole", "integers: [0, 6]", "请写成"),
    (F + "segments.software.products.entry: {}\n", 5, "no_declared_range", "{uniform: [low, high]}", "可写成"),
    (F + "segments.software.products.branch_plant: [0, 1]\n", 5, "not_bool", "true", "true"),
    (F + "zones.software_sites.occupancy: [0, 50%]\n", 5, "too_small", "0.01", "下限 0.01"),
    (F + "growth.people: [1, 2]\n  assumptions.growth.people: [1, 2]\n", 6, "factor_twice", "delete it", "请删去它"),
    ("n: 4\n" + F + "growth.people: [1, 2]\n", 4, "needless_key", "delete it", "请删去它"),
    ("method: sobol\nn: 100\n" + F + "growth.people: [1, 2]\n", 5, "sobol_size", "write 64 or 128", "请写成 64 或 128"),
    ("method: sobol\n" + F + "growth.people: [1, 2]\n", 4, "key_of_method", "write n: 64", "请写成 n: 64"),
    ("method: random\nn: 4\n", 4, "key_of_method", "factors: {", "factors: {"),
    ("method: random\nn: 4.5\n" + F + "growth.people: [1, 2]\n", 5, "not_whole", "for example 64", "例如 64"),
    ("method: sobel\n", 4, "not_allowed", "did you mean 'sobol'", "是否指“sobol”"),
    ("method: list\n" + F + "growth.people: [1, 2]\n", 5, "needless_key", "delete it", "请删去它"),
    ("method: list\npoints: [{growth.people: 1}, {levers.seed_fund: 1}]\n", 5, "point_names", "levers.seed_fund", "多或少"),
    ("method: list\npoints:\n  - {growth.people: 1}\n  - {growth.people: 1}\n", 7, "point_twice", "line 6", "第 6 行"),
    ("replications: 0\n", 4, "too_small", "write 1", "请写成 1"),
    ("replications: many\n", 4, "not_whole", "for example 64", "例如"),
    ("seed: -1\n", 4, "too_small", "write 0", "请写成 0"),
    ("policies: [none, none]\n", 4, "duplicate_name", "delete it", "请删去它"),
    ("policies: [as_anounced]\n", 4, "no_file", "did you mean 'as_announced'", "是否指“as_announced”"),
    ("scenario: baseline\n", 4, "unknown_key", "did you mean 'scenarios'", "是否指“scenarios”"),
    ("extends: other\n", 4, "no_file", "other", "other"),
    ("factors:\n  levers.seed_fund: {integers: [0, 5]}\n  growth.people: {uniform: [1, 2], levels: 999999}\n", 4,
     "too_many_points", "take a sample", "请减少"),
    ("policies: [as_announced]\nmethod: one_at_a_time\nfactors: {levers.seed_fund: [0, 1]}\n", 6,
     "default_needed", "default: 0", "default: 0"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "line", "code", "en", "zh"), WRONG, ids=[f"{i}-{w[2]}" for i, w in enumerate(WRONG)])
def test_what_is_wrong_is_said_in_its_place_with_its_remedy(write, text, line, code, en, zh):
    file = write(text)
    with pytest.raises(ReadingError) as caught:
        read_design(file)
    assert [(p.line, p.code) for p in caught.value.problems] == [(line, code)], caught.value.text("en")
    assert f"{file}:{line}:" in caught.value.text("en") and en in caught.value.text("en")
    assert zh in caught.value.text("zh")


def test_every_problem_is_found_at_once_in_the_scenarios_too(write, tmp_path):
    (tmp_path / "own.yaml").write_text("format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\nclock: {end: 2030Q9}\n", "utf-8")
    head = HEAD.replace("baseline", "own, weak_deman")
    with pytest.raises(ReadingError) as caught:
        read_design(write("replications: 0\nmethod: sobol\nn: 12\n" + F + "growth.peple: [1]\n", head))
    codes = {p.code for p in caught.value.problems}
    assert {"not_a_quarter", "no_file", "too_small", "sobol_size"} <= codes


def test_a_scenario_that_stands_twice_is_refused(write):
    with pytest.raises(ReadingError, match="'baseline' is taken; delete it"):
        read_design(write("", HEAD.replace("[baseline]", "[baseline, baseline]")))


def test_a_number_from_which_others_follow_is_refused(write, tmp_path):
    own = "format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\nanchor_fate: halved\n"
    (tmp_path / "own.yaml").write_text(own, "utf-8")
    anchor = next(a.key for a in read_scenario("anchors_halved").park.anchors if a.status != "operating")
    with pytest.raises(ReadingError) as caught:
        read_design(write(F + f"anchors.{anchor}.investment: [5, 10]\n", HEAD.replace("baseline", "own")))
    assert [(p.code, p.line) for p in caught.value.problems] == [("factor_follows", 5)]
    assert "write a scenario for each value" in caught.value.text("en")


def test_without_scipy_a_sobol_design_says_what_to_install(write, monkeypatch):
    monkeypatch.setattr(drawing_module, "find_spec", lambda name: None)
    with pytest.raises(ReadingError) as caught:
        read_design(write("method: sobol\nn: 8\nfactors: {growth.people: {}}\n"))
    assert [(p.code, p.line) for p in caught.value.problems] == [("library", 4)]
    assert 'pip install "wutong[design]"' in caught.value.text("zh")
    assert importlib.util.find_spec("scipy") is not None


# ── The command line ─────────────────────────────────────────────────────────────────────────────────────────────────
def of_arguments(seed: int = 1, sets: tuple[str, ...] = (), **said) -> Design:
    scenario = read_scenario("baseline", sets)
    policies = ((read_policy("none", scenario.park),),)
    return design_of(Arguments(**said), (Given(scenario, "baseline", sets),), policies, range(2), seed)


def test_sweeps_are_all_combinations_of_their_values():
    made = of_arguments(sweeps=("growth.people=8000,20000,4 万人", "levers.seed_fund = 0, 1"))
    assert [tuple(p.values.values()) for p in points(made)] == [(p, s) for p in (8e3, 2e4, 4e4) for s in (0.0, 1.0)]
    assert len(list(cases(made))) == 12
    braces = of_arguments(sweeps=("growth.people={uniform: [1, 3], levels: 3}",))
    assert [p.values["assumptions.growth.people"] for p in points(braces)] == [1.0, 2.0, 3.0]
    assert [c.scenario.name for c in cases(of_arguments())] == ["baseline"] * 2


def test_samples_take_declared_ranges_bounds_or_values():
    said = (
        "attraction.creation_share",
        "growth.people=8000..40000",
        "levers.seed_fund=0,1",
        "levers.incubator_places={integers: [0, 3]}",
    )
    made = of_arguments(factors=said, n=64, method="sobol")
    assert [f.spacing.value for f in made.factors] == ["uniform", "uniform", "values", "integers"]
    assert (made.factors[1].low, made.factors[1].high, len(points(made))) == (8e3, 4e4, 64)
    assert of_arguments(factors=said, n=5).method is Method.LATIN_HYPERCUBE


def test_a_file_and_the_command_line_make_the_same_points(read):
    of_file = read("method: sobol\nn: 16\nfactors: {attraction.creation_share: {}, growth.people: {uniform: [8000, 40000]}}\n")
    made = of_arguments(factors=("attraction.creation_share", "growth.people=8000..40000"), n=16, method="sobol")
    assert [p.id for p in points(made)] == [p.id for p in points(of_file)]


def test_what_was_set_holds_for_numbers_of_the_park_too():
    path = "segments.software.products"
    made = of_arguments(sets=(f"{path}.growth=0.01",), sweeps=(f"{path}.entry=20,60",))
    segment = next(s for s in next(cases(made)).scenario.park.segments if s.key == "software.products")
    assert (segment.growth.default, segment.entry.default) == (0.01, 20.0)
    assert isinstance(segment.entry, Assumption)


@pytest.mark.parametrize(
    ("said", "code", "place"),
    [
        ({"sweeps": ("growth.people",)}, "sweep_form", "--sweep growth.people"),
        ({"sweeps": ("growth.people=",)}, "sweep_form", "--sweep growth.people="),
        ({"sweeps": ("growth.peple=1,2",)}, "unknown_factor", "--sweep growth.peple=1,2"),
        ({"sweeps": ("growth.people=1，2",)}, "wide_text", "--sweep growth.people=1，2"),
        ({"sweeps": ("growth.people=1,1",)}, "value_twice", "--sweep growth.people=1,1"),
        ({"sweeps": ("growth.people={uniform: [1",)}, "syntax", "--sweep growth.people={uniform: [1"),
        ({"sweeps": ("growth.people=1", "growth.people=2")}, "factor_twice", "--sweep growth.people=2"),
        ({"sweeps": ("growth.people=1",), "factors": ("growth.people",), "n": 4}, "sweep_and_factor", "--sweep"),
        ({"factors": ("growth.people",)}, "key_of_method", "--method latin_hypercube"),
        ({"factors": ("growth.people",), "n": 100, "method": "sobol"}, "sobol_size", "--sample 100"),
        ({"factors": ("growth.people",), "n": 100, "method": "sobel"}, "not_allowed", "--method sobel"),
        ({"n": 100}, "key_of_method", "--method latin_hypercube"),
    ],
)
def test_a_wrong_argument_is_named(said, code, place):
    with pytest.raises(ReadingError) as caught:
        of_arguments(**said)
    assert (code, place) in [(p.code, p.file) for p in caught.value.problems], caught.value.text("en")
    assert all(p.line == 0 for p in caught.value.problems)
    assert dataclasses.is_dataclass(caught.value.problems[0])
