"""Result tables: quantiles of every trajectory, one row a run, one row a goal, and a dictionary of their columns.

CSV in UTF-8 with a byte-order mark, so that spreadsheets show Chinese; a text that a spreadsheet would take for a formula
is led by an apostrophe.  Every file appears whole or not at all.
"""

from __future__ import annotations

import csv
import functools
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np

from wutong.experiments.defined import count, mean, quantiles
from wutong.experiments.goals import Attainment, attainment, readings
from wutong.experiments.outcomes import OUTCOMES
from wutong.experiments.unfinished import replacing
from wutong.experiments.wording import members, scope_key, shown_unit, target_unit
from wutong.model.facts import Floats, Label
from wutong.model.history import Axis, History
from wutong.model.scenario import Basis, Case, Target
from wutong.model.units import NEVER, quarter_name, year_of

Cell = str | int | float | None
Row = Sequence[Cell]
Columns = Mapping[str, Mapping[str, Mapping[str, str]]]  # what they mean: file → column → zh, en, unit

ONLY_IN_ALL = (Axis.PARK, Axis.ANCHOR, Axis.LAB)  # what single anchors brought stands in attribution.csv and in exports
DETAILED_GROUPS = 4  # scenarios and policies up to which segments stand in trajectories.csv: more would not open in Excel
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBERS_AT_ONCE = 1_000_000  # of which quantiles are taken
RUNS = "runs.csv"
RUN_NAMES = ("scenario", "policy", "replication", "seed")
NUMBER = "%.7g"  # seven significant digits

RUN_COLUMNS: dict[str, Label] = {
    "run": Label("运行编号，由内容决定", "Id of the run, from its content"),
    "scenario": Label("情景", "Scenario"),
    "policy": Label("政策方案", "Policy"),
    "replication": Label("重复编号：编号相同的运行抽到相同的随机数", "Replication: runs of one number share their draws"),
    "seed": Label("随机种子", "Seed"),
    "status": Label("运行状态：complete 完成，failed 失败", "Status: complete or failed"),
}
TRAJECTORY_COLUMNS: dict[str, Label] = {
    "scenario": RUN_COLUMNS["scenario"],
    "policy": RUN_COLUMNS["policy"],
    "measure": Label("指标", "Measure"),
    "scope": Label(
        "范围：all 全部、产业、环节、片区、政策工具、龙头或实验室",
        "Scope: all, an industry, a segment, a zone, a lever, an anchor or a lab",
    ),
    "quarter": Label("季度，取季末；首行为模拟起点", "Quarter, at its end; the first is the start"),
    "q05": Label("5% 分位数", "5 % quantile"),
    "q25": Label("25% 分位数", "25 % quantile"),
    "q50": Label("中位数", "Median"),
    "q75": Label("75% 分位数", "75 % quantile"),
    "q95": Label("95% 分位数", "95 % quantile"),
    "mean": Label("平均值", "Mean"),
    "unit": Label("单位", "Unit"),
    "n": Label("运行次数，只计有数值的", "Runs in which it is defined"),
}
SUMMARY_COLUMNS: dict[str, Label] = {
    "scenario": RUN_COLUMNS["scenario"],
    "policy": RUN_COLUMNS["policy"],
    "target": Label("目标", "Target"),
    "title_zh": Label("目标名称（中文）", "Title in Chinese"),
    "title_en": Label("目标名称（英文）", "Title in English"),
    "measure": TRAJECTORY_COLUMNS["measure"],
    "scope": Label("范围：all 全部、产业或环节", "Scope: all, an industry or segments"),
    "at_least": Label("目标值", "Value asked for"),
    "unit": TRAJECTORY_COLUMNS["unit"],
    "by": Label("期限（季度）", "Date (quarter)"),
    "basis": Label("口径：level 期末值，year 全年值", "Basis: level at the date, or the year that ends there"),
    "judged": Label(
        "是否判定：yes 是；no 期限不在模拟期内，或各次运行都没有数值",
        "Judged: yes, or no where the run does not cover the date or the measure is undefined in every run",
    ),
    "attained": Label("达标次数", "Runs that reach it"),
    "n": Label("判定次数", "Runs judged"),
    "prob": Label("达标概率", "Probability of reaching it"),
    "prob_low": Label("达标概率 90% 区间下限", "Probability, low end of its 90 % interval"),
    "prob_high": Label("达标概率 90% 区间上限", "Probability, high end of its 90 % interval"),
    "median": TRAJECTORY_COLUMNS["q50"],
    "q05": TRAJECTORY_COLUMNS["q05"],
    "q95": TRAJECTORY_COLUMNS["q95"],
    "shortfall": Label("中位数与目标值的差额", "What the median lacks"),
    "half_reach_by": Label(
        "半数运行已达目标值的季度；空为模拟期内未达", "Quarter by which half the runs reach it; empty if none"
    ),
    "source": Label("目标来源", "Source of the target"),
}
PLAIN_UNITS = {"prob": "1", "prob_low": "1", "prob_high": "1", "n": "runs", "attained": "runs"}
MEASURED = {"q05", "q25", "q50", "q75", "q95", "mean", "median", "shortfall", "at_least"}  # in the unit named in the row


def write_tables(
    folder: Path, histories: Sequence[History], ids: Mapping[int, str], failed: Sequence[Case] = (), *, trajectories: bool = True
) -> Columns:
    """Write all result tables of one experiment into an existing folder, and return what their columns mean.

    Parameters
    ----------
    histories : one scenario and policy each
    ids : of the runs, by the identity of their case object
    failed : cases that gave no result; they stand in ``runs.csv`` without values
    trajectories : whether to write them; of many scenarios and policies they would fill gigabytes
    """
    year_columns = reading_columns(histories)
    if trajectories:
        write_csv(folder / "trajectories.csv", list(TRAJECTORY_COLUMNS), trajectory_rows(histories))
    write_csv(folder / RUNS, [*RUN_COLUMNS, *year_columns], run_rows(histories, ids, failed))
    write_csv(folder / "summary.csv", list(SUMMARY_COLUMNS), summary_rows(histories))
    columns = column_dictionary(year_columns)
    write_columns(folder, columns)
    return columns


def write_columns(folder: Path, columns: Columns) -> None:
    """Write what the columns of tables mean into ``columns.json``."""
    with replacing(folder / "columns.json") as path:
        path.write_text(json.dumps(columns, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def trajectory_rows(histories: Sequence[History]) -> Iterator[Row]:
    """Quantiles over worlds, one row per scenario, policy, measure, scope and quarter; of many policies without segments."""
    detailed = len(histories) <= DETAILED_GROUPS
    for history in histories:
        case, quarters = history.cases[0], history.quarters
        for measure, pairs in itertools.groupby(scopes_of(history, segments=detailed), key=itemgetter(0)):
            scopes = [scope for _, scope in pairs]
            unit = shown_unit(history.facts[measure])
            for scope, numbers in zip(scopes, _summaries(history, measure, scopes), strict=True):
                for quarter, row in zip(quarters, numbers, strict=True):
                    yield (case.scenario.name, case.policy.name, measure, scope, quarter, *row[:-1], unit, row[-1])


def _summaries(history: History, measure: str, scopes: Sequence[str]) -> Iterator[list[list[float]]]:
    """Quantiles, mean and number of runs of a measure in every scope, one list a quarter.

    Scopes are taken together as far as memory bears.
    """
    step = max(1, NUMBERS_AT_ONCE // (len(history.cases) * (history.n_quarters + 1)))
    for first in range(0, len(scopes), step):
        series = [history.total(measure, members(history, measure, scope)) for scope in scopes[first : first + step]]
        spread = quantiles(np.stack(series), QUANTILES)
        for i, one in enumerate(series):
            yield [[*row, int(n)] for row, n in zip(np.vstack([spread[:, i], mean(one)]).T.tolist(), count(one), strict=True)]


def scopes_of(history: History, *, segments: bool = True) -> Iterator[tuple[str, str]]:
    """Measure and scope of every trajectory that a history holds, those of single segments only if asked for."""
    park = history.cases[0].scenario.park
    industries = [i.key for i in park.industries if park.segments_of(i.key)]
    for measure, fact in history.facts.items():
        yield measure, "all"
        if fact.axis not in ONLY_IN_ALL:
            within = industries if fact.axis is Axis.SEGMENT else []
            parts = history.axes[fact.axis] if segments or fact.axis is not Axis.SEGMENT else ()
            yield from ((measure, scope) for scope in dict.fromkeys([*within, *parts]))


def run_rows(histories: Sequence[History], ids: Mapping[int, str], failed: Sequence[Case] = ()) -> Iterator[Row]:
    """One row a run: who it is, and what the targets' measures read at every date; empty where they do not."""
    columns = list(reading_columns(histories))
    for history in histories:
        values = {name: column for name, (_, column) in _readings_by_column(history).items()}
        for world, case in enumerate(history.cases):
            cells = (float(values[name][world]) if name in values else None for name in columns)
            yield (ids[id(case)], *identity(case), "complete", *cells)
    for case in failed:
        yield (ids[id(case)], *identity(case), "failed", *(None for _ in columns))


def identity(case: Case) -> tuple[str, str, int, int]:
    """What tells a run from the others of its experiment, in the order of ``RUN_NAMES``."""
    return case.scenario.name, case.policy.name, case.replication, case.seed


def reading_columns(histories: Sequence[History]) -> dict[str, tuple[Label, str]]:
    """Columns of readings in ``runs.csv``, name → label and unit: ``revenue.software.2025``, ``firms.software.2025Q4``."""
    found: dict[str, tuple[Label, str]] = {}
    for history in histories:
        found |= {name: about for name, (about, _) in _readings_by_column(history).items() if name not in found}
    return found


def _readings_by_column(history: History) -> dict[str, tuple[tuple[Label, str], Floats]]:
    found: dict[str, tuple[tuple[Label, str], Floats]] = {}
    for target in asked_of(history):
        fact = history.facts[target.measure]
        for quarter, values in zip(*readings(history, target), strict=True):
            if quarter % 4 == 3 or quarter == target.by:
                label = Label(f"{fact.label.zh}，{quarter_name(int(quarter))}", f"{fact.label.en}, {quarter_name(int(quarter))}")
                found[reading_name(history, target, int(quarter))] = ((label, target_unit(fact, target)), values)
    return found


def asked_of(history: History) -> tuple[Target, ...]:
    """The targets of a scenario; where it has none, its main measures, so that every run has values to show."""
    scenario = history.cases[0].scenario
    everything = tuple(s.key for s in scenario.park.segments)
    label = Label("", "")
    return scenario.targets or tuple(
        Target(measure, label, measure, everything, 0.0, scenario.end, Basis.LEVEL, "") for measure in OUTCOMES
    )


def reading_name(history: History, target: Target, quarter: int) -> str:
    """Column name of what a target reads at a quarter: a bare year is that year's value, a quarter the value at its end."""
    scope = scope_key(history.cases[0].scenario.park, target.segments)
    whole_year = target.basis is Basis.YEAR and quarter % 4 == 3
    moment = str(year_of(quarter)) if whole_year else quarter_name(quarter)
    until = "year_to_" if target.basis is Basis.YEAR and not whole_year else ""
    return f"{target.measure}.{scope}.{until}{moment}"


def summary_rows(histories: Sequence[History]) -> Iterator[Row]:
    """One row per scenario, policy and target."""
    for history in histories:
        for target in history.cases[0].scenario.targets:
            yield _summary_row(history, attainment(history, target))


def _summary_row(history: History, result: Attainment) -> Row:
    case, target, share = history.cases[0], result.target, result.share
    about = (target.measure, scope_key(case.scenario.park, target.segments), target.at_least)
    when = (target_unit(history.facts[target.measure], target), quarter_name(target.by), target.basis.value)
    names = (case.scenario.name, case.policy.name, target.key, target.label.zh, target.label.en)
    if not result.judged:
        return (*names, *about, *when, "no", None, 0, *(None,) * 7, _quarter_or_none(result.median_first), target.source)
    low, high = (float(q) for q in quantiles(result.values, (0.05, 0.95)))
    odds = ("yes", share.count, share.n, share.value, share.low, share.high)
    values = (result.median, low, high, result.shortfall, _quarter_or_none(result.median_first))
    return (*names, *about, *when, *odds, *values, target.source)


def _quarter_or_none(quarter: int) -> str | None:
    return quarter_name(quarter) if quarter < NEVER else None


def column_dictionary(year_columns: Mapping[str, tuple[Label, str]]) -> dict[str, dict[str, dict[str, str]]]:
    """What every column of every table means: file → column → zh, en, unit."""
    tables = {"trajectories.csv": TRAJECTORY_COLUMNS, RUNS: RUN_COLUMNS, "summary.csv": SUMMARY_COLUMNS}
    found = {
        file: {
            name: _entry(label, "see unit" if name in MEASURED else PLAIN_UNITS.get(name, "")) for name, label in columns.items()
        }
        for file, columns in tables.items()
    }
    found[RUNS] |= {name: _entry(label, unit) for name, (label, unit) in year_columns.items()}
    return found


def _entry(label: Label, unit: str) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en, "unit": unit}


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row], *, exact: bool = False) -> Path:
    """Write a table whole or not at all and return its path; numbers to seven digits, or exactly where they are inputs."""
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe_text(name) for name in columns])
        writer.writerows([repr(c) if exact and isinstance(c, float) else written_cell(c) for c in row] for row in rows)
    return path


def written_cell(cell: Cell) -> str | int:
    """A cell as it is written: numbers to seven digits, nothing where there is none, texts safe from formula readers."""
    if isinstance(cell, float):
        return "" if math.isnan(cell) else NUMBER % cell
    if isinstance(cell, str):
        return safe_text(cell)
    return "" if cell is None else cell


@functools.lru_cache(maxsize=4096)  # the same few names stand in all rows of a table
def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe leads where one would."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
