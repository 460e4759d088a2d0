"""The tables of one world: a record a firm, an anchor, a segment; each column says its unit, its names and its bounds.

A table has room to grow: rows in use come first, and their number stands in ``n[0]``.  The classes only declare; the records are
made from them, and so are the tables of docs/ODD.md.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.facts import column

NONE = -1  # no row, slot or index
KEY, REAL, WHOLE, ROW, SLOT, CODE, TRUTH = np.uint64, np.float64, np.int64, np.int32, np.int16, np.uint8, np.bool_


# ── What happens to firms, anchors and projects ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Firm:
    """An operating firm; those that opened last stand last."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    segment: int = column("index", "Segment", "环节", CODE, low=0)
    zone: int = column("index", "Zone", "片区", CODE, low=0)
    leads: int = column("slot", "Anchor that this firm is", "本企业即龙头", SLOT, low=NONE)
    anchor: int = column("slot", "Anchor that brought it", "带来它的龙头", SLOT, low=NONE)
    lab: int = column("slot", "Lab that it goes back to", "源自的实验室", SLOT, low=NONE)
    generation: int = column(
        "1", "Round: 1 followed an anchor or left it or a lab, 2 spun off such a firm …", "轮次", CODE, low=0
    )
    channel: int = column("code", "How it came", "进入渠道", CODE, low=0)
    born: int = column("quarter", "Founded or opened", "成立季度", SLOT)
    customer: int = column("row", "Firm that it mainly serves", "主要客户", ROW, low=NONE)
    customer_lost: int = column("quarter", "Quarter in which its customer closed, or 0", "失去客户的季度", SLOT, low=0)
    employees: float = column("persons", "Employees", "从业人员", REAL, low=0.0)
    quality: float = column("1", "Productivity relative to its segment", "相对生产率", REAL, low=0.0)
    outside_demand: float = column("亿元/year", "Outside demand at full output", "外部需求", REAL, low=0.0)
    ramp: float = column("share", "Output relative to full output", "达产率", REAL, low=0.0, high=1.0)
    momentum: float = column("1", "Growth factor a quarter, drawn for the firm's year", "年度增长因子", REAL, low=0.0)
    orders: float = column("亿元/year", "Orders from local buyers", "本地订单", REAL, low=0.0)
    revenue: float = column("亿元/year", "Revenue", "营业收入", REAL, low=0.0)
    exit_rate: float = column("1/year", "Hazard of exit by age and size", "退出风险率", REAL, low=0.0)
    life: float = column("1", "Exit hazard that it can still bear", "剩余寿命", REAL)
    spin_off_rate: float = column("1/year", "Rate of spin-offs by size", "衍生率", REAL, low=0.0)
    spin_off_left: float = column("1", "Exposure left until its next spin-off", "距下次衍生", REAL)
    closes: bool = column("1", "Leaves at the end of the quarter", "本季末退出", TRUTH)


@dataclass(frozen=True)
class Project:
    """A signed project that does not operate yet."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    segment: int = column("index", "Segment", "环节", WHOLE, low=0)
    leads: int = column("slot", "Anchor that this project is", "本项目即龙头", WHOLE, low=NONE)
    anchor: int = column("slot", "Anchor that brought it", "带来它的龙头", WHOLE, low=NONE)
    generation: int = column("1", "Round", "带动轮次", WHOLE, low=0)
    channel: int = column("code", "How it came", "进入渠道", WHOLE, low=0)
    signed: int = column("quarter", "Signed", "签约季度", WHOLE)
    investment: float = column("亿元", "Contract investment", "合同投资额", REAL, low=0.0)
    luck: float = column("share", "Opens where its opening share lies above", "投产随机数", REAL, low=0.0, high=1.0)
    capacity: float = column("亿元/year", "Output at full capacity", "达产产值", REAL, low=0.0)
    quality: float = column("1", "Productivity relative to its segment", "相对生产率", REAL, low=0.0)
    opening_share: float = column("share", "Chance that it ever opens", "最终投产概率", REAL, low=0.0, high=1.0)
    lag: float = column("year", "Time from signing to opening", "签约到投产时间", REAL, low=0.0)
    progress: float = column("share", "Part of that time gone by", "进度", REAL, low=0.0)
    started: int = column("quarter", "Construction started", "开工季度", WHOLE)
    fate: int = column("code", "Opened or cancelled this quarter", "本季结果", WHOLE, low=0)


@dataclass(frozen=True)
class Anchor:
    """An anchor in any stage; its row is its slot, and rows are only ever added."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    segment: int = column("index", "Segment", "环节", WHOLE, low=0)
    name: int = column("index", "Named anchor of the park, or none if recruited", "名单序号", WHOLE, low=NONE)
    kind: int = column("index", "Kind of partners that it ties", "伙伴类型", WHOLE, low=NONE)
    signs: int = column("quarter", "Signing", "签约季度", WHOLE)
    closes: int = column("quarter", "Closing set by the scenario", "情景关闭季度", WHOLE)
    stage: int = column("code", "Stage", "阶段", WHOLE, low=0)
    pull: float = column("1/year", "Hazard of signing that it adds for its partners", "牵引强度", REAL, low=0.0)
    exposure: float = column("1", "Pull summed over time", "累计牵引", REAL, low=0.0)
    partners: int = column("count", "Partners in all", "伙伴总数", WHOLE, low=0)
    partners_signed: int = column("count", "Partners already signed somewhere", "已签约伙伴", WHOLE, low=0)
    firm: int = column("row", "Its operating firm", "投产企业", WHOLE, low=NONE)
    investment: float = column("亿元", "Contract investment", "合同投资额", REAL, low=0.0)


@dataclass(frozen=True)
class Partner:
    """A tied partner that is still outside."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    segment: int = column("index", "Segment", "环节", WHOLE, low=0)
    anchor: int = column("slot", "Anchor that ties it", "所属龙头", WHOLE, low=0)
    resistance: float = column("1", "Exposure at which it signs", "签约阈值", REAL, low=0.0)


@dataclass(frozen=True)
class Lab:
    """A research lab; its row is its place in the park's file."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    opens: int = column("quarter", "Opening, or never", "启用季度", WHOLE)
    closes: int = column("quarter", "Closing set by the scenario", "情景关闭季度", WHOLE)
    budget: float = column("亿元/year", "Operating money without levers", "运行经费", REAL, low=0.0)
    maturity: float = column("1", "Recent passes of the third stage over their steady state", "成果转化成熟度", REAL, low=0.0)


@dataclass(frozen=True)
class Research:
    """A research project under way in a lab."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    lab: int = column("row", "Lab", "实验室", WHOLE, low=0)
    stage: int = column("code", "Stage 0 to 3: basic research, core technology, transfer, scale-up", "阶段", WHOLE, low=0, high=3)
    until: int = column("quarter", "End of the stage", "阶段结束季度", WHOLE)


# ── Who comes, and who asks to open ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Arrival:
    """A newcomer that decides to come this quarter: the settlement makes an entrant or a signed project of it."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    segment: int = column("index", "Segment", "环节", WHOLE, low=0)
    channel: int = column("code", "How it comes", "进入渠道", WHOLE, low=0)
    anchor: int = column("slot", "Anchor that brings it", "带来它的龙头", WHOLE, low=NONE)
    lab: int = column("slot", "Lab that it goes back to", "源自的实验室", WHOLE, low=NONE)
    generation: int = column("1", "Round", "带动轮次", WHOLE, low=0)
    customer: int = column("row", "Firm that it will mainly serve", "主要客户", WHOLE, low=NONE)
    parent: int = column("row", "Firm whose staff found it", "母企业", WHOLE, low=NONE)
    inherited: float = column("1", "Factor on its quality", "传承系数", REAL, low=0.0)


@dataclass(frozen=True)
class Birth:
    """A firm that asks to open at the end of the quarter; customer and parent are rows of before the settlement."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    segment: int = column("index", "Segment", "环节", WHOLE, low=0)
    zone: int = column("index", "Zone that it chose, or none", "片区", WHOLE, low=NONE)
    channel: int = column("code", "How it comes", "进入渠道", WHOLE, low=0)
    leads: int = column("slot", "Anchor that it is", "本企业即龙头", WHOLE, low=NONE)
    anchor: int = column("slot", "Anchor that brings it", "带来它的龙头", WHOLE, low=NONE)
    lab: int = column("slot", "Lab that it goes back to", "源自的实验室", WHOLE, low=NONE)
    generation: int = column("1", "Round", "带动轮次", WHOLE, low=0)
    customer: int = column("row", "Firm that it will mainly serve", "主要客户", WHOLE, low=NONE)
    parent: int = column("row", "Firm whose staff found it", "母企业", WHOLE, low=NONE)
    own_plant: bool = column("1", "Builds its own plant", "自建厂房", TRUTH)
    admitted: bool = column("1", "Finds room", "获准落户", TRUTH)
    tie: int = column("key", "Decides between equals in a queue", "同级排序", KEY)
    employees: float = column("persons", "Employees", "从业人员", REAL, low=0.0)
    quality: float = column("1", "Productivity relative to its segment", "相对生产率", REAL, low=0.0)
    outside_demand: float = column("亿元/year", "Outside demand at full output", "外部需求", REAL, low=0.0)
    ramp: float = column("share", "Output relative to full output", "达产率", REAL, low=0.0, high=1.0)


# ── Segments, zones, the world ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Cell:
    """A segment as it stands in this world."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    head: float = column("亿元/year", "Output a head at mean quality", "人均产出", REAL, low=0.0)
    purchases: float = column("亿元/year", "Purchases from the segments of the model, imports included", "采购额", REAL, low=0.0)
    demand: float = column("亿元/year", "Local purchases that a local supplier could fill", "可本地化采购", REAL, low=0.0)
    filled: float = column("亿元/year", "Orders received from local buyers", "本地供给", REAL, low=0.0)
    placed: float = column("亿元/year", "Orders placed with local suppliers", "本地采购", REAL, low=0.0)
    unmet: float = column("亿元/year", "Unmet local demand", "未满足本地需求", REAL, low=0.0)
    unmet_start: float = column("亿元/year", "Unmet local demand at the start", "期初未满足需求", REAL, low=0.0)
    inputs: float = column("count", "Local firms that supply it", "本地配套企业", REAL, low=0.0)
    inputs_start: float = column("count", "Local firms that supply it at the start", "期初配套企业", REAL, low=0.0)
    demand_scale: float = column("亿元/year", "Five mean initial revenues", "需求尺度", REAL, low=0.0)
    knowledge: float = column("1", "Knowledge stock", "知识存量", REAL, low=0.0)
    knowledge_start: float = column("1", "Knowledge stock at the start", "期初知识存量", REAL, low=0.0)
    swing: float = column("1/year", "Growth that this year adds for the segment", "本年环节波动", REAL)
    pool_swing: float = column("1", "The year for firms of the industry that look for a site", "本年企业池波动", REAL)
    drift: float = column("1", "Growth of outside demand common to its firms, this quarter", "外部需求增长", REAL, low=0.0)
    pool: float = column("1", "Firms looking for a site, relative to the start", "外部企业池", REAL, low=0.0)
    entry_base: float = column("firms/year", "Generic entrants a year at the start", "期初一般进入率", REAL, low=0.0)


@dataclass(frozen=True)
class Zone:
    """A zone; the last one is the projects' own plants, without a limit."""

    floor: float = column("m2", "Floor space", "载体面积", REAL, low=0.0)
    occupied: float = column("m2", "Floor space in use", "已用面积", REAL, low=0.0)
    rent: float = column("1", "Rent relative to the start", "相对租金", REAL, low=0.0)
    rent_start: float = column("1", "Rent at the start relative to a zone with room to spare", "期初租金", REAL, low=0.0)


@dataclass(frozen=True)
class World:
    """What the world has as a whole."""

    key: int = column("key", "Lineage key", "谱系键", KEY)
    quarter: int = column("quarter", "Quarter that is being run, or was run last", "当前季度", WHOLE)
    released: float = column("persons", "Staff released less newcomers' staff, last quarter", "上季释放人员", REAL)
    swing: float = column("1/year", "Growth that this year adds for the whole park", "本年全园波动", REAL)


TABLES: dict[str, type] = {
    "firms": Firm,
    "projects": Project,
    "anchors": Anchor,
    "partners": Partner,
    "labs": Lab,
    "research": Research,
    "arrivals": Arrival,
    "births": Birth,
    "left": Firm,
    "cells": Cell,
    "zones": Zone,
    "world": World,
}


def record_of(declared: type) -> np.dtype[Any]:
    """The record that a class declares, a field a column."""
    return np.dtype([(f.name, f.metadata["stored"]) for f in dataclasses.fields(declared)], align=True)


RECORDS: dict[str, np.dtype[Any]] = {name: record_of(declared) for name, declared in TABLES.items()}


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
class Table(NamedTuple):
    """Rows of a table, with room to grow, and how many are in use."""

    row: Any  # of shape (room,), records
    n: Any  # of shape (1,)


class Park(NamedTuple):
    """One world at one moment; those who asked to open and those that left at its end stay listed until the next quarter."""

    firms: Table
    projects: Table
    anchors: Table
    partners: Table
    labs: Table
    research: Table
    arrivals: Table
    births: Table
    left: Table  # firms, as they were
    cells: Any  # of shape (n_segments,)
    zones: Any  # of shape (n_zones,)
    world: Any  # of shape (1,)


GROWING = Park._fields[:9]


class FullTableError(Exception):
    """A table has no room left: the quarter is run again with more (draws are keyed, so nothing changes)."""


def new_table(name: str, room: int, n: int = 0) -> Table:
    """A table of zeros with so much room, ``n`` rows of it in use."""
    return Table(np.zeros(max(room, n, 1), RECORDS[name]).view(np.recarray), np.full(1, n))


def in_use(table: Table) -> Any:
    """The rows in use, as a view."""
    return table.row[: table.n[0]]


def copied(park: Park, room: int = 1) -> Park:
    """A park of its own with the same content; ``room`` multiplies that of its tables."""

    def copy(value: Any) -> Any:
        if not isinstance(value, Table):
            return value.copy()
        old, n = value.row.view(np.ndarray), value.n[0]  # record arrays are cut slowly
        row = np.zeros(room * len(old), old.dtype)
        row[:n] = old[:n]
        return Table(row.view(np.recarray), value.n.copy())

    return Park(*map(copy, park))


@compiled
def new_row(table: Table) -> int:
    """Index of one more row in use; what it holds is left over from before."""
    row = table.n[0]
    if row >= len(table.row):
        raise FullTableError
    table.n[0] = row + 1
    return row
