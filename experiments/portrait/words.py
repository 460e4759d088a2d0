"""A portrait in words: what came and by which channel, who is still there, the largest family, and that it is one world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.experiments import wording
from wutong.experiments.portrait.among import Place
from wutong.experiments.portrait.families import Family, Kind
from wutong.experiments.portrait.world import CHANNELS, Portrait, one_world
from wutong.model.codes import Channel
from wutong.model.facts import Label, Mask
from wutong.model.tables import NONE
from wutong.model.units import quarter_name

ENOUGH = 20  # other worlds from which on nine in ten of them are told, and not all


def told(of: Portrait, known: Sequence[Family], asked: Sequence[Family], among: Sequence[Place], *, chosen: bool) -> Label:
    """The answer, one paragraph a thought.

    Parameters
    ----------
    known : all families of the world, the largest first
    asked : families that were asked for by name
    chosen : whether the world was taken because it is the most usual among those that it is placed among
    """
    parts = [one_world(of), *_placed(of, among, chosen=chosen), _came(of), _still(of), *_largest(of, known)]
    parts += [_family(of, family) for family in asked]
    return Label("\n".join(p.zh for p in parts), "\n".join(p.en for p in parts))


def _count(of: Portrait, chosen: Mask) -> tuple[int, int]:
    """Firms among the chosen, and those of them that are there at the end."""
    return int(np.count_nonzero(chosen)), int(np.count_nonzero(chosen & of.ledger.operating(of.ledger.end)))


def _came(of: Portrait) -> Label:
    first, last = quarter_name(of.ledger.start), quarter_name(of.ledger.end)
    counts = [(CHANNELS[c], *_count(of, of.ledger.channel == c)) for c in Channel if c is not Channel.INITIAL]
    counts = [entry for entry in counts if entry[1]]
    n = sum(entry[1] for entry in counts)
    zh = "、".join(f"{label.zh} {came:,} 家（期末在营 {there:,}）" for label, came, there in counts)
    en = ", ".join(f"{label.en}: {came:,} ({there:,} there at the end)" for label, came, there in counts)
    if not n:
        return Label(f"{first} 末之后到 {last} 末，没有企业进入。", f"From the end of {first} to the end of {last} no firm came.")
    return Label(
        f"{first} 末之后到 {last} 末进入 {n:,} 家企业：{zh}。",
        f"From the end of {first} to the end of {last} {n:,} firm{'' if n == 1 else 's'} came. By channel: {en}.",
    )


def _still(of: Portrait) -> Label:
    ledger, last = of.ledger, quarter_name(of.ledger.end)
    began, stayed = _count(of, ledger.channel == Channel.INITIAL)
    zh_began, en_began = f"起点的 {began:,} 家企业中 {stayed:,} 家仍在", f"Of the {began:,} firms of the start {stayed:,} remain"
    if not began:
        zh_began, en_began = "起点没有企业", "There was no firm at the start"
    now, staff = int(ledger.operating(ledger.end).sum()), round(float(ledger.staff_at(ledger.end).sum()))
    zh, en = (wording.amount(staff, "persons", language) for language in ("zh", "en"))
    return Label(
        f"{zh_began}；{last} 末在营 {now:,} 家，{zh}。",
        f"{en_began}; at the end of {last} {now:,} firm{' operates' if now == 1 else 's operate'}, with {en}.",
    )


def _largest(of: Portrait, known: Sequence[Family]) -> list[Label]:
    brought = [family for family in known if family.members]
    if not brought:
        return [Label("没有龙头、实验室或企业带出新的企业。", "No anchor, laboratory or firm brought another.")]
    own = _family(of, brought[0])
    return [Label(f"最大的企业家族：{own.zh}", f"The largest family: {own.en}")]


def _family(of: Portrait, family: Family) -> Label:
    """What one family is, in a sentence."""
    rows = np.isin(np.arange(of.ledger.n_firms), family.members)
    n, there = _count(of, rows)
    staff = round(float(of.ledger.staff_at(of.ledger.end)[rows].sum()))
    state = _state(of, family)
    if not n:
        return Label(f"{family.label.zh}{state.zh}，没有带来企业。", f"{family.label.en}{state.en} brought no firm.")
    zh, en = (wording.amount(staff, "persons", language) for language in ("zh", "en"))
    return Label(
        f"{family.label.zh}{state.zh}，带来 {n:,} 家企业，期末在营 {there:,} 家、{zh}。",
        f"{family.label.en}{state.en} brought {n:,} firm{'' if n == 1 else 's'}, {there:,} of them there at the end with {en}.",
    )


def _state(of: Portrait, family: Family) -> Label:
    """What became of the anchor, laboratory or firm itself, to go behind its name."""
    end, gone = of.ledger.end, family.until <= of.ledger.end
    when = quarter_name(family.until) if gone else ""
    if family.root != NONE:
        return Label(f"，{when} 退出", f", which left in {when},") if gone else Label("", "")
    if family.kind is Kind.LAB:
        if family.since > end:
            return Label("，期末尚未启用", ", not open yet,")
        return Label(f"，{when} 关停", f", closed in {when},") if gone else Label("", "")
    if gone:
        return Label(f"，{when} 终止，未投产", f", given up in {when} and never opened,")
    if family.since > end:
        return Label("，期末尚未签约", ", not signed yet,")
    return Label("，期末尚未投产", ", signed but not open yet,")


def _placed(of: Portrait, among: Sequence[Place], *, chosen: bool) -> list[Label]:
    """Where the world lies among others of the same case."""
    if not among:
        return []
    n, last, texts = len(among[0].others), quarter_name(of.ledger.end), [_one_place(of, place) for place in among]
    zh, en = "；".join(t.zh for t in texts), "; ".join(t.en for t in texts)
    zh_why, en_why = f"与同一情景和方案的另外 {n} 次模拟相比", f"Among {n} other worlds of the same scenario and policy"
    if chosen:
        zh_why = f"它是同一情景和方案 {n + 1} 次模拟中期末最接近中位数的一次；与另外 {n} 次相比"
        en_why = f"Of {n + 1} worlds of the same scenario and policy it ends nearest to the medians; among the {n} others"
    return [Label(f"{zh_why}，{last} 末：{zh}。", f"{en_why}, at the end of {last}: {en}.")]


def _one_place(of: Portrait, place: Place) -> Label:
    fact, n = of.history.facts[place.measure], len(place.others)
    few = n < ENOUGH
    low, high = (float(v) for v in np.quantile(place.others, (0.0, 1.0) if few else (0.05, 0.95), method="inverted_cdf"))
    zh, en = (wording.amount(place.value, fact.unit, language, like=high) for language in ("zh", "en"))
    zh_band, en_band = (wording.amount_range(low, high, fact.unit, language) for language in ("zh", "en"))
    zh_lead, en_lead = ("其余为", "all of them") if few else ("90% 的模拟为", "90% of them")
    return Label(
        f"{fact.label.zh} {zh}，多于其中 {place.below} 次（{zh_lead} {zh_band}）",
        f"{wording.lower_first(fact.label.en)}: {en}, more than {place.below} of {n} ({en_lead}: {en_band})",
    )
