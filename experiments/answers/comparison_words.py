"""The comparison of policies in a few sentences, for reading aloud; every number stands in its table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wutong.experiments import intervals as of
from wutong.experiments import wording
from wutong.experiments.answers.evidence import assumed_levers
from wutong.experiments.answers.line_up import LineUp
from wutong.experiments.answers.series import goal_values, main_targets
from wutong.experiments.answers.standings import Standing, standing
from wutong.experiments.answers.verdicts import State, Verdict
from wutong.experiments.goals import Difference, wilson
from wutong.experiments.outcomes import signed_text
from wutong.model.facts import Floats, Label
from wutong.model.scenario import Target

MOST = 4  # goals that are spoken of; the others stand in the table
FAR = 10_000  # replications that nobody will run


def words(lined: LineUp) -> Label:
    """Who leads on which goal, by how much and how surely, what cannot be separated, and what rests on assumptions."""
    targets = main_targets(lined.base)
    return Label(*(_joined(lined, targets, language) for language in ("zh", "en")))


def separation_words(lined: LineUp, target: Target) -> Label:
    """The same for one goal alone."""
    return Label(*(_joined(lined, (target,), language) for language in ("zh", "en")))


def _joined(lined: LineUp, targets: Sequence[Target], language: str) -> str:
    zh = language == "zh"
    if not lined.opponents:
        return "只有一个方案，没有可比较的对象。" if zh else "There is only one policy, and nothing to compare it with."
    parts = [opening(lined, language)]
    if any(o.n_pairs >= 2 for o in lined.opponents):
        stop, standings = "。" if zh else ".", [standing(lined, t) for t in targets[:MOST]]
        parts += [f"{told}{stop}" for told in _by_leader(lined, standings, language)]
        if len(targets) > MOST:
            parts.append(
                f"其余 {len(targets) - MOST} 个目标见表。" if zh else f"For {len(targets) - MOST} more goals see the table."
            )
        parts.append(saved(lined, standings, language))
    parts += [ties(lined, language), caution(lined, language)]
    return ("" if zh else " ").join(p for p in parts if p)


def opening(lined: LineUp, language: str) -> str:
    """What was compared with what, in how many pairs, and how many runs found no partner."""
    zh, scenario = language == "zh", lined.base.cases[0].scenario
    title = scenario.title.in_language(language) or scenario.name
    base, counts = name(lined, 0, language), sorted({o.n_pairs for o in lined.opponents})
    n = wording.DASH.join(str(c) for c in dict.fromkeys((counts[0], counts[-1])))
    left, k = sum(o.unpaired for o in lined.opponents), len(lined.opponents)
    short = [i for i, o in enumerate(lined.opponents, 1) if o.n_pairs < 2]
    if zh:
        out = f"另有 {left} 次运行因缺少配对而剔除。" if left else ""
        none = f"{names(lined, short, 'zh')}与基准可配对的运行不足两次，无法比较。" if short else ""
        counted = f"{k} 个方案用相同的随机数逐次配对比较（{n} 对，括号内为各自平均差的 90% 区间）"
        return f"在“{title}”中，以{base}为基准，{counted}。{out}{none}"
    count = "one policy is" if k == 1 else f"{k} policies are"
    out = f" {left} runs without a partner are left out." if left else ""
    none = f" {names(lined, short, 'en')}: fewer than two pairs, so nothing can be said." if short else ""
    return (
        f"In scenario “{title}”, {count} compared with {base} run by run on the same draws "
        f"({n} pairs; in brackets the 90% interval of each mean difference by itself).{out}{none}"
    )


def name(lined: LineUp, position: int, language: str) -> str:
    """Title of a policy in quotation marks."""
    return f"“{wording.policy_name(lined.histories[position], language, with_scenario=False)}”"


def names(lined: LineUp, positions: Sequence[int], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(name(lined, i, language) for i in positions)


# ── One goal ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def about(target: Target, language: str) -> str:
    """What a goal measures, with its date unless its name says it."""
    label = target.label.in_language(language)
    if wording.says_when(target, language):
        return label
    when = wording.short_date(target, language)
    return f"{label}（{when}）" if language == "zh" else f"{label} ({when})"


def _by_leader(lined: LineUp, standings: Sequence[Standing], language: str) -> list[str]:
    """One sentence a leading policy, with all the goals on which it leads, and one for the goals on which nobody does."""
    zh, mark = language == "zh", "；" if language == "zh" else "; "
    told = []
    for leader in dict.fromkeys(s.leader for s in standings):
        own = [s for s in standings if s.leader == leader]
        if leader is None:
            goals = (f"{about(s.target, language)}{'：' if zh else ': '}{_nobody(lined, s, language)}" for s in own)
            told.append(mark.join(goals))
            continue
        goals = (_lead(lined, s, language) for s in own)
        alone = len(lined.opponents) == 1
        verb = ("好于基准" if alone else "领先") if zh else ("is better than the baseline on" if alone else "leads on")
        colon = "：" if zh else " "
        told.append(f"{name(lined, leader, language)}{'' if zh else ' '}{verb}{colon}{mark.join(goals)}")
    return told


def _lead(lined: LineUp, s: Standing, language: str) -> str:
    """By how much and how surely the leader is better on one goal, and who cannot be told from it."""
    zh, difference = language == "zh", s.difference(s.leader or 0)
    size = size_text(difference, s.series.unit, language)
    share = wilson(int((difference > 0.0).sum()), difference.size)
    odds = wording.chance(share, language) + wording.counted(share.n, lined.opponents[(s.leader or 1) - 1].n_pairs, language)
    rivals = _rivals(lined, s.rivals, language)
    best = _best(lined, s, language)
    if zh:
        text = f"{about(s.target, 'zh')}平均多 {size}，好于基准的可能性{odds}{best}"
        return text + (f"，平均值与{rivals}分不开" if rivals else "")
    text = f"{about(s.target, 'en')}, by {size} on average, better than the baseline in {odds} of runs{best}"
    return text + (f", its mean not told apart from that of {rivals}" if rivals else "")


def _best(lined: LineUp, s: Standing, language: str) -> str:
    """In how many worlds the leader by the mean is the best of all, and who is so more often, if another is."""
    if len(lined.opponents) == 1 or not s.best:
        return ""
    zh, often, leader = language == "zh", int(np.argmax(s.best)), s.leader or 0
    own, most = (best_text(s.best[i], s.common, language) for i in (leader, often))
    if often == leader or s.best[often] <= s.best[leader]:
        return f"，在 {own}的运行中为各方案最好" if zh else f", best of all in {own}"
    who = name(lined, often, language)
    if zh:
        return f"，但只在 {own}的运行中为各方案最好，更常居首的是{who}，{most}"
    return f", but best of all in only {own}, less often than {who}, {most}"


def best_text(value: float, n: int, language: str) -> str:
    """A share of n worlds with its 90 % interval, rounded outwards."""
    inside = of.share_interval(np.array(value), n)
    low, high = math.floor(float(inside.low) * 100 + 1e-9), math.ceil(float(inside.high) * 100 - 1e-9)
    if language == "zh":
        return f"{value:.0%}（{low}{wording.DASH}{high}%）"
    return f"{value:.0%} ({low}{wording.DASH}{high}%)"


def _nobody(lined: LineUp, s: Standing, language: str) -> str:
    """What is said where no policy is told to be better than the baseline."""
    zh, several = language == "zh", len(lined.opponents) > 1
    if s.differences and not any(d.size for d in s.differences):
        return "比值没有数值，无从比较" if zh else "undefined and not compared, as there is nothing to divide by"
    if s.differences and not any(d.any() for d in s.differences):
        n, n_pairs = min(d.size for d in s.differences), min(o.n_pairs for o in lined.opponents)
        same = "每一次运行都与基准完全相同" if zh else "exactly as under the baseline in every run"
        return same + wording.counted(n, n_pairs, language)
    told = ("没有方案明显好于基准" if zh else "no policy is clearly better than the baseline") if several else ""
    worse = [_worse(lined, s, i, language) for i in s.worse]
    undecided = _rivals(lined, s.open, language)
    parts = [told, *worse]
    if undecided:
        parts.append(f"{undecided}与基准分不开" if zh else f"{undecided} cannot be told from the baseline")
    return ("，" if zh else ", ").join(p for p in parts if p)


def _worse(lined: LineUp, s: Standing, position: int, language: str) -> str:
    size, who = size_text(s.difference(position), s.series.unit, language), name(lined, position, language)
    return f"{who}平均少 {size}" if language == "zh" else f"{who} brings {size} less on average"


def _rivals(lined: LineUp, rivals: Sequence[tuple[int, Verdict]], language: str) -> str:
    """Policies that cannot be told apart from another, and how many more replications it would take."""
    zh = language == "zh"
    texts = [f"{name(lined, i, language)}{more_text(v, language)}" for i, v in rivals]
    return ("、" if zh else ", ").join(texts)


def more_text(verdict: Verdict, language: str) -> str:
    """How many more replications would separate two policies, in brackets; rounded, since it is a rough number."""
    zh = language == "zh"
    if verdict.state is State.TIE:
        return "（数值完全相同）" if zh else " (exactly equal)"
    more = verdict.more
    if more is None or more > FAR:
        return "（再做上万次也难分开）" if zh else " (not even ten thousand more runs would tell)"
    so_many = f"{rounded_up(more):,}"
    if zh:
        return f"（每个方案再做约 {so_many} 次，有八成把握分开）"
    return f" (about {so_many} more runs of each would tell, four times in five)"


def rounded_up(count: int) -> int:
    """A count to one digit above 10, two above 1,000, never rounded down."""
    step = 10 ** max(len(str(count)) - (2 if count > 1000 else 1), 0) if count > 10 else 1
    return -(-count // step) * step


def size_text(difference: Floats, unit: str, language: str) -> str:
    """The size of a mean difference with its 90 % interval, turned so that the mean is positive."""
    inside = of.mean_interval(difference)
    found = Difference(float(difference.mean()), float(inside.low), float(inside.high), difference.size)
    return signed_text(found, unit, language)


# ── What else must be said ───────────────────────────────────────────────────────────────────────────────────────────
def ties(lined: LineUp, language: str) -> str:
    """Policies that are exactly equal in everything."""
    zh = language == "zh"
    told = [f"{name(lined, i, language)}{'与' if zh else ' and '}{name(lined, j, language)}" for i, j in lined.same]
    if not told:
        return ""
    if zh:
        return f"{'；'.join(told)}在每一次运行、每一项指标上完全相同，是并列，不是差别不大。"
    return f"{'; '.join(told)} are exactly equal in every run and every measure: a tie, not a small difference."


def saved(lined: LineUp, standings: Sequence[Standing], language: str) -> str:
    """How many more runs it would take without shared draws, for the leaders that were named; the least of them."""
    gains = []
    for s in (s for s in standings if s.leader is not None):
        opponent = lined.opponents[(s.leader or 0) - 1]
        before, after = goal_values(lined.base, s.target), goal_values(opponent.history, s.target)
        gains.append(float(of.pairing_gains(before[opponent.here], after[opponent.there])))
    least = min((g for g in gains if g >= 2.0), default=0.0)
    if not least or least > min(gains):
        return ""
    factor = wording.number(math.floor(least) if least < 100 else math.floor(least / 100) * 100)
    if language == "zh":
        return f"由于共用随机数，同样的精度少用了许多运行：不配对至少要 {factor} 倍。"
    return f"Shared draws saved runs: without pairing, the same precision on these would take at least {factor} times as many."


def caution(lined: LineUp, language: str) -> str:
    """Which levers among the policies have effects of assumed size: a ranking of them ranks assumptions."""
    zh = language == "zh"
    levers = assumed_levers([h.cases[0].policy for h in lined.histories])
    if not levers:
        return ""
    listed = ("、" if zh else ", ").join(lever.label.in_language(language) for lever in levers)
    listed = listed if zh else listed.lower()
    if zh:
        unknown = "的效果大小至少有一部分没有可核对的研究依据，只在设定的区间内（含“无效果”）抽样"
        return f"这一比较也取决于假设：{listed}{unknown}。"
    unknown = (
        "the size of some effect comes from no study that could be checked and is drawn from a range that includes no effect"
    )
    return f"This rests on assumptions as well: for {listed}, {unknown}."
