"""The ledger of a world as a table: one row a firm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wutong.experiments.answers import Answer, Column
from wutong.experiments.portrait.world import Portrait
from wutong.experiments.results import Row
from wutong.model.codes import Channel
from wutong.model.facts import Label
from wutong.model.tables import NONE
from wutong.model.units import NEVER, STEP_YEARS, quarter_name

COLUMNS = {
    "firm": Column(Label("企业编号，按开业先后", "Number of the firm, in the order of opening")),
    "key": Column(Label("谱系键：同一种子和编号下不变", "Lineage key: the same wherever the world is run")),
    "name_zh": Column(Label("名称（中文），仅龙头有", "Name in Chinese; anchors only")),
    "name_en": Column(Label("名称（英文），仅龙头有", "Name in English; anchors only")),
    "segment": Column(Label("产业链环节", "Segment")),
    "industry": Column(Label("产业", "Industry")),
    "zone": Column(Label("片区；own_plants 为项目自建厂房", "Zone; own_plants are those that projects bring")),
    "channel": Column(
        Label(
            "进入渠道：initial 起点已有，scheduled 名单内龙头，recruited 新招龙头，followed 跟随龙头，firm_spin_off 企业衍生，"
            "lab_spin_off 实验室衍生，attracted 一般进入",
            "How it came: there at the start, a named or a recruited anchor, following an anchor, a spin-off of a firm or a "
            "laboratory, or by itself (attracted)",
        )
    ),
    "anchor": Column(Label("带来它的龙头", "Anchor that brought it")),
    "lab": Column(Label("源自的实验室", "Laboratory that it goes back to")),
    "parent": Column(Label("衍生自哪家企业（编号）；空为未知或不是衍生", "Number of the firm it left; empty if none is known")),
    "round": Column(
        Label(
            "带动轮次：1 跟随龙头或由其及实验室直接衍生，2 为再衍生，以此类推；0 与龙头和实验室无关",
            "Round: 1 followed an anchor or left it or a laboratory, 2 span off such a firm, and so on; 0 goes back to none",
        )
    ),
    "born": Column(Label("开业季度；起点已有企业的为推算", "Quarter of opening; drawn for firms of the start")),
    "ended": Column(Label("关闭或迁出的季度；空为期末仍在", "Quarter in which it closed or moved away; empty if still there")),
    "staff_first": Column(Label("起点或开业时的人数", "Staff at the start or the opening"), "persons"),
    "staff_peak": Column(Label("最多时的人数", "Staff at its peak"), "persons"),
    "staff_last": Column(Label("期末或退出前的人数", "Staff at the end, or before it left"), "persons"),
    "revenue_last": Column(Label("最后一个季度的营业收入（年化）", "Revenue over its last quarter, annualised"), "亿元/year"),
    "revenue_total": Column(Label("模拟期内营业收入合计", "Revenue over the run"), "亿元"),
}


def ledger_table(of: Portrait, words: Label) -> Answer:
    """The ledger as an answer, with the words that go with it."""
    return Answer("ledger", COLUMNS, tuple(_rows(of)), words)


def _rows(of: Portrait) -> Iterator[Row]:
    ledger, park = of.ledger, of.park
    quarters = np.arange(ledger.start, ledger.end + 1)
    first = np.maximum(ledger.born, ledger.start) - ledger.start
    last = np.minimum(ledger.ended - 1, ledger.end) - ledger.start
    paid = np.minimum(ledger.ended, ledger.end) - ledger.start  # a firm that leaves still earned in its last quarter
    everyone = np.arange(ledger.n_firms)
    staff = ledger.staff[first, everyone], ledger.staff.max(axis=0), ledger.staff[last, everyone]
    revenue = ledger.revenue[paid, everyone], ledger.revenue[quarters > ledger.start].sum(axis=0) * STEP_YEARS
    for row in range(ledger.n_firms):
        anchor, lab, parent, leads = (int(getattr(ledger, name)[row]) for name in ("anchor", "lab", "parent", "leads"))
        name = Label("", "") if leads == NONE else of.anchor_label(leads)
        yield (
            row + 1, f"0x{int(ledger.key[row]):016x}", name.zh, name.en,
            park.segments[int(ledger.segment[row])].key, of.industry_of(row), of.zones[int(ledger.zone[row])][0],
            Channel(int(ledger.channel[row])).name.lower(),
            None if anchor == NONE else of.anchor_key(anchor), None if lab == NONE else park.labs[lab].key,
            None if parent == NONE else parent + 1, int(ledger.generation[row]), quarter_name(int(ledger.born[row])),
            quarter_name(int(ledger.ended[row])) if ledger.ended[row] < NEVER else None,
            *(float(values[row]) for values in (*staff, *revenue)),
        )  # fmt: skip
