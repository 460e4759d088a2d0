"""The command line: quick help, clear refusals before any run, results that name themselves, honest exit codes."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests import synthetic
from wutong.experiments import experiment, outputs, plan, runner
from wutong.experiments.commands import app
from wutong.experiments.commands.columns import aligned, width
from wutong.experiments.commands.language import Language, of_locale
from wutong.experiments.commands.progress import Progress
from wutong.experiments.errors import FolderError
from wutong.experiments.figures import figures
from wutong.experiments.manifest import new_folder
from wutong.experiments.pictures import Picture, write
from wutong.experiments.questions import goals
from wutong.model.history import History
from wutong.model.scenario import Case, LeverSetting, Policy, Scenario

ROOT = Path(__file__).resolve().parents[1]
QUIET_CHILD = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def manifest_in(folder: Path) -> dict[str, object]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


# ── A made-up park in place of files and model ───────────────────────────────────────────────────────────────────────
def made_up_scenario(name: str, sets: Sequence[str] = (), language: str = "en") -> tuple[Scenario, dict[str, str]]:
    scenario = replace(synthetic.scenario(), name=Path(name).stem, policy=made_up_policy("as_announced")[0])
    return scenario, {f"{scenario.name}.yaml": f"title: {scenario.title.en}\n"}


def made_up_policy(name: str, park: object = None) -> tuple[Policy, dict[str, str]]:
    settings = () if name == "none" else (LeverSetting("seed_fund", 0.5, synthetic.START + 1),)
    return Policy(name, synthetic.POLICIES[name], settings), {f"policies/{name}.yaml": f"title: {name}\n"}


def made_up_runs(cases: Sequence[Case]) -> History:
    first = cases[0]
    whole = synthetic.history(first.policy.name, 8, 0.05 * (first.policy.name != "none"))
    columns = [case.replication for case in cases]
    values = {k: v[:, columns] for k, v in whole.values.items() if k != "knowledge"}  # which the model keeps by segment
    return replace(whole, cases=tuple(cases), values=values)


def three_fails(cases: Sequence[Case]) -> History:
    if any(case.replication == 3 for case in cases):
        raise ArithmeticError("world three, 第三个")
    return made_up_runs(cases)


class Blank:
    """A picture that takes no time."""

    name = "drawn"

    def png(self) -> bytes:
        return b""

    def svg(self) -> str:
        return ""


def draw_nothing(histories: Sequence[History], language: str) -> Iterator[Picture]:
    yield Blank()


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and commands that read and run a made-up park in this process, without pictures."""
    monkeypatch.setattr(plan, "scenario_inputs", made_up_scenario)
    monkeypatch.setattr(plan, "policy_inputs", made_up_policy)
    use(monkeypatch, made_up_runs)
    monkeypatch.setattr(goals, "figures", draw_nothing)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, simulate: runner.Simulate) -> None:
    monkeypatch.setattr(experiment, "stream_cases", functools.partial(runner.stream_cases, simulate=simulate))


BOTH = ("run", "baseline", "--policy", "none", "--policy", "as_announced", "-n", "8", "--jobs", "1")


# ── Start-up ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_help_loads_nothing_heavy():
    command = [sys.executable, "-X", "importtime", "run.py", "--help"]
    result = subprocess.run(command, cwd=ROOT, env=QUIET_CHILD, capture_output=True, text=True, check=True)
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in result.stderr.splitlines()}
    assert "typer" in loaded
    assert not loaded & {"mesa", "pandas", "scipy", "matplotlib", "xarray", "pydantic", "rich", "networkx"}


def test_help_takes_at_most_three_times_as_long_as_numpy():
    def seconds(*words: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], cwd=ROOT, env=QUIET_CHILD, capture_output=True, check=True)
        return time.perf_counter() - began

    pairs = [(seconds("-c", "import numpy"), seconds("run.py", "--help")) for _ in range(4)]
    assert min(own for _, own in pairs) <= 3 * min(numpy for numpy, _ in pairs)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US.UTF-8"}, Language.ZH),
        ({"LC_ALL": "", "LANG": "zh_CN"}, Language.ZH),
        ({}, Language.EN),
    ],
)
def test_the_language_follows_the_locale(environment, language):
    assert of_locale(environment) is language


# ── The results folder ───────────────────────────────────────────────────────────────────────────────────────────────
def test_results_name_themselves(made_up):
    result = invoke(*BOTH, "--out", "here")
    assert result.exit_code == 0, result.output
    folder = made_up / "here"
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {"manifest.json", "summary.csv", "trajectories.csv", "runs.csv", "columns.json"} <= files
    assert {
        "figures/zh/drawn.png",
        "figures/en/drawn.png",
        "figures/en/drawn.svg",
        "inputs/baseline.yaml",
        "inputs/policies/none.yaml",
    } <= files
    assert "failures.csv" not in files
    record = manifest_in(folder)
    assert record["status"] == "complete"
    assert record["counts"] == {"cases": 16, "complete": 16, "failed": 0, "skipped": 0}
    assert (record["seed"], record["replications"]) == (1, list(range(8)))
    assert set(record["seconds"]) == {"runs", "tables", "answers", "figures"}
    assert record["inputs"].keys() == {name for name in files if name.startswith("inputs/")}
    for name, digest in record["inputs"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "here" in result.output


def test_the_default_folder_is_new_every_time(made_up):
    for _ in range(2):
        result = invoke(*BOTH, "-q", "--lang", "zh")
        assert (result.exit_code, result.output) == (0, "")
    folders = list((made_up / "results" / "baseline").iterdir())
    assert len(folders) == 2
    assert all((folder / "figures").is_dir() and not (folder / "figures" / "en").exists() for folder in folders)


def test_pictures_come_in_every_language_that_is_asked_for(tmp_path):
    histories = [made_up_runs([Case(synthetic.scenario(), made_up_policy("none")[0], r) for r in range(4)])]
    write(figures(histories, "zh"), tmp_path / "one")
    paths = {"revenue-software", "firms-software", "employees-software", "revenue-all"}
    stems = {*paths, "revenue-by-industry", "goals"}
    assert {p.name for p in (tmp_path / "one").iterdir()} == {f"{stem}.{suffix}" for stem in stems for suffix in ("png", "svg")}

    goalless = replace(synthetic.scenario(), targets=())
    cases = tuple(replace(case, scenario=goalless) for case in histories[0].cases)
    drawn = {picture.name for picture in figures([replace(histories[0], cases=cases)], "en")}
    assert drawn == {f"revenue-{what}" for what in ("all", "by-industry")}


def refuse_to_run(cases: Sequence[Case]) -> History:
    raise AssertionError("ran before the place for the results was checked")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("out", ["occupied", "occupied/file.txt", "occupied/file.txt/below"])
def test_nothing_is_overwritten(made_up, monkeypatch, out, lang):
    use(monkeypatch, refuse_to_run)
    (made_up / "occupied").mkdir()
    (made_up / "occupied" / "file.txt").write_text("mine")
    result = invoke(*BOTH, "--out", out, "--lang", lang)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stderr.startswith("错误" if lang == "zh" else "Error")
    assert [p.name for p in (made_up / "occupied").iterdir()] == ["file.txt"]
    assert (made_up / "occupied" / "file.txt").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_place_is_refused(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    place = new_folder(tmp_path / "closed" / "results", "baseline", experiment.datetime.now(), "0" * 8)
    with pytest.raises(FolderError, match="cannot be written"), place:
        pass


# ── Failures, interruption, refusals ─────────────────────────────────────────────────────────────────────────────────
def test_a_failed_run_is_counted_told_and_can_be_repeated(made_up, monkeypatch):
    use(monkeypatch, three_fails)
    result = invoke(*BOTH, "--out", "here", "--seed", "5", "--until", "2029Q4", "--set", "clock.end=2030Q4")
    assert result.exit_code == 1
    assert "2 of 16 runs failed" in result.stderr
    with (made_up / "here" / "failures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["policy"], r["replication"], r["seed"]) for r in rows] == [("none", "3", "5"), ("as_announced", "3", "5")]
    assert rows[0]["error"] == "ArithmeticError: world three, 第三个"
    assert manifest_in(made_up / "here")["counts"]["failed"] == 2
    assert shlex.split(rows[1]["command"])[-3:] == ["rerun", "here", rows[1]["run"]]
    assert len({row["run"] for row in rows}) == 2


def test_where_nothing_works_it_stops_and_says_so(made_up, monkeypatch):
    use(monkeypatch, refuse_to_run)
    result = invoke("run", "baseline", "-n", "600", "--jobs", "1", "--lang", "zh", "--out", "here")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) < 20, "a failing model does not flood the screen"
    assert "失败过多，其余" in result.stderr
    counts = manifest_in(made_up / "here")["counts"]
    assert counts["complete"] == 0
    assert counts["failed"] + counts["skipped"] == 600


@pytest.mark.parametrize("at_once", [4, 3])
def test_an_interruption_keeps_what_finished(made_up, monkeypatch, at_once):
    """Tables too, unless there are so many runs that writing them takes long."""
    monkeypatch.setattr(outputs, "TABLED_AT_ONCE", at_once)

    def interrupted(cases: Sequence[Case], sink: runner.Sink, *rest: object, **options: object) -> runner.Ended:
        ended = runner.stream_cases(cases[:4], sink, simulate=made_up_runs)
        return replace(ended, interrupted=True)

    monkeypatch.setattr(experiment, "stream_cases", interrupted)
    result = invoke(*BOTH, "--out", "here")
    assert shlex.split(result.stderr.splitlines()[-1])[-2:] == ["resume", "here"]
    assert result.exit_code == 130
    assert "4 of 16 runs finished" in result.stderr
    record = manifest_in(made_up / "here")
    assert record["status"] == "interrupted"
    assert record["counts"] == {"cases": 16, "complete": 4, "failed": 0, "skipped": 12}
    assert (made_up / "here" / "summary.csv").exists() == (at_once == 4)


def test_a_scenario_without_policies_runs_under_its_own(made_up):
    assert invoke("run", "baseline", "-n", "2", "--jobs", "1", "-q", "--out", "here").exit_code == 0
    assert "as_announced" in (made_up / "here" / "runs.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-n", "1000000000"), "1 to 1,000,000"),
        (("-n", "1" + "0" * 24, "--dry-run"), "1 to 1,000,000"),
        (("-n", "1000000", "--policy", "none", "--policy", "as_announced", "--dry-run"), "2,000,000 runs are too many"),
        (("--replication", "1", "--replication", "1"), "twice"),
        (("elsewhere/baseline.yaml",), "two scenarios have the name baseline"),
    ],
)
def test_what_cannot_be_run_is_refused_at_once(made_up, monkeypatch, words, said):
    use(monkeypatch, refuse_to_run)
    result = invoke(*BOTH, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (made_up / "results").exists()


def test_the_answer_speaks_the_language_that_is_asked_for(made_up):
    zh = invoke(*BOTH, "--out", "zh", "--lang", "zh")
    en = invoke("--lang", "en", *BOTH, "--out", "en")
    assert "可能性" in zh.stdout
    assert "结果：zh" in zh.stdout
    assert "chance" in en.stdout
    assert "\x1b" not in zh.output + en.output, "no colours in a file"


# ── Progress and columns ─────────────────────────────────────────────────────────────────────────────────────────────
class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_elsewhere_is_one_line_for_every_tenth():
    stream = io.StringIO()
    progress = Progress(stream, Language.EN, clock=iter([0.0, *(i / 10 for i in range(1, 1000))]).__next__)
    for done in range(201):
        progress(done, 0, 200)
    progress.close()
    lines = stream.getvalue().splitlines()
    assert [line.split("%")[0] for line in lines] == [str(tenth) for tenth in range(10, 101, 10)]
    assert "s left" in lines[0]


def test_progress_on_a_terminal_renews_one_line():
    stream = Terminal()
    progress = Progress(stream, Language.ZH, clock=iter(range(10)).__next__)
    for done in (0, 100, 200):
        progress(done, 1 if done else 0, 200)
    progress.close()
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().count("\r") == 3
    assert "已完成 200/200 次" in stream.getvalue()
    assert "失败 1 次" in stream.getvalue()


def test_columns_count_a_chinese_character_twice():
    lines = aligned([["企业", "a", "b"], ["firm", "long text", "c"], ["x", "", ""]]).splitlines()
    assert [width(line[: line.index(mark)]) for line, mark in zip(lines, ("a", "l"), strict=False)] == [6, 6]
    assert lines[2] == "x"


# ── With the shipped files and the model itself ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("topic", ["scenarios", "policies", "designs", "levers", "measures", "parameters"])
def test_lists_are_complete_in_both_languages(topic):
    entries = json.loads(invoke("list", topic, "--format", "json").stdout)[topic]
    assert len(entries) >= {"scenarios": 1, "policies": 2, "designs": 3, "levers": 12, "measures": 10, "parameters": 50}[topic]
    chinese = invoke("list", topic, "--lang", "zh").stdout
    assert len(chinese.splitlines()) == len(entries) + 2
    assert all(next(iter(entry.values())) in chinese for entry in entries)


def test_everything_that_is_shipped_passes_the_check():
    result = invoke("check", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "nothing is wrong" in result.stdout


def test_check_finds_the_problems_of_every_file(tmp_path):
    scenario, policy = tmp_path / "slip.yaml", tmp_path / "spend.yaml"
    scenario.write_text("format: 1\nextends: baseline\nclok: {end: 2030Q4}\n", encoding="utf-8")
    policy.write_text(
        "format: 1\ntitle: {zh: 试, en: Try}\nsettings:\n  - {lever: spase, level: 1, start: 2023Q1}\n", encoding="utf-8"
    )
    result = invoke("check", str(scenario), str(policy), "no_such", "--format", "json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert {Path(p["file"]).name for p in found} == {"slip.yaml", "spend.yaml", "no_such"}
    assert {p["path"].split(".")[-1] for p in found} >= {"clok", "lever"}
    assert all(p["message"]["zh"] and p["message"]["en"] for p in found)


def test_names_of_nothing_are_refused_before_any_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("run", "baselin", "--policy", "non", "--lang", "en")
    assert result.exit_code == 2
    assert "baseline" in result.stderr
    assert not any(tmp_path.iterdir())


def run_for_real(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "run.py"), "run", "baseline", "--policy", "none", *words]
    pipe = subprocess.PIPE
    # a suite started in the background ignores Ctrl-C, and its children would inherit that
    return subprocess.Popen(
        command,
        cwd=folder,
        env=QUIET_CHILD,
        stdout=pipe,
        stderr=pipe,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=hear_ctrl_c if os.name == "posix" else None,  # noqa: PLW1509
    )


def hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_the_shipped_park_runs_from_any_folder_and_repeats_itself_on_any_number_of_processes(tmp_path):
    for jobs in ("1", "2"):
        process = run_for_real(tmp_path, "-n", "2", "--until", "2022Q4", "--jobs", jobs, "--out", jobs, "--lang", "zh")
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert "可能性" in out or "不予判定" in out
    for table in ("runs.csv", "trajectories.csv", "summary.csv"):
        assert (tmp_path / "1" / table).read_bytes() == (tmp_path / "2" / table).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_ctrl_c_ends_within_three_seconds_and_leaves_no_process(tmp_path):
    started = time.monotonic()
    process = run_for_real(tmp_path, "-n", "320", "--jobs", "2", "--out", "here")
    assert process.stderr is not None
    while not (line := process.stderr.readline()).partition("%")[0].isdigit():
        assert line or process.poll() is None, "ended before it could be interrupted"
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    machine = (began - started) / 3  # seconds that a second means on a busy machine: the first chunks take 3 s on an idle one
    assert time.monotonic() - began < 3 * max(machine, 1.0)
    assert process.returncode == 130
    assert "Interrupted" in err
    assert shlex.split(err.splitlines()[-1])[-2:] == ["resume", "here"]
    assert manifest_in(tmp_path / "here")["status"] == "interrupted"
    assert manifest_in(tmp_path / "here")["counts"]["complete"] >= 32
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and _group_lives(process.pid):
        time.sleep(0.05)
    assert not _group_lives(process.pid)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
