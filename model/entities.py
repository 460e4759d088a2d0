"""The columns of everything that lives in a park.  One set of columns holds the rows of all worlds of a batch.

Firms stand in order of their site = (world * n_segments + segment) * n_zones + zone, so that sums and look-ups run over
contiguous blocks.  Rows of other tables name their cell = world * n_segments + segment or their world; within a world their
order depends on that world alone, which is what sums need to be the same whatever else is in the batch.  An identity
is a lineage key, never a position.  Links to firms are rows and are kept true by the settlement; links to anchors are slots:
the anchor's number within its world, which never changes.  -1 means none.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wutong.model.facts import Codes, Floats, Ints, Keys, Quarters, Slots, column

NONE = -1


class Channel(enum.IntEnum):
    """How a firm came.  The order from SCHEDULED on is the order of admission to floor space."""

    INITIAL = 0
    SCHEDULED = 1
    RECRUITED = 2
    FOLLOWED = 3
    LAB_SPIN_OFF = 4
    FIRM_SPIN_OFF = 5
    ATTRACTED = 6


class Stage(enum.IntEnum):
    """Stage of an anchor."""

    PLANNED = 0
    SIGNED = 1
    STARTED = 2
    OPERATING = 3
    CLOSED = 4


class Direction(enum.IntEnum):
    """Where a segment stands to another in the chain."""

    NEITHER = 0
    UPSTREAM = 1  # the other buys from it
    DOWNSTREAM = 2  # the other sells to it


class Fate(enum.IntEnum):
    """What became of a project this quarter; whatever is not PENDING leaves the table at the settlement."""

    PENDING = 0
    OPENED = 1
    CANCELLED = 2


@dataclass(frozen=True)
class Firms:
    """Operating firms, of shape (n_firms,), in order of their site."""

    key: Keys = column("key", "Lineage key", "谱系键")
    site: Ints = column("index", "World, segment and zone", "世界、环节与片区")
    anchor: Slots = column("slot", "Anchor that brought it", "带来它的龙头", low=-1)
    lab: Slots = column("slot", "Lab that it goes back to", "源自的实验室", low=-1)
    round: Codes = column("1", "Round: 1 followed an anchor or left it or a lab, 2 spun off such a firm, ...", "带动轮次", low=0)
    channel: Codes = column("code", "How it came", "进入渠道", low=0)
    born: Quarters = column("quarter", "Founded or opened", "成立季度")
    customer: Ints = column("row", "Firm that it mainly serves", "主要客户", low=-1)
    customer_lost: Quarters = column("quarter", "Quarter in which its customer closed, or 0", "失去客户的季度", low=0, initial=0)
    employees: Floats = column("persons", "Employees", "从业人员", low=0.0)
    quality: Floats = column("1", "Productivity relative to its segment", "相对生产率", low=0.0)
    outside_demand: Floats = column("亿元/year", "Outside demand at full output", "外部需求", low=0.0)
    ramp: Floats = column("share", "Output relative to full output", "达产率", low=0.0, high=1.0)
    momentum: Floats = column("1", "Growth factor a quarter, drawn for the firm's year", "年度增长因子", low=0.0, initial=1.0)
    orders: Floats = column("亿元/year", "Orders from local buyers", "本地订单", low=0.0, initial=0.0)
    revenue: Floats = column("亿元/year", "Revenue", "营业收入", low=0.0)
    exit_rate: Floats = column("1/year", "Hazard of exit by age and size", "退出风险率", low=0.0, initial=0.0)
    life: Floats = column("1", "Exit hazard that it can still bear", "剩余寿命", initial=0.0)
    spin_off_rate: Floats = column("1/year", "Rate of spin-offs by size", "衍生率", low=0.0, initial=0.0)
    spin_off_left: Floats = column("1", "Exposure left until its next spin-off", "距下次衍生", initial=0.0)

    @classmethod
    def initial(cls, name: str) -> float | int:
        """Value of a column in a new row that does not give one."""
        value: float | int = cls.__dataclass_fields__[name].metadata["initial"]
        return value


@dataclass(frozen=True)
class Projects:
    """Signed projects that do not operate yet, of shape (n_projects,), in order of signing within their world."""

    key: Keys = column("key", "Lineage key", "谱系键")
    cell: Ints = column("index", "World and segment", "世界与环节")
    leads: Ints = column("slot", "Anchor that this project is", "本项目即龙头", low=-1, initial=NONE)
    anchor: Slots = column("slot", "Anchor that brought it", "带来它的龙头", low=-1, initial=NONE)
    round: Codes = column("1", "Round", "带动轮次", low=0, initial=0)
    channel: Codes = column("code", "How it came", "进入渠道", low=0)
    signed: Ints = column("quarter", "Signed", "签约季度")
    investment: Floats = column("亿元", "Contract investment", "合同投资额", low=0.0)
    luck: Floats = column("share", "Opens where its opening share lies above", "投产随机数", low=0.0, high=1.0)
    capacity: Floats = column("亿元/year", "Output at full capacity", "达产产值", low=0.0)
    quality: Floats = column("1", "Productivity relative to its segment", "相对生产率", low=0.0)
    opening_share: Floats = column("share", "Chance that it ever opens", "最终投产概率", low=0.0, high=1.0)
    lag: Floats = column("year", "Time from signing to opening", "签约到投产时间", low=0.0)
    progress: Floats = column("share", "Part of that time gone by", "进度", low=0.0, initial=0.0)
    started: Ints = column("quarter", "Construction started", "开工季度")
    fate: Codes = column("code", "Opened or cancelled this quarter", "本季结果", low=0, initial=0)


@dataclass(frozen=True)
class Anchors:
    """Anchors in every stage, of shape (n_anchors,), in order of their world and slot; rows are only ever added."""

    key: Keys = column("key", "Lineage key", "谱系键")
    world: Ints = column("index", "World", "世界")
    segment: Ints = column("index", "Segment", "环节")
    name: Ints = column("index", "Named anchor of the park, or none if recruited", "名单序号", low=-1)
    kind: Ints = column("index", "Kind of partners that it ties", "伙伴类型", low=-1)
    signs: Ints = column("quarter", "Signing", "签约季度")
    closes: Ints = column("quarter", "Closing set by the scenario", "情景关闭季度")
    stage: Codes = column("code", "Stage", "阶段", low=0)
    exposure: Floats = column("1", "Pull summed over time", "累计牵引", low=0.0)
    partners: Ints = column("count", "Partners in all", "伙伴总数", low=0)
    partners_signed: Ints = column("count", "Partners already signed somewhere", "已签约伙伴", low=0)
    firm: Ints = column("row", "Its operating firm", "投产企业", low=-1)
    investment: Floats = column("亿元", "Contract investment", "合同投资额", low=0.0)


@dataclass(frozen=True)
class Partners:
    """Tied partners still outside, of shape (n_partners,), in order of their anchor's signing within their world."""

    key: Keys = column("key", "Lineage key", "谱系键")
    cell: Ints = column("index", "World and segment", "世界与环节")
    anchor: Ints = column("slot", "Anchor that ties it", "所属龙头", low=0)
    resistance: Floats = column("1", "Exposure at which it signs", "签约阈值", low=0.0)


@dataclass(frozen=True)
class Labs:
    """Research labs, of shape (n_labs,), in order of their world; the same rows throughout."""

    key: Keys = column("key", "Lineage key", "谱系键")
    world: Ints = column("index", "World", "世界")
    name: Ints = column("index", "Lab of the park", "名单序号", low=0)
    opens: Ints = column("quarter", "Opening, or never", "启用季度")
    closes: Ints = column("quarter", "Closing set by the scenario", "情景关闭季度")
    budget: Floats = column("亿元/year", "Operating money without levers", "运行经费", low=0.0)
    maturity: Floats = column("1", "Recent passes of the third stage over their steady state", "成果转化成熟度", low=0.0)


@dataclass(frozen=True)
class Research:
    """Projects of the labs, of shape (n_research,), in order of their stage's beginning within their lab."""

    key: Keys = column("key", "Lineage key", "谱系键")
    lab: Ints = column("row", "Lab", "实验室", low=0)
    stage: Codes = column("code", "Stage 0 to 3: basic research, core technology, transfer, scale-up", "阶段", low=0, high=3)
    until: Ints = column("quarter", "End of the stage", "阶段结束季度")


@dataclass(frozen=True)
class Cells:
    """One row per world, one column per segment: shape (n_worlds, n_segments)."""

    key: Keys = column("key", "Lineage key", "谱系键")
    firms: Ints = column("count", "Operating firms", "在营企业", low=0)
    purchases: Floats = column("亿元/year", "Purchases from the segments of the model, imports included", "采购额", low=0.0)
    demand: Floats = column("亿元/year", "Local purchases that a local supplier could fill", "可本地化采购", low=0.0)
    filled: Floats = column("亿元/year", "Orders received from local buyers", "本地供给", low=0.0)
    placed: Floats = column("亿元/year", "Orders placed with local suppliers", "本地采购", low=0.0)
    unmet: Floats = column("亿元/year", "Unmet local demand", "未满足本地需求", low=0.0)
    unmet_start: Floats = column("亿元/year", "Unmet local demand at the start", "期初未满足需求", low=0.0)
    inputs: Floats = column("count", "Local firms that supply it", "本地配套企业", low=0.0)
    inputs_start: Floats = column("count", "Local firms that supply it at the start", "期初配套企业", low=0.0)
    demand_scale: Floats = column("亿元/year", "Five mean initial revenues", "需求尺度", low=0.0)
    knowledge: Floats = column("1", "Knowledge stock", "知识存量", low=0.0)
    knowledge_start: Floats = column("1", "Knowledge stock at the start", "期初知识存量", low=0.0)
    growth_shock: Floats = column("1/year", "Growth common to the segment's firms this year", "环节共同冲击")
    pool: Floats = column("1", "Firms looking for a site, relative to the start", "外部企业池", low=0.0)
    entry_base: Floats = column("firms/year", "Generic entrants a year at the start", "期初一般进入率", low=0.0)


@dataclass(frozen=True)
class Zones:
    """Shape (n_worlds, n_zones); the last zone is the projects' own plants, without a limit."""

    floor: Floats = column("m2", "Floor space", "载体面积", low=0.0)
    occupied: Floats = column("m2", "Floor space in use", "已用面积", low=0.0)
    rent: Floats = column("1", "Rent relative to the start", "相对租金", low=0.0)
    rent_start: Floats = column("1", "Rent at the start relative to a zone with room to spare", "期初租金", low=0.0)


@dataclass(frozen=True)
class Worlds:
    """Shape (n_worlds, 1)."""

    key: Keys = column("key", "Lineage key", "谱系键")
    released: Floats = column("persons", "Staff released less newcomers' staff, last quarter", "上季释放人员")


@dataclass(frozen=True)
class Groups:
    """Where the firms of each site, cell and world stand: contiguous blocks, so sums and look-ups need no index."""

    by_site: Ints  # (n_worlds, n_segments, n_zones), firms
    by_cell: Ints  # (n_worlds, n_segments)
    by_world: Ints  # (n_worlds,)
    sites: tuple[Ints, Ints]  # indices of the sites with firms, and their first rows
    cells: tuple[Ints, Ints]  # the same for cells

    def sum_by_site(self, values: Floats) -> Floats:
        """Sums of a firm column, of shape (n_worlds, n_segments, n_zones)."""
        return _block_sums(values, self.sites, self.by_site.shape)

    def sum_by_cell(self, values: Floats) -> Floats:
        """Sums of a firm column, of shape (n_worlds, n_segments)."""
        return _block_sums(values, self.cells, self.by_cell.shape)

    def spread(self, table: NDArray[Any]) -> NDArray[Any]:
        """A table (n_worlds or 1, n_segments or 1) looked up by every firm, of shape (n_firms,)."""
        if table.shape != self.by_cell.shape:
            table = np.broadcast_to(table, self.by_cell.shape)
        return table.ravel().repeat(self.by_cell.ravel())

    def spread_worlds(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of shape (n_worlds or 1, 1) looked up by every firm, of shape (n_firms,), or (1,) where all are alike."""
        return values[:, 0].repeat(self.by_world) if len(values) > 1 else values[:, 0]

    def spread_sites(self, table: NDArray[Any]) -> NDArray[Any]:
        """A table (n_worlds, n_segments, n_zones) looked up by every firm, of shape (n_firms,)."""
        return table.ravel().repeat(self.by_site.ravel())


def _block_sums(values: Floats, blocks: tuple[Ints, Ints], shape: tuple[int, ...]) -> Floats:
    out = np.zeros(shape)
    filled, first = blocks
    if len(filled):
        out.ravel()[filled] = np.add.reduceat(values, first)
    return out


def group(by_site: Ints) -> Groups:
    """Groups from the number of firms at each site, of shape (n_worlds, n_segments, n_zones)."""
    by_cell = by_site.sum(axis=2)
    return Groups(by_site, by_cell, by_cell.sum(axis=1), _blocks(by_site.ravel()), _blocks(by_cell.ravel()))


def _blocks(counts: Ints) -> tuple[Ints, Ints]:
    filled = counts.nonzero()[0]
    return filled, (counts.cumsum() - counts)[filled]


Table = TypeVar("Table")


@cache
def columns_of(kind: type) -> tuple[str, ...]:
    """Names of the columns of a table."""
    return tuple(f.name for f in dataclasses.fields(kind))


def replaced(record: Table, changes: Mapping[str, object]) -> Table:
    """The frozen record with some fields replaced; ``dataclasses.replace`` at a tenth of its cost."""
    new: Table = object.__new__(type(record))
    new.__dict__.update(record.__dict__)
    new.__dict__.update(changes)
    return new


def read_only(table: Table) -> Table:
    """The table with its arrays locked against writing."""
    for value in table.__dict__.values():
        value.flags.writeable = False
    return table


def rows(table: Table, index: Ints) -> Table:
    """The rows at ``index`` of a ragged table, in that order."""
    return replaced(table, {name: column.take(index) for name, column in table.__dict__.items()})


def stacked(parts: tuple[Table, ...]) -> Table:
    """The rows of several tables of one kind, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return replaced(parts[0], {n: np.concatenate([p.__dict__[n] for p in parts]) for n in parts[0].__dict__})


def look_up(values: Ints, index: Ints) -> Ints:
    """``values`` at ``index``, NONE where the index is NONE: the table is padded, so that -1 reads the padding."""
    return np.append(values, NONE).take(index)
