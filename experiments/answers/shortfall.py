"""What is missing for a goal, by part: firms, people per firm, revenue per head; and people and floor space needed against found.

The gap in revenue is split by the additive logarithmic mean Divisia index (Ang 2005; zeros after Ang and Liu 2007): each part
is weighted by the logarithmic mean of what is asked and what there is, and the parts add up to the gap in every world.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.drawn import Drawn, drawn
from wutong.experiments.answers.shortfall_words import floor_sentence, gap_sentence, people_sentence
from wutong.experiments.answers.telling import joined, policy_title
from wutong.experiments.defined import defined, mean
from wutong.experiments.goals import Difference, attainment, mean_difference
from wutong.experiments.results import RUN_COLUMNS, SUMMARY_COLUMNS, TRAJECTORY_COLUMNS, Row
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.ratios import ratio
from wutong.model.scenario import Target
from wutong.model.units import QUARTERS_PER_YEAR, quarter_name

LEVELS = ("firms", "employees", "revenue")
PARTS: dict[str, Label] = {
    "missing_firms": Label("企业数不足", "missing firms"),
    "people_per_firm": Label("企业人数不足", "people per firm"),
    "revenue_per_head": Label("人均营收不足", "revenue per head"),
}
PEOPLE, FLOOR = "growth.people", ("floor", "occupied")
ACCOUNT: dict[str, tuple[Label, str]] = {
    "gap": (Label("收入缺口", "Gap in revenue"), "亿元"),
    **{key: (label, "亿元") for key, label in PARTS.items()},
    "people_needed": (Label("自起点起每年需净增人数", "People to be added a year from the start"), "persons/year"),
    "people_added": (Label("实际每年净增人数", "People added a year in the runs"), "persons/year"),
    "people_available": (Label("全园区每年可招人数（全部产业）", "People available a year, all industries"), "persons/year"),
    "floor_needed": (Label("尚缺人员需要的面积", "Floor space for the people still missing"), "m2"),
    "floor_free": (Label("相关片区期末空置面积", "Floor space free in the zones that house them"), "m2"),
    "revenue_per_head_there": (Label("实际人均营收", "Revenue per head in the runs"), "亿元/year"),
    "revenue_per_head_needed": (
        Label("按实际人数达标所需人均营收", "Revenue per head needed with the people there are"),
        "亿元/year",
    ),
}
COLUMNS: dict[str, Column] = {
    **{name: Column(RUN_COLUMNS[name]) for name in ("scenario", "policy")},
    "scope": Column(SUMMARY_COLUMNS["scope"]),
    "by": Column(SUMMARY_COLUMNS["by"]),
    "item": Column(Label("项目", "Item")),
    "title_zh": Column(Label("项目名称（中文）", "Item in Chinese")),
    "title_en": Column(Label("项目名称（英文）", "Item in English")),
    "mean": Column(TRAJECTORY_COLUMNS["mean"], "see unit"),
    "low": Column(Label("平均值 90% 区间下限", "Mean, low end of its 90 % interval"), "see unit"),
    "high": Column(Label("平均值 90% 区间上限", "Mean, high end of its 90 % interval"), "see unit"),
    "unit": Column(TRAJECTORY_COLUMNS["unit"]),
    "n": Column(TRAJECTORY_COLUMNS["n"], "runs"),
    "stated": Column(
        Label("是否另定企业数和人数目标；no 为按实际结构推算", "Whether goals state firms and people too, else as they are")
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """Goals of one set of segments at one date, by measure; each of their own definition."""

    segments: tuple[str, ...]
    by: int
    goals: dict[str, Target]

    @property
    def stated(self) -> bool:
        """Whether all three levels are asked for."""
        return all(level in self.goals for level in LEVELS)


def aims(history: History) -> tuple[Aim, ...]:
    """The goals that ask for firms, people or revenue and whose date the runs cover, put together by segments and date."""
    found: dict[tuple[frozenset[str], int], Aim] = {}
    for target in history.cases[0].scenario.targets:
        if target.measure in LEVELS and target.at_least > 0.0 and attainment(history, target).judged:
            aim = found.setdefault((frozenset(target.segments), target.by), Aim(target.segments, target.by, {}))
            aim.goals.setdefault(target.measure, target)
    return tuple(found.values())


def logarithmic_mean(one: Floats, other: Floats) -> Floats:
    """(a − b) / ln(a / b), a where both are equal and 0 where one is 0, of their common shape."""
    a, b = np.broadcast_arrays(np.asarray(one, np.float64), np.asarray(other, np.float64))
    out = np.where((a > 0.0) & (b > 0.0), a, 0.0)
    apart = (out > 0.0) & (a != b)
    relative = (a[apart] - b[apart]) / b[apart]
    out[apart] = b[apart] * relative / np.log1p(relative)
    return out


def parts_of_gap(there: Floats, asked: Floats) -> Floats:
    """The gap asked − there of the last level, split over the ratios of a chain of levels, of shape (n_levels, n_worlds).

    The first part belongs to the first level, every other to the ratio of a level to the one before.  Where a level is 0, the
    first of them takes the whole gap: without firms it is firms that are missing.

    Parameters
    ----------
    there, asked : of shape (n_levels, n_worlds), such as firms, people, revenue; asked is above 0
    """
    weight = logarithmic_mean(asked[-1], there[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(asked) - np.log(there)
        parts: Floats = weight * np.diff(ratio, axis=0, prepend=0.0)
    empty = (there <= 0.0).any(axis=0)
    first = (there <= 0.0).argmax(axis=0)
    parts[:, empty] = 0.0
    parts[first[empty], np.flatnonzero(empty)] = (asked[-1] - there[-1])[empty]
    return parts


def levels_there(history: History, aim: Aim) -> Floats:
    """Firms, people and revenue at the date, each read as its goal reads it, of shape (3, n_worlds)."""
    row = aim.by - history.start
    plain = {level: history.total(level, aim.segments)[row] for level in LEVELS}
    return np.stack([attainment(history, aim.goals[k]).values if k in aim.goals else plain[k] for k in LEVELS])


def levels_asked(aim: Aim, there: Floats) -> Floats:
    """Firms, people and revenue that the aim asks for; what it does not state follows from the ratios that there are.

    Returns
    -------
    Of shape (3, n_worlds); where a ratio is not known because there is nothing, what is asked of the next level stands in.
    """
    asked = np.full(there.shape, np.nan)
    for i, level in enumerate(LEVELS):
        if level in aim.goals:
            asked[i] = aim.goals[level].at_least
    for i, j in ((1, 0), (1, 2), (2, 1), (0, 1)):
        unknown = np.isnan(asked[i]) & ~np.isnan(asked[j])
        ratio = np.divide(there[i], there[j], out=np.ones(there[i].shape), where=(there[i] > 0.0) & (there[j] > 0.0))
        asked[i][unknown] = (asked[j] * ratio)[unknown]
    return asked


# ── The account of an aim ────────────────────────────────────────────────────────────────────────────────────────────
def account(history: History, aim: Aim, draws: Drawn) -> dict[str, Floats]:
    """What is needed and what there is, by item of ``ACCOUNT``, of shape (n_worlds,) each."""
    there = levels_there(history, aim)
    asked = levels_asked(aim, there)
    found: dict[str, Floats] = {}
    if "revenue" in aim.goals:
        found["gap"] = asked[2] - there[2]
        found |= dict(zip(PARTS, parts_of_gap(there, asked), strict=True))
        found["revenue_per_head_there"] = ratio(there[2], there[1])
        found["revenue_per_head_needed"] = ratio(asked[2], there[1])
    years = (aim.by - history.start) / QUARTERS_PER_YEAR
    if years > 0.0:
        at_start = history.total("employees", aim.segments)[0]
        found["people_needed"] = (asked[1] - at_start) / years
        found["people_added"] = (there[1] - at_start) / years
        found["people_available"] = draws.parameter(PEOPLE)
    if all(name in history.values for name in FLOOR) and (zones := _zones(history, aim)):
        floor, used = (history.total(name, zones)[aim.by - history.start] for name in FLOOR)
        found["floor_needed"] = (asked[1] - there[1]).clip(min=0.0) * _floor_per_head(history, aim, draws)
        found["floor_free"] = floor - used
    return found


def _zones(history: History, aim: Aim) -> tuple[str, ...]:
    """Zones that house some segment of an aim."""
    park = history.cases[0].scenario.park
    kinds = {s.plant for s in park.segments if s.key in aim.segments}
    return tuple(z.key for z in park.zones if kinds & set(z.plants))


def _floor_per_head(history: History, aim: Aim, draws: Drawn) -> Floats:
    """Floor space a head over the segments of an aim, by their staff at the date, of shape (n_worlds,) [m2]."""
    row = aim.by - history.start
    names = [s.key for s in history.cases[0].scenario.park.segments]
    staff = np.stack([history.total("employees", (key,))[row] for key in aim.segments], axis=1) + 1e-9
    area = draws.base.floor_per_head[:, [names.index(key) for key in aim.segments]]
    return np.asarray((staff * area).sum(axis=1) / staff.sum(axis=1))


def shortfall(histories: Sequence[History]) -> Answer:
    """What is missing for the goals of firms, people and revenue, by part, with people and floor space needed against found.

    Parameters
    ----------
    histories : one scenario and policy each
    """
    rows: list[Row] = []
    told: list[tuple[History, Aim, dict[str, Difference]]] = []
    for history in histories:
        draws = drawn(history.cases)
        for aim in aims(history):
            means = {item: mean_of(values) for item, values in account(history, aim, draws).items()}
            rows += _rows(history, aim, means)
            if history is histories[0]:
                told.append((history, aim, means))
    return Answer("shortfall", COLUMNS, tuple(rows), Label(_words(told, "zh"), _words(told, "en")))


def mean_of(values: Floats) -> Difference:
    """Mean over the worlds that have a value, with its interval; of a single one the value alone, with a boundless interval."""
    found, known = mean_difference(values), defined(values)
    return found if found.n else Difference(float(mean(known)), -np.inf, np.inf, known.size)


def _rows(history: History, aim: Aim, means: dict[str, Difference]) -> Iterator[Row]:
    case = history.cases[0]
    where = (case.scenario.name, case.policy.name, wording.scope_key(case.scenario.park, aim.segments), quarter_name(aim.by))
    for item, d in means.items():
        label, unit = ACCOUNT[item]
        size = (d.mean if d.n else None, *((d.low, d.high) if d.n > 1 else (None, None)))
        yield (*where, item, label.zh, label.en, *size, unit, d.n, "yes" if aim.stated else "no")


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(told: Sequence[tuple[History, Aim, dict[str, Difference]]], language: str) -> str:
    if not told:
        zh, en = (
            "没有期限在模拟期内的企业数、人数或收入目标。",
            "No goal of firms, people or revenue has its date within the runs.",
        )
        return zh if language == "zh" else en
    return joined([sentence(*item, language) for item in told], language)


def sentence(history: History, aim: Aim, means: dict[str, Difference], language: str) -> str:
    """One aim in words: the gap by part, then people."""
    park = history.cases[0].scenario.park
    scope, policy = wording.scope_label(park, wording.scope_key(park, aim.segments), language), policy_title(history, language)
    parts = {key: label.in_language(language) for key, label in PARTS.items()} if len(aim.goals) > 1 else {}
    clauses = [gap_sentence((scope, policy), aim.by, means, parts, language), people_sentence(scope, means, language)]
    return joined([*clauses, floor_sentence(means, language)], language)
