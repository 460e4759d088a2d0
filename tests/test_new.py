"""``new``: what it writes is right as it stands and with every example in it, and it overwrites nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wutong.experiments.commands import app, creating
from wutong.experiments.commands.creating import NAME, Kind
from wutong.experiments.design import points
from wutong.experiments.factors import Method
from wutong.experiments.reading import list_designs, list_parks, list_policies, list_scenarios, read_policy, read_scenario
from wutong.experiments.reading.designs import read_design
from wutong.experiments.reading.resolve import SHIPPED
from wutong.model.levers import LEVERS
from wutong.model.units import quarter_name

LANGUAGES = ("zh", "en")
TEMPLATES = SHIPPED / "templates"
EXAMPLE = re.compile(r"#(?! ?$| \S)")  # the # of an example: no space behind it, or several
BLOCKS = {
    "remark", "clock", "policy", "anchor_fate", "anchors", "segments", "assumptions", "shocks", "targets", "joint_targets",
    "judged",
}  # fmt: skip


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def files() -> set[str]:
    return {path.as_posix() for path in Path().rglob("*") if path.is_file()}


def nothing_is_wrong(*names: str) -> None:
    result = invoke("check", *names, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "nothing is wrong" in result.stdout


def examples(text: str) -> list[list[int]]:
    """Numbers of the lines of each example, one list an example."""
    found: list[list[int]] = []
    for i, line in enumerate(text.splitlines()):
        if EXAMPLE.match(line):
            if i and found and found[-1][-1] == i - 1:
                found[-1].append(i)
            else:
                found.append([i])
    return found


def taken_up(text: str, chosen: list[int]) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line.removeprefix("#") if i in chosen else line for i, line in enumerate(lines))


# ── What is written ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_scenario_is_right_as_it_stands_and_with_each_of_its_examples(lang):
    assert invoke("new", "scenario", "mine", "--lang", lang).exit_code == 0
    assert files() == {"mine.yaml"}
    nothing_is_wrong("mine.yaml")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    found = examples(text)
    keys = [text.splitlines()[lines[0]].removeprefix("#").partition(":")[0] for lines in found]
    assert set(keys) == BLOCKS
    assert len(keys) == len(BLOCKS), "every block once"
    for chosen in [*found, [i for lines in found for i in lines]]:
        Path("mine.yaml").write_text(taken_up(text, chosen), encoding="utf-8")
        result = invoke("check", "mine.yaml", "--lang", "en")
        assert result.exit_code == 0, result.output
        assert result.stderr == "", "no remark either"


def test_an_example_that_is_taken_up_acts():
    invoke("new", "scenario", "mine")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    Path("mine.yaml").write_text(taken_up(text, [i for lines in examples(text) for i in lines]), encoding="utf-8")
    plain, mine = read_scenario("baseline"), read_scenario("mine.yaml")
    assert (mine.policy.name, quarter_name(mine.end)) == ("as_announced", "2040Q4")
    assert {a.key for a in mine.park.anchors} - {a.key for a in plain.park.anchors} == {"my_anchor"}
    assert len([a for a in mine.assumptions.values() if not a.drawn_with]) == 8
    assert [shock.key for shock in mine.shocks] == ["my_shock"]
    assert [joint.key for joint in mine.joint_targets] == ["software_2025"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_policy_shows_every_lever_with_its_bounds_and_cost(lang):
    assert invoke("new", "policy", "mine", "--lang", lang).exit_code == 0
    nothing_is_wrong("mine.yaml")
    assert read_policy("mine.yaml").settings == ()
    text = Path("mine.yaml").read_text(encoding="utf-8")
    for lever in LEVERS.values():
        assert f"# {lever.label.in_language(lang)}" in text
        assert lever.cost.in_language(lang) in text
    chosen = [i for lines in examples(text) for i in lines]
    assert len(chosen) == len(LEVERS)
    for some in [*([i] for i in chosen), chosen]:
        Path("mine.yaml").write_text(taken_up(text, some), encoding="utf-8")
        settings = read_policy("mine.yaml", read_scenario("baseline").park).settings
        assert len(settings) == len(some)
    for setting in settings:
        lever = LEVERS[setting.lever]
        assert lever.low <= 0.3 * lever.high < setting.level <= lever.high


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_park_is_the_smallest_useful_one_and_runs(lang):
    assert invoke("new", "park", "mine", "--lang", lang, "--in", "a folder").exit_code == 0
    names = {"mine.yaml", "mine_scenario.yaml", "mine/segments.csv", "mine/anchors.csv"}
    assert files() == {f"a folder/{name}" for name in names}
    nothing_is_wrong("a folder/mine.yaml", "a folder/mine_scenario.yaml")
    park = read_scenario("a folder/mine_scenario.yaml").park
    assert (len(park.segments), len(park.anchors), len(park.zones)) == (3, 1, 1)
    assert [s.through_funnel for s in park.segments] == [True, True, False]
    assert [f"{s.revenue_per_head.default:.4f}" for s in park.segments] == ["0.0120", "0.0090", "0.0070"]
    for table in ("segments", "anchors"):
        content = Path(f"a folder/mine/{table}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by it"
        assert len({line.count(",") for line in content.decode().splitlines() if '"' not in line}) == 1
    result = invoke("run", "a folder/mine_scenario.yaml", "-n", "2", "--jobs", "1", "--until", "2025Q4", "--out", "out")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_park_is_right_with_each_of_its_examples(lang):
    invoke("new", "park", "mine", "--lang", lang)
    text = Path("mine.yaml").read_text(encoding="utf-8")
    found = examples(text)
    assert len(found) == 3
    for chosen in [*found, [i for lines in found for i in lines]]:
        Path("mine.yaml").write_text(taken_up(text, chosen), encoding="utf-8")
        nothing_is_wrong("mine.yaml", "mine_scenario.yaml")
    anchors = Path("mine/anchors.csv")
    anchors.write_text(anchors.read_text(encoding="utf-8").replace("100%,,", "100%,maker,"), encoding="utf-8")
    nothing_is_wrong("mine_scenario.yaml")
    park = read_scenario("mine_scenario.yaml").park
    assert (park.anchors[0].partner_kind, len(park.pipeline.signed), len(park.observed)) == ("maker", 4, 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_design_is_right_as_it_stands_and_with_each_of_its_examples(lang):
    assert invoke("new", "design", "mine", "--lang", lang).exit_code == 0
    assert files() == {"mine.yaml"}
    text = Path("mine.yaml").read_text(encoding="utf-8")
    found = examples(text)
    assert len(found) == 8
    for chosen in [[], *found, [i for lines in found for i in lines]]:
        Path("mine.yaml").write_text(taken_up(text, chosen), encoding="utf-8")
        result = invoke("check", "mine.yaml", "--lang", "en")
        assert result.exit_code == 0, result.output
        assert result.stderr == "", "no remark either"
    design = read_design("mine.yaml")
    assert (design.method, len(points(design)), len(design.factors), design.seed) == ("latin_hypercube", 16, 6, 2)
    assert all(re.search(rf"\b{method}\b", text) for method in Method)


def test_the_languages_say_the_same():
    for kind in Kind:
        for end in creating.FILES[kind]:
            texts = [(TEMPLATES / lang / f"my_{kind.value}{end}").read_text(encoding="utf-8") for lang in LANGUAGES]
            keys = [
                [re.sub(r"[^a-z_.]", "", line.partition(":")[0]) for line in t.splitlines() if line[:2] != "# "] for t in texts
            ]
            assert keys[0] == keys[1] if end.endswith(".yaml") else texts[0].splitlines()[0] == texts[1].splitlines()[0]


def test_it_says_what_to_do_next_in_words_that_work():
    for kind in Kind:
        lines = invoke("new", kind.value, f"my_own_{kind.value}", "--in", "two words", "--lang", "zh").stdout.splitlines()
        assert lines[0] == "已写入："
        check, run = (line.strip() for line in lines[-2:])
        assert check.startswith("wutong check ")
        verb = {Kind.DESIGN: "sweep", Kind.EPISODE: "hindcast"}.get(kind, "run")
        assert run.startswith(f"wutong {verb} ")
        words = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', check)]
        assert words[-3].startswith("two words/")
        assert words[-2:] == ["--lang", "zh"]
        nothing_is_wrong(words[-3])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_episode_is_fitted_and_scored_as_it_stands(lang, monkeypatch):
    monkeypatch.setattr("wutong.experiments.hindcast.episode.FEWEST", 1.0)
    assert invoke("new", "episode", "mine", "--lang", lang).exit_code == 0
    assert invoke("check", "mine.yaml", "--lang", "en").stderr == "", "no remark either"
    words = ("--until", "2012", "--observed", "mine/observed.csv", "--past", "60", "--jobs", "1", "--out", "out", "--lang", lang)
    result = invoke("hindcast", "mine.yaml", *words)
    assert result.exit_code == 0, result.output
    assert ("weighed by what was seen" if lang == "en" else "按截止前的观测值加权") in result.stdout
    others = "artners of a laptop maker" if lang == "en" else "每家笔电龙头的关联配套企业数"
    assert others not in result.stdout, "its maker has a number of its own"
    assert Path("out/scores.csv").exists()


@pytest.mark.parametrize(
    ("locale", "kinds"),
    [("en_US.UTF-8", [kind.value for kind in Kind]), ("zh_CN.UTF-8", ["情景", "政策方案", "园区", "试验设计", "龙头往事"])],
)
def test_the_first_line_of_its_help_names_every_kind(locale, kinds):
    code = "from wutong.experiments.commands import SUMMARIES, new; print(SUMMARIES[new])"
    environment = os.environ | {"LANG": locale, "PYTHONPATH": str(SHIPPED.parent), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8", check=True)
    assert all(kind in done.stdout for kind in kinds), done.stdout


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    ["", "1st", "2030", "a-b", "a b", "a.b", "mine.yaml", "../mine", "_mine", "été", "名称！", "con", "Com1", "true", "NULL",
     "baseline", "Baseline", "none", "science_city", "lever_sample", "x" * 41],
)  # fmt: skip
def test_a_name_that_does_not_work_everywhere_is_refused_in_one_sentence(name, lang):
    result = invoke("new", "park", "--lang", lang, "--", name)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert files() == set()


@pytest.mark.parametrize("name", ["mine", "Mine_2", "y", "望溪高新区", "园区A_1", "x" * 40])
def test_a_name_that_is_allowed_is_read_back(name):
    for kind in Kind:
        assert invoke("new", kind.value, name, "--in", kind.value).exit_code == 0
    assert read_scenario(f"scenario/{name}.yaml").name == name
    assert read_policy(f"policy/{name}.yaml").name == name
    assert read_design(f"design/{name}.yaml").title.zh == name
    assert read_scenario(f"park/{name}_scenario.yaml").park.name == name
    Path("child.yaml").write_text(f"format: 1\ntitle: {{zh: 一, en: one}}\nextends: scenario/{name}.yaml\n", encoding="utf-8")
    nothing_is_wrong("child.yaml")


def test_every_shipped_name_could_have_been_given():
    assert all(NAME.fullmatch(name) for name in (*list_scenarios(), *list_policies(), *list_parks(), *list_designs()))


@pytest.mark.parametrize("there", ["mine.yaml", "mine.yml", "mine_scenario.yaml", "mine/anchors.csv", "mine/notes.txt"])
def test_nothing_is_overwritten_and_nothing_half_written(there):
    Path(there).parent.mkdir(exist_ok=True)
    Path(there).write_text("my own", encoding="utf-8")
    result = invoke("new", "park", "mine", "--lang", "zh")
    assert result.exit_code == 2
    assert there.partition("/")[0] in result.stderr
    assert "不会覆盖" in result.stderr
    assert files() == {there}
    assert Path(there).read_text(encoding="utf-8") == "my own"


@pytest.mark.parametrize("broken", ["mine_scenario.yaml", "mine/anchors.csv"])
def test_what_was_written_before_a_failure_is_taken_back(broken, monkeypatch):
    opened = Path.open

    def full_disk(path: Path, *args, **options):
        if path.as_posix().endswith(broken):
            raise OSError(28, "No space left on device")
        return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", full_disk)
    result = invoke("new", "park", "mine", "--in", "new/folder", "--lang", "en")
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert list(Path().iterdir()) == []
