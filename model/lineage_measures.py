"""Measures by anchor and by lab: what each is itself, what goes back to it, and the support that was paid for both."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wutong.model.entities import Direction, Stage
from wutong.model.facts import Floats
from wutong.model.history import Axis, Kind
from wutong.model.lineage import FIRST, LATER, anchor_members, by_member
from wutong.model.moment import Measure, Moment, entry

QUANTITIES = {  # what is counted of a firm: ending of the key, names, unit, kind
    "firms": ("企业", "firms", "firms", Kind.STOCK),
    "employees": ("就业", "jobs", "persons", Kind.STOCK),
    "revenue": ("收入", "revenue", "亿元/year", Kind.RATE),
}


def of_generation(line: str, quantity: str, generation: int) -> Callable[[Moment], Floats]:
    """Sums of a line's firms of a generation, of shape (n_worlds, n_members)."""

    def compute(m: Moment) -> Floats:
        table = m.lines[f"{line}.{quantity}"][:, :, generation]
        return np.asarray(table.sum(axis=2)) if table.ndim > 2 else table

    return compute


def of_direction(quantity: str, direction: Direction) -> Callable[[Moment], Floats]:
    """Sums of the firms that anchors brought in a direction of the chain, of shape (n_worlds, n_members)."""
    return lambda m: np.asarray(m.lines[f"brought.{quantity}"][:, :, :, direction].sum(axis=2))


def whole(line: str, quantity: str) -> Callable[[Moment], Floats]:
    """Sums of all firms of a line, of shape (n_worlds, n_members)."""
    return lambda m: by_member(m.lines[f"{line}.{quantity}"])


def paid(name: str, line: str) -> Callable[[Moment], Floats]:
    """Support that the accounts counted for members of a line, of shape (n_worlds, n_members)."""
    return lambda m: m.flows[name] if name in m.flows else np.zeros(m.lines[f"{line}.firms"].shape[:2])


def _contracts(m: Moment) -> Floats:
    anchors, base = m.after.anchors, m.after.base
    signed = np.flatnonzero((anchors.stage >= Stage.SIGNED) & (anchors.stage < Stage.CLOSED))
    place = anchors.world[signed] * (base.n_anchors + 1) + anchor_members(m.after)[signed]
    size = base.n_worlds * (base.n_anchors + 1)
    return np.bincount(place, anchors.investment[signed], minlength=size).astype(np.float64).reshape(base.n_worlds, -1)


def _themselves() -> tuple[Measure, ...]:
    anchor, rate = Axis.ANCHOR, Kind.RATE
    return (
        entry("anchor_firms", "龙头本身", "The anchor itself", "anchors", Kind.STOCK, whole("anchor", "firms"),
              "已投产为 1；新招龙头合计", "1 once it operates; recruited anchors together", anchor),
        entry("anchor_employees", "龙头自身就业", "The anchor's own jobs", "persons", Kind.STOCK, whole("anchor", "employees"),
              "龙头企业季末人数", "staff of the anchor at the quarter's end", anchor),
        entry("anchor_revenue", "龙头自身收入", "The anchor's own revenue", "亿元/year", rate, whole("anchor", "revenue"),
              "当季年化，当年价", "annualised over the quarter, nominal", anchor),
        entry("anchor_value_added", "龙头自身增加值", "The anchor's own value added", "亿元/year", rate,
              whole("anchor", "value_added"),
              "营业收入 × 增加值率", "revenue times the value-added share of the segment", anchor),
        entry("anchor_investment", "龙头签约投资", "The anchor's contract", "亿元", Kind.STOCK, _contracts,
              "已签约且未取消、未关闭的合同额", "contract of an anchor that signed and neither was cancelled nor closed", anchor),
        entry("anchor_support", "付给龙头的扶持", "Support paid to the anchor", "亿元/year", rate,
              paid("anchor_support", "anchor"),
              "落户补贴、税收返还、租金补贴中付给该龙头的部分；其余政策工具不分到企业",
              "landing subsidy, tax relief and rent subsidy paid to it; other levers are not paid to single firms", anchor),
    )  # fmt: skip


def _brought() -> tuple[Measure, ...]:
    made: list[Measure] = []
    for key, (zh, en, unit, kind) in QUANTITIES.items():
        made += [
            entry(f"first_round_{key}", f"第一轮带来的{zh}", f"Brought in the first round: {en}", unit, kind,
                  of_generation("brought", key, FIRST),
                  "跟随该龙头落户的企业和从龙头自身衍生的企业",
                  "firms that followed the anchor, and spin-offs of the anchor itself", Axis.ANCHOR),
            entry(f"later_rounds_{key}", f"后续各轮带来的{zh}", f"Brought in later rounds: {en}", unit, kind,
                  of_generation("brought", key, LATER),
                  "第一轮企业的衍生企业，以及再往后的衍生",
                  "spin-offs of the first round, and their spin-offs in turn", Axis.ANCHOR),
        ]  # fmt: skip
    for key, (zh, en, unit, kind) in QUANTITIES.items():
        made += [
            entry(f"upstream_{key}", f"带来的上游{zh}", f"Brought upstream: {en}", unit, kind,
                  of_direction(key, Direction.UPSTREAM),
                  "各轮合计，所在环节向龙头所在环节供货",
                  "all rounds, in segments from which the anchor's segment buys", Axis.ANCHOR),
            entry(f"downstream_{key}", f"带来的下游{zh}", f"Brought downstream: {en}", unit, kind,
                  of_direction(key, Direction.DOWNSTREAM),
                  "各轮合计，所在环节向龙头所在环节采购",
                  "all rounds, in segments to which the anchor's segment sells", Axis.ANCHOR),
        ]  # fmt: skip
    return tuple(made)


def _brought_sums() -> tuple[Measure, ...]:
    return (
        entry("brought_value_added", "龙头带来的增加值", "Value added brought", "亿元/year", Kind.RATE,
              whole("brought", "value_added"),
              "各轮合计", "all rounds", Axis.ANCHOR),
        entry("opened_followers", "开业的跟随企业", "Followers opened", "firms", Kind.FLOW, whole("brought", "followed"),
              "当季开业，按所跟随的龙头", "opened in the quarter, by the anchor that they followed", Axis.ANCHOR),
        entry("opened_spin_offs", "开业的衍生企业", "Spin-offs opened", "firms", Kind.FLOW, whole("brought", "spun_off"),
              "当季开业，各轮合计，按所源自的龙头", "opened in the quarter, all rounds, by the anchor that they go back to",
              Axis.ANCHOR),
        entry("brought_support", "付给被带来企业的扶持", "Support paid to firms brought", "亿元/year", Kind.RATE,
              paid("brought_support", "anchor"),
              "落户补贴、税收返还、租金补贴中付给该龙头所带来企业的部分",
              "landing subsidy, tax relief and rent subsidy paid to the firms that the anchor brought", Axis.ANCHOR),
    )  # fmt: skip


def _labs() -> tuple[Measure, ...]:
    lab, made = Axis.LAB, []
    for key, (zh, en, unit, kind) in QUANTITIES.items():
        made += [
            entry(f"lab_first_round_{key}", f"实验室直接衍生的{zh}", f"Spun off from the lab itself: {en}", unit, kind,
                  of_generation("lab", key, FIRST), "从该实验室直接衍生的企业", "firms founded from the lab", lab),
            entry(f"lab_later_rounds_{key}", f"实验室后续各轮的{zh}", f"Later rounds of the lab: {en}", unit, kind,
                  of_generation("lab", key, LATER),
                  "上述企业的衍生企业，以及再往后的衍生", "spin-offs of those firms, and their spin-offs in turn", lab),
        ]  # fmt: skip
    return (
        *made,
        entry("lab_value_added", "实验室衍生企业的增加值", "Value added of the lab's spin-offs", "亿元/year", Kind.RATE,
              whole("lab", "value_added"), "各轮合计", "all rounds", lab),
        entry("lab_opened_spin_offs", "实验室开业的衍生企业", "Spin-offs of the lab opened", "firms", Kind.FLOW,
              whole("lab", "spun_off"),
              "当季开业，各轮合计", "opened in the quarter, all rounds", lab),
        entry("lab_support", "付给实验室的经费", "Money paid to the lab", "亿元/year", Kind.RATE, paid("lab_support", "lab"),
              "实验室经费政策的财政部分，按经费分摊", "public part of the lab funding lever, split by budget", lab),
        entry("lab_brought_support", "付给实验室衍生企业的扶持", "Support paid to the lab's spin-offs", "亿元/year", Kind.RATE,
              paid("lab_brought_support", "lab"),
              "落户补贴、税收返还、租金补贴中付给这些企业的部分",
              "landing subsidy, tax relief and rent subsidy paid to these firms", lab),
    )  # fmt: skip


def lineage_measures() -> tuple[Measure, ...]:
    """Everything that is recorded by anchor and by lab."""
    return (*_themselves(), *_brought(), *_brought_sums(), *_labs())
