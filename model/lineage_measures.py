"""Measures by anchor and by lab: what each is itself, what goes back to it, and the support that was paid for both."""

from __future__ import annotations

from wutong.model.history import Axis, Kind, MeasureFact, entry

QUANTITIES = {  # what is counted of a firm: ending of the key, names, unit, kind
    "firms": ("企业", "firms", "firms", Kind.STOCK),
    "employees": ("就业", "jobs", "persons", Kind.STOCK),
    "revenue": ("收入", "revenue", "亿元/year", Kind.RATE),
}


def _themselves() -> tuple[MeasureFact, ...]:
    anchor, rate = Axis.ANCHOR, Kind.RATE
    return (
        entry("anchor_firms", "龙头本身", "The anchor itself", "anchors", Kind.STOCK,
              "已投产为 1；新招龙头合计", "1 once it operates; recruited anchors together", anchor),
        entry("anchor_employees", "龙头自身就业", "The anchor's own jobs", "persons", Kind.STOCK,
              "龙头企业季末人数", "staff of the anchor at the quarter's end", anchor),
        entry("anchor_revenue", "龙头自身收入", "The anchor's own revenue", "亿元/year", rate,
              "当季年化，当年价", "annualised over the quarter, nominal", anchor),
        entry("anchor_value_added", "龙头自身增加值", "The anchor's own value added", "亿元/year", rate,
              "营业收入 × 增加值率", "revenue times the value-added share of the segment", anchor),
        entry("anchor_investment", "龙头签约投资", "The anchor's contract", "亿元", Kind.STOCK,
              "已签约且未取消、未关闭的合同额", "contract of an anchor that signed and neither was cancelled nor closed", anchor),
        entry("anchor_support", "付给龙头的扶持", "Support paid to the anchor", "亿元/year", rate,
              "落户补贴、税收返还、租金补贴中付给该龙头的部分；其余政策工具不分到企业",
              "landing subsidy, tax relief and rent subsidy paid to it; other levers are not paid to single firms", anchor),
    )  # fmt: skip


def _brought() -> tuple[MeasureFact, ...]:
    made: list[MeasureFact] = []
    for key, (zh, en, unit, kind) in QUANTITIES.items():
        made += [
            entry(f"first_round_{key}", f"第一轮带来的{zh}", f"Brought in the first round: {en}", unit, kind,
                  "跟随该龙头落户的企业和从龙头自身衍生的企业",
                  "firms that followed the anchor, and spin-offs of the anchor itself", Axis.ANCHOR),
            entry(f"later_rounds_{key}", f"后续各轮带来的{zh}", f"Brought in later rounds: {en}", unit, kind,
                  "第一轮企业的衍生企业，以及再往后的衍生",
                  "spin-offs of the first round, and their spin-offs in turn", Axis.ANCHOR),
        ]  # fmt: skip
    for key, (zh, en, unit, kind) in QUANTITIES.items():
        made += [
            entry(f"upstream_{key}", f"带来的上游{zh}", f"Brought upstream: {en}", unit, kind,
                  "各轮合计，所在环节向龙头所在环节供货",
                  "all rounds, in segments from which the anchor's segment buys", Axis.ANCHOR),
            entry(f"downstream_{key}", f"带来的下游{zh}", f"Brought downstream: {en}", unit, kind,
                  "各轮合计，所在环节向龙头所在环节采购",
                  "all rounds, in segments to which the anchor's segment sells", Axis.ANCHOR),
        ]  # fmt: skip
    return tuple(made)


def _brought_sums() -> tuple[MeasureFact, ...]:
    return (
        entry("brought_value_added", "龙头带来的增加值", "Value added brought", "亿元/year", Kind.RATE,
              "各轮合计", "all rounds", Axis.ANCHOR),
        entry("opened_followers", "开业的跟随企业", "Followers opened", "firms", Kind.FLOW,
              "当季开业，按所跟随的龙头", "opened in the quarter, by the anchor that they followed", Axis.ANCHOR),
        entry("opened_spin_offs", "开业的衍生企业", "Spin-offs opened", "firms", Kind.FLOW,
              "当季开业，各轮合计，按所源自的龙头", "opened in the quarter, all rounds, by the anchor that they go back to",
              Axis.ANCHOR),
        entry("brought_support", "付给被带来企业的扶持", "Support paid to firms brought", "亿元/year", Kind.RATE,
              "落户补贴、税收返还、租金补贴中付给该龙头所带来企业的部分",
              "landing subsidy, tax relief and rent subsidy paid to the firms that the anchor brought", Axis.ANCHOR),
    )  # fmt: skip


def _labs() -> tuple[MeasureFact, ...]:
    lab, made = Axis.LAB, []
    for key, (zh, en, unit, kind) in QUANTITIES.items():
        made += [
            entry(f"lab_first_round_{key}", f"实验室直接衍生的{zh}", f"Spun off from the lab itself: {en}", unit, kind,
                  "从该实验室直接衍生的企业", "firms founded from the lab", lab),
            entry(f"lab_later_rounds_{key}", f"实验室后续各轮的{zh}", f"Later rounds of the lab: {en}", unit, kind,
                  "上述企业的衍生企业，以及再往后的衍生", "spin-offs of those firms, and their spin-offs in turn", lab),
        ]  # fmt: skip
    return (
        *made,
        entry("lab_value_added", "实验室衍生企业的增加值", "Value added of the lab's spin-offs", "亿元/year", Kind.RATE,
              "各轮合计", "all rounds", lab),
        entry("lab_opened_spin_offs", "实验室开业的衍生企业", "Spin-offs of the lab opened", "firms", Kind.FLOW,
              "当季开业，各轮合计", "opened in the quarter, all rounds", lab),
        entry("lab_support", "付给实验室的经费", "Money paid to the lab", "亿元/year", Kind.RATE,
              "实验室经费政策的财政部分，按经费分摊", "public part of the lab funding lever, split by budget", lab),
        entry("lab_brought_support", "付给实验室衍生企业的扶持", "Support paid to the lab's spin-offs", "亿元/year", Kind.RATE,
              "落户补贴、税收返还、租金补贴中付给这些企业的部分",
              "landing subsidy, tax relief and rent subsidy paid to these firms", lab),
    )  # fmt: skip


def lineage_measures() -> tuple[MeasureFact, ...]:
    """Everything that is recorded by anchor and by lab."""
    return (*_themselves(), *_brought(), *_brought_sums(), *_labs())
