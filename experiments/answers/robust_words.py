"""The sentences of robustness: who holds up, who never leads, and on which assumed effects the lead rests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers.effects import BANDS
from wutong.experiments.answers.ranking import InBand, Ranking
from wutong.experiments.answers.robustness import Grid, Regret
from wutong.experiments.answers.telling import goal_name, joined, listed, scenario_title
from wutong.experiments.goals import Share

SHOWN_NAMES = 3


@dataclass(frozen=True)
class Findings:
    """What was found: regrets by scenario and over them, by policy; shares of worlds; the ranking and what it rests on."""

    table: Grid
    ranking: Ranking
    by_scenario: tuple[tuple[Regret, ...], ...]
    mean: tuple[Regret, ...]
    largest: tuple[Regret, ...]
    best: tuple[Share, ...]
    suffices: tuple[tuple[Share, ...] | None, ...]

    @property
    def winner(self) -> int:
        return min(range(len(self.mean)), key=lambda p: (self.mean[p].mean, p))


def sentences(found: Findings, unit: str, language: str, *, effects_only: bool = False) -> str:
    """What a planner would say of it; with ``effects_only`` what the ranking rests on alone."""
    resting = [_assumed(found, language), _moved(found, language), _set_elsewhere(found, language)]
    if effects_only:
        return joined(resting, language)
    lead = [_opening(found, unit, language), _never_best(found, language), _worst_case(found, unit, language)]
    lead.append(_suffices(found, language))
    return joined([*lead, *resting], language)


def name_of(found: Findings, position: int, language: str) -> str:
    policy = found.table.policies[position]
    return f"“{policy.title.in_language(language) or policy.name}”"


def _opening(found: Findings, unit: str, language: str) -> str:
    table, zh = found.table, language == "zh"
    n_s, n_p, n = len(table.scenarios), len(table.policies), table.n_worlds
    what = goal_name(table.yardstick, language) if table.yardstick.at_least > 0.0 else table.yardstick.label.in_language(language)
    if zh:
        lead = f"{n_s} 个情景、{n_p} 个方案各模拟 {n} 次（随机数相同），以{what}衡量："
    else:
        lead = f"{_n(n_p, 'policy', 'policies')} in {_n(n_s, 'scenario')}, {_n(n, 'run')} each on the same draws, by {what}: "
    if n_p == 1:
        return lead + ("只有一个方案，无从比较。" if zh else "there is nothing to compare with.")
    if not np.ptp(table.values, axis=1).any():
        return lead + (
            "各方案在每次模拟中数值完全相同，不分高下。" if zh else "all policies have the same values in every run: a tie."
        )
    return lead + (_regret_zh(found, unit) if zh else _regret_en(found, unit))


def _regret_zh(found: Findings, unit: str) -> str:
    at, worst = found.winner, _worst_scenario(found, found.winner)
    own, rest = found.mean[at], _behind(found)
    text = f"{name_of(found, at, 'zh')}的平均遗憾最小"
    if own.mean == 0.0:
        text += "，在每个情景的平均值都是最好的（或并列）"
    else:
        text += f"，平均比各情景的最好方案少 {_size(own, unit, 'zh')}，最多少 {_size(found.largest[at], unit, 'zh')}"
        text += f"（情景“{scenario_title(found.table.scenarios[worst], 'zh')}”）"
    told, open_ = _told_apart(found, rest, unit, "zh")
    text += f"；平均遗憾确定大于零的有：{'、'.join(told)}" if told else ""
    return text + (f"；{open_}与它分不出高下。" if open_ else "。")


def _regret_en(found: Findings, unit: str) -> str:
    at, worst = found.winner, _worst_scenario(found, found.winner)
    own, rest = found.mean[at], _behind(found)
    text = f"{name_of(found, at, 'en')} has the least mean regret"
    if own.mean == 0.0:
        text += ", its mean is the best in every scenario, or ties with the best"
    else:
        text += f": it lacks {_size(own, unit, 'en')} to the best on average, at most {_size(found.largest[at], unit, 'en')}"
        text += f" (in “{scenario_title(found.table.scenarios[worst], 'en')}”)"
    told, open_ = _told_apart(found, rest, unit, "en")
    text += f"; certainly behind in mean regret: {', '.join(told)}" if told else ""
    return text + (f"; {open_} cannot be told from it." if open_ else ".")


def _told_apart(found: Findings, rest: Sequence[int], unit: str, language: str) -> tuple[list[str], str]:
    """The policies that are behind for certain, each with its regret, and those that are not, as a list in words."""
    clear = [p for p in rest if found.mean[p].low > 0.0]
    told = [f"{name_of(found, p, language)} {_size(found.mean[p], unit, language)}" for p in clear[:SHOWN_NAMES]]
    return told, listed([name_of(found, p, language) for p in rest if p not in clear][:SHOWN_NAMES], language)


def _behind(found: Findings) -> list[int]:
    """The other policies, the least regret first."""
    return sorted((p for p in range(len(found.mean)) if p != found.winner), key=lambda p: found.mean[p].mean)


def _worst_scenario(found: Findings, policy: int) -> int:
    return max(range(len(found.by_scenario)), key=lambda s: found.by_scenario[s][policy].mean)


def _size(regret: Regret, unit: str, language: str) -> str:
    size = wording.amount(regret.mean, unit, language)
    if not math.isfinite(regret.high):
        return size
    inside = wording.amount_range(regret.low, regret.high, unit, language)
    return f"{size}（区间 {inside}）" if language == "zh" else f"{size} (interval {inside})"


def _never_best(found: Findings, language: str) -> str:
    """Policies that lead on average in no scenario; said weaker where they may be among the best in some world."""
    if len(found.mean) < 2 or not np.ptp(found.table.values, axis=1).any():
        return ""
    means = found.table.means
    never = [p for p in range(means.shape[1]) if not (means[:, p] >= means.max(axis=1)).any()]
    in_no_world = [p for p in never if found.best[p].count == 0]
    zh = language == "zh"
    parts = []
    if never and len(never) == len(found.mean) - 1 > 1:
        parts.append("其余各方案在任何情景的平均值都不是最好" if zh else "all others lead on average in no scenario")
    elif never:
        names = listed([name_of(found, p, language) for p in never], language)
        parts.append(
            f"{names}在任何情景的平均值都不是最好"
            if zh
            else f"{names} {'lead' if len(never) > 1 else 'leads'} on average in no scenario"
        )
    if in_no_world:
        names, odds = listed([name_of(found, p, language) for p in in_no_world], language), _odds(found.best[in_no_world[0]])
        tail = f"其中{names}在任何一次模拟中都不是最好（可能性{odds[0]}）"
        parts.append(tail if zh else f"{names} in no single run (chance {odds[1]})")
    return ("，".join(parts) + "。" if zh else ", ".join(parts) + ".") if parts else ""


def _worst_case(found: Findings, unit: str, language: str) -> str:
    """The policy whose worst scenario is the least bad, and how bad that is."""
    means = found.table.means
    if len(found.mean) < 2 or len(means) < 2 or not np.ptp(means, axis=1).any():
        return ""
    at = int(means.min(axis=0).argmax())
    s = int(means[:, at].argmin())
    size = wording.amount(float(means[s, at]), unit, language)
    scenario, name = scenario_title(found.table.scenarios[s], language), name_of(found, at, language)
    if language == "zh":
        return f"就最不利的情景而言，{name}的结果最高：“{scenario}”下平均 {size}。"
    return f"Of the worst scenarios, that of {name} is the least bad: {size} on average in “{scenario}”."


def _odds(share: Share) -> tuple[str, str]:
    return wording.chance(share, "zh"), wording.chance(share, "en")


def _suffices(found: Findings, language: str) -> str:
    """Share of the worlds that suffice, all goals and half of each; and the worst case of the leader."""
    whole, half = found.suffices
    if whole is None or half is None:
        return ""
    zh, policies = language == "zh", range(len(found.mean))
    texts = []
    for shares, zh_lead, en_lead in (
        (whole, "全部可判定目标同时达到的比例", "all judged goals reached together"),
        (half, "全部目标都至少完成一半的比例", "all of them by half at least"),
    ):
        by_odds: dict[str, list[str]] = {}
        for p in policies:
            by_odds.setdefault(wording.short_chance(shares[p], language), []).append(name_of(found, p, language))
        every = len(by_odds) == 1 and len(found.mean) > 1
        names = [("各方案均 " if zh else "every policy ") + odds for odds in by_odds] if every else None
        told = names or [f"{listed(members, language)} {odds}" for odds, members in by_odds.items()]
        texts.append(f"{zh_lead}：{'，'.join(told)}" if zh else f"{en_lead}: {', '.join(told)}")
    return ("；".join(texts) + "。") if zh else ("Share of the runs with " + "; ".join(texts) + ".")


# ── What the ranking rests on ────────────────────────────────────────────────────────────────────────────────────────
def _assumed(found: Findings, language: str) -> str:
    effects, zh = found.ranking.effects, language == "zh"
    if not effects:
        if not any(p.settings for p in found.table.policies):
            return ""
        return (
            "这些方案的作用不取决于任何申报的效果参数。"
            if zh
            else "What these policies do rests on no declared size of an effect."
        )
    assumed = [e for e in effects if e.assumed]
    names = [f"“{e.label.in_language(language)}”" for e in assumed]
    few = names[:SHOWN_NAMES]
    if zh:
        shown = "".join(few) + ("等" if len(names) > SHOWN_NAMES else "")
    else:
        shown = ", ".join([*few, "others"]) if len(names) > SHOWN_NAMES else listed(few, "en")
    if not assumed:
        return (
            f"排序所依据的 {len(effects)} 个效果大小都有来源。"
            if zh
            else f"All {len(effects)} sizes of effects on which the ranking rests have a source."
        )
    if zh:
        count = f"排序所依据的 {len(effects)} 个效果大小中，有 {len(assumed)} 个是假设、没有来源（{shown}）"
        return f"{count}，因此它同时也是对假设的排序。"
    return (
        f"Of the {len(effects)} sizes of effects on which the ranking rests, {len(assumed)} are assumed without a source "
        f"({shown}): it ranks assumptions as well."
    )


def _moved(found: Findings, language: str) -> str:
    """Where the lead of the best policy goes when effects are absent or small."""
    order, zh = found.ranking, language == "zh"
    if len(order.order) < 2 or order.tied:
        return ""
    first, second = (name_of(found, p, language) for p in order.order[:2])
    if not order.lead.told_apart:
        text = f"按各情景平均，领先的{first}与{second}本就分不出高下。"
        return text if zh else f"Over all scenarios the leader {first} cannot be told from {second} at all."
    small = _too_small(found, language)
    overtaken, uncertain = order.overtaken(), order.uncertain()
    if not overtaken and not uncertain:
        text = f"各效果抽到大、中、小时，{first}对{second}的领先都保持。"
        en = f"Whether effects are large, middling or small, {first} stays ahead of {second}."
        return (text if zh else en) + small
    parts = []
    if overtaken:
        where = _bands_named(overtaken, language)
        parts.append(f"在{where}的模拟中反被超过" if zh else f"it is overtaken where {where}")
    if uncertain:
        where = _bands_named(uncertain, language)
        parts.append(f"在{where}的模拟中分不出高下" if zh else f"the two cannot be told apart where {where}")
    if zh:
        return f"{first}总体领先{second}，但{'；'.join(parts)}。{small}"
    return f"{first} is ahead of {second} over all runs, but {'; '.join(parts)}.{small}"


def _bands_named(bands: Sequence[InBand], language: str) -> str:
    names = [_band_name(one, language) for one in bands[:SHOWN_NAMES]]
    more = len(bands) - SHOWN_NAMES
    if language == "zh":
        return listed(names, "zh") + (f"等 {len(bands)} 组" if more > 0 else "")
    return ", ".join([*names, f"in {more} more bands"]) if more > 0 else listed(names, "en")


def _too_small(found: Findings, language: str) -> str:
    """Effects absent in too few worlds to judge: said, so that silence is not taken for firmness."""
    bands = found.ranking.too_small()
    if not bands:
        return ""
    if language == "zh":
        return f"另有 {len(bands)} 组模拟太少，无从判断（如{_bands_named(bands[:1], language)}）。"
    return f" {len(bands)} more bands hold too few runs to judge, such as {_bands_named(bands[:1], language)}."


def _band_name(one: InBand, language: str) -> str:
    effect, band = one.effect.label.in_language(language), BANDS[one.band.key].in_language(language)
    mark = ("（假设值）" if language == "zh" else ", assumed,") if one.effect.assumed else ""
    n = one.band.worlds.size
    if language == "zh":
        return f"“{effect}”{mark}{band}（{n} 次）"
    return f"“{effect}”{mark} is {'absent' if one.band.key == 'none' else 'in its ' + band} ({n} runs)"


def _set_elsewhere(found: Findings, language: str) -> str:
    names: Sequence[str] = [e.label.in_language(language) for e in found.ranking.set_by_scenarios]
    if not names:
        return ""
    if language == "zh":
        return f"各情景对下列效果取值不同，未作分组：{listed(names, language)}。"
    return f"Scenarios set these effects differently, so they are not sorted by: {listed(names, language)}."


def _n(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
