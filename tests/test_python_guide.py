"""The guides to the Python interface print what they say, and the example scripts run."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import io
import re
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from wutong.experiments import api, outputs
from wutong.experiments.api import Request, Workers, perform, plan_of_points, point_of, read
from wutong.experiments.errors import BadInputError
from wutong.experiments.identity import run_ids
from wutong.experiments.reading import ReadingError

DOCS = Path(__file__).resolve().parents[1] / "docs"
GUIDES = {"en": DOCS / "python.md", "zh": DOCS / "python.zh.md"}
SCRIPTS = sorted((DOCS / "examples").glob("*.py"))
PUBLIC = {  # of the project, what a guide or an example may import
    "wutong.experiments": ("plots",),
    "wutong.experiments.api": api.__all__,
    "wutong.experiments.datasets": ("dataset", "quantiles", "read", "totals"),
    "wutong.experiments.design": ("Design", "cases", "points"),
    "wutong.experiments.factors": ("Factor", "Method", "Spacing", "points_of"),
    "wutong.model.assumptions": ("parameter_facts",),
    "wutong.model.facts": ("Label", "fixed"),
    "wutong.model.levers": ("LEVERS",),
    "wutong.model.park": ("IndustrialPark", "Supplier"),
    "wutong.model.scenario": ("Scenario",),
}
SHORT = Request(("baseline",), ("none",), (0,), until="2022Q4")


def blocks(language: str) -> list[tuple[str, str]]:
    """Kind and content of every block of a guide, in order."""
    text = GUIDES[language].read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def bare(kind: str, content: str) -> str:
    """A block without what differs by language: remarks, docstrings, and the language that is asked for."""
    if kind != "python":
        return content if kind == "yaml" else kind
    tree = ast.parse(content)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.unparse(tree).replace("'zh'", "'en'")


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(api, "available_cores", lambda: 1)
    monkeypatch.setattr(outputs, "SHOWN_GROUPS", 0)  # writes no trajectories, which take most of the time
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ── The guides ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_block_of_the_guide_prints_what_stands_below_it(one_process):
    pytest.importorskip("xarray", reason="the extra wutong[data] is not installed")
    scope: dict[str, object] = {"__name__": "guide"}
    printed = ""
    for kind, content in blocks("en"):
        if kind == "yaml":
            Path(content.partition("\n")[0].removeprefix("# ")).write_text(content, encoding="utf-8")
        elif kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(content, "guide", "exec"), scope)
            printed = out.getvalue()
        elif kind == "text":
            assert printed == content
    assert (one_process / "software.png").stat().st_size > 20_000


def test_the_guides_run_the_same_code():
    assert [bare(*block) for block in blocks("en")] == [bare(*block) for block in blocks("zh")]
    headings = [re.findall(r"^#+ ", path.read_text(encoding="utf-8"), re.MULTILINE) for path in GUIDES.values()]
    assert headings[0] == headings[1]


def test_what_the_chinese_guide_prints_in_chinese_is_so(one_process):
    shown = [content for kind, content in blocks("zh") if kind == "text"]
    english = [content for kind, content in blocks("en") if kind == "text"]
    with pytest.raises(ReadingError) as caught:
        api.read_scenario("baselin")
    assert [s for s, e in zip(shown, english, strict=True) if s != e] == [caught.value.text("zh") + "\n"]


@pytest.mark.parametrize("language", GUIDES)
def test_links_lead_somewhere(language):
    targets = re.findall(r"\]\(([^)]+)\)", GUIDES[language].read_text(encoding="utf-8"))
    assert len(targets) >= 4
    assert not [target for target in targets if not (DOCS / target).exists()]


SOURCES = [*((f"guide {language}", None) for language in GUIDES), *((path.name, path) for path in SCRIPTS)]


@pytest.mark.parametrize(("name", "path"), SOURCES, ids=[name for name, _ in SOURCES])
def test_only_public_names_are_used(name, path):
    guide = [content for kind, content in blocks(name[-2:]) if kind == "python"] if path is None else []
    tree = ast.parse("\n".join(guide) if path is None else path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        assert not [m for m in modules if m.partition(".")[0] in ("wutong", "experiments", "model")]
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "wutong":
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                assert alias.name in PUBLIC[str(node.module)] and hasattr(module, alias.name), alias.name


# ── The examples ─────────────────────────────────────────────────────────────────────────────────────────────────────
def script(name: str, library: str) -> ModuleType:
    """An example script as a module, where its library is installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench tells what else it could use
        pytest.importorskip(library, reason=f"{library} is not installed")
    spec = importlib.util.spec_from_file_location(name, DOCS / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_salib_example_runs_and_is_taken_up_again(one_process, capsys, monkeypatch):
    example = script("with_salib", "SALib")
    monkeypatch.setattr(example, "UNTIL", "2023Q1")
    first = example.main("kept", n=2, replications=2, workers=Workers(1))
    said = capsys.readouterr().out
    assert said.startswith("0 of 16 points lack a run; 0 runs failed")
    assert np.isfinite(first.analysis["ST"]).all()
    again = example.main("kept", n=2, replications=2, workers=Workers(1))
    assert capsys.readouterr().out == said
    assert np.array_equal(again.analysis["S1"], first.analysis["S1"])


def test_a_point_without_a_run_takes_its_block_away_and_shifts_nothing():
    example = script("with_salib", "SALib")
    n, size = 64, len(example.ASSUMPTIONS) + 2
    problem = example.problem_of(n)
    ids = [str(row) for row in range(n * size)]
    weights = np.arange(len(example.ASSUMPTIONS)) ** 2.0
    means = dict(zip(ids, problem.samples @ weights, strict=True))
    whole = example.analysed(problem, ids, means).analysis["ST"]
    assert np.allclose(whole, weights**2 / (weights**2).sum(), atol=0.15), "the shares of a sum are known"
    less = example.analysed(problem, ids, {point: mean for point, mean in means.items() if point != str(3 * size + 1)})
    without = [row for row in range(n * size) if row // size != 3]
    assert np.array_equal(less.samples, problem.samples[without])
    assert np.array_equal(less.results, [means[str(row)] for row in without])
    assert np.allclose(less.analysis["ST"], whole, atol=0.1)
    # A repeated point has one id: both of its rows get its mean.
    assert example.analysed(problem, ["0"] * size + ids[size:], means).results[1] == means["0"]


def test_a_mean_is_taken_over_all_replications_or_not_at_all(one_process):
    example = script("with_salib", "SALib")
    results = perform(plan_of_points(SHORT, [{"growth.people": 9e3}, {"growth.people": 2e4}]), "kept", Workers(1))
    assert set(example.mean_by_point(results, (0,))) == {point_of({"growth.people": v}).id for v in (9e3, 2e4)}
    assert example.mean_by_point(results, (0, 1)) == {}


@pytest.mark.filterwarnings("default")
def test_the_ema_workbench_example_gives_the_same_in_batches_and_one_by_one(capsys):
    example = script("with_ema_workbench", "ema_workbench")
    experiments_done, outcomes, scores = example.main(n_scenarios=4, replications=2, until="2023Q1")
    assert len(experiments_done) == len(outcomes["revenue"]) == 12
    assert outcomes["revenue_over_time"].shape == (12, 3)
    assert set(scores.index) == set(example.PATHS)
    park = example.Park(example.read_scenario("baseline", ["clock.end=2023Q1"]), replications=2)
    row = experiments_done.iloc[5]
    alone = park(**{name: float(row[name]) for name in example.PATHS})
    assert alone["revenue"] == outcomes["revenue"][5]
    assert "0 of 12 experiments lack a run" in capsys.readouterr().out


def test_an_experiment_that_fails_is_nan_in_its_own_row():
    example = script("with_ema_workbench", "ema_workbench")
    park = example.Park(example.read_scenario("baseline", ["clock.end=2022Q4"]), replications=1)
    good = dict.fromkeys(example.PATHS, 0.5) | {"growth_people": 2e4, "lever_seed_fund": 0.0, "lever_landing_subsidy": 0.0}
    found = park.together([good, good | {"lever_seed_fund": 1e9}, good])
    assert np.isnan(found[1]["revenue"]) and np.isnan(found[1]["revenue_over_time"]).all()
    assert found[0]["revenue"] == found[2]["revenue"] > 0


# ── Points from Python ───────────────────────────────────────────────────────────────────────────────────────────────
def test_points_from_python_are_kept_exactly_and_can_be_taken_up(one_process):
    values = [{"growth.people": np.float64(1e4 / 3), "levers.seed_fund": 1e-7}, {"growth.people": 2e4, "levers.seed_fund": 3}]
    plan = plan_of_points(SHORT, [*values, values[0]])
    assert [case.scenario.name for case in plan.cases] == [f"baseline@{point_of(point).id}" for point in values]
    assert plan.design.listed[0] == {"assumptions.growth.people": 1e4 / 3, "levers.seed_fund": 1e-7}
    perform(plan, "kept", Workers(1))
    again = read("kept")
    assert list(again.experiment.ids) == run_ids(plan.cases)
    assert (again.kept().n_missing, again.kept().n_failed) == (0, 0)


def test_points_that_cannot_be_are_refused_all_at_once_each_with_its_place():
    with pytest.raises(ReadingError) as caught:
        plan_of_points(SHORT, [{"growth.peple": 1.0}, {"growth.people": float("nan")}, {"levers.seed_fund": 9.0}])
    said = str(caught.value)
    assert "design.yaml:9:6: points.0.growth.peple: 'growth.peple' is nothing that can vary; did you mean 'growth.people'" in said
    assert "points.1.growth.people: 'NaN' is not a number" in said
    assert "points.2.levers.seed_fund: 9 is above the highest value 5" in said


def test_replications_of_points_count_from_zero():
    with pytest.raises(BadInputError, match="count from 0"):
        plan_of_points(Request(("baseline",), ("none",), (1, 2)), [{"growth.people": 1e4}])
