"""Costs and benefits in a few sentences, for reading aloud; every number stands in the table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from wutong.experiments import intervals as of
from wutong.experiments import wording
from wutong.experiments.answers.benefit_ratios import Finding, PerUnit, anyway_share, costs_per_unit, ends_early, payback
from wutong.experiments.answers.comparison_words import caution, name, names, opening, ties
from wutong.experiments.answers.line_up import LineUp
from wutong.experiments.answers.money import RATE, present_value
from wutong.model.facts import Floats, Label
from wutong.model.levers import LEVERS

SAID = {
    Finding.CANNOT_BE_TOLD: Label(
        "的就业差别可能为零，每个岗位的成本说不清", ": jobs may not differ at all, so the cost of a job cannot be told"
    ),
    Finding.LOSES: Label("花了钱而岗位减少", " costs money and reduces jobs"),
    Finding.SAVES: Label("比基准少花钱", " costs less than the baseline"),
    Finding.FREE: Label("没有新增成本", " costs nothing more"),
}
FEW = 2  # policies whose numbers are read aloud one by one
PER_JOB = {"zh": (1e4, "万元"), "en": (1e5, "thousand CNY")}  # of 亿元: one unit for all, so that they can be compared by ear


def words(lined: LineUp) -> Label:
    """What a job costs under each policy, whether the budget gets its money back, and what makes a policy look too cheap."""
    return Label(*(_joined(lined, language) for language in ("zh", "en")))


def _joined(lined: LineUp, language: str) -> str:
    zh = language == "zh"
    if not lined.opponents:
        return "只有一个方案，没有可比较的对象。" if zh else "There is only one policy, and nothing to compare it with."
    parts = [opening(lined, language)]
    if any(o.n_pairs >= 2 for o in lined.opponents):
        parts += [_jobs(lined, language), _balance(lined, language), _anyway(lined, language)]
    parts += [ties(lined, language), _too_cheap(lined, language), caution(lined, language)]
    return ("" if zh else " ").join(p for p in parts if p)


# ── Cost of a job ────────────────────────────────────────────────────────────────────────────────────────────────────
def _jobs(lined: LineUp, language: str) -> str:
    """Cost per extra job: the cheapest and the dearest policy of which it can be told, and those of which it cannot."""
    zh, found = language == "zh", _per_job(lined)
    told = sorted((i for i, r in found.items() if r.finding is Finding.TOLD), key=lambda i: found[i].most.value or 0.0)
    costs = [f"{name(lined, i, language)} {ratio_text(found[i], language)}" for i in told]
    if len(costs) > 2:
        costs = [("最低的是" if zh else "least under ") + costs[0], ("最高的是" if zh else "most under ") + costs[-1]]
    parts = []
    if costs:
        end = lined.base.quarters[-1]
        lead = f"到 {end}，每增加一个岗位的累计政策成本：" if zh else f"Up to {end}, each extra job has cost: "
        parts.append(lead + ("，" if zh else ", ").join(costs))
    for finding, says in SAID.items():
        if group := [i for i, r in found.items() if r.finding is finding]:
            parts.append(names(lined, group, language) + says.in_language(language))
    return ("；" if zh else "; ").join(parts) + ("。" if zh else ".") if parts else ""


def _per_job(lined: LineUp) -> dict[int, PerUnit]:
    ratios = (costs_per_unit(lined, o) for o in lined.opponents)
    return {i: next(r for r in found if r.key == "cost_per_employees") for i, found in enumerate(ratios, 1)}


def ratio_text(ratio: PerUnit, language: str) -> str:
    """A cost per job with its 90 % interval."""
    value, low, high = ratio.most.value, ratio.most.low, ratio.most.high
    if value is None or low is None or high is None:
        return "说不清" if language == "zh" else "cannot be told"
    factor, unit = PER_JOB[language]
    cost, least, most = (wording.number(v * factor) for v in (value, low, high))
    return f"{cost} {unit}（{least} 至 {most} {unit}）" if language == "zh" else f"{cost} {unit} ({least} to {most} {unit})"


# ── The budget ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _balance(lined: LineUp, language: str) -> str:
    """Present value of the net fiscal balance: which policies bring more than they cost, which less, which cannot be told."""
    zh, verbs = language == "zh", {1: ("为正", "positive"), -1: ("为负", "negative"), 0: ("看不出正负", "not told from zero")}
    before = present_value(lined.base.total("net_balance"))
    worth = [o.difference(before, present_value(o.history.total("net_balance"))) for o in lined.opponents]
    groups: dict[int, list[int]] = {1: [], -1: [], 0: []}
    for i, difference in enumerate(worth, 1):
        if difference.size >= 2 and difference.any():
            inside = of.mean_interval(difference)
            groups[int(inside.low > 0.0) - int(inside.high < 0.0)].append(i)
    told = [
        f"{verbs[sign][0]}的有{said}" if zh else f"{verbs[sign][1]} under {said}"
        for sign, group in groups.items()
        if (said := _worth_of(lined, group, worth, language))
    ]
    if not told:
        return ""
    end = lined.base.quarters[-1]
    if zh:
        return f"与基准相比，到 {end} 为止的财政净额（地方留成税收减政策成本，按 {RATE:.0%} 折现）{'；'.join(told)}。"
    return f"Local tax less the cost of policy up to {end}, at {RATE:.0%} a year against the baseline, is {'; '.join(told)}."


def _worth_of(lined: LineUp, group: Sequence[int], worth: Sequence[Floats], language: str) -> str:
    """Each of a few policies with its value; of more of them their names and the range of their values."""
    zh = language == "zh"
    if len(group) <= FEW:
        return ("、" if zh else ", ").join(_worth(lined, i, worth[i - 1], language) for i in group)
    means = [float(worth[i - 1].mean()) for i in group]
    inside = wording.amount_range(min(means), max(means), "亿元", language)
    return names(lined, group, language) + (f"（平均 {inside}）" if zh else f" (means {inside})")


def _worth(lined: LineUp, position: int, difference: Floats, language: str) -> str:
    """A policy with the present value of its balance; where it is not below zero, with the chance of being paid back."""
    opponent, zh = lined.opponents[position - 1], language == "zh"
    inside = of.mean_interval(difference)
    low, high = float(inside.low), float(inside.high)
    size = wording.amount(float(difference.mean()), "亿元", language, like=max(abs(low), abs(high)))
    ends = wording.amount_range(low, high, "亿元", language)
    text = f"{name(lined, position, language)} {size}" + (f"（{ends}）" if zh else f" ({ends})")
    found = payback(lined.base, opponent.difference(lined.base.total("net_balance"), opponent.history.total("net_balance")))
    if found is None or high < 0.0:
        return text
    odds = wording.chance(found.share, language)
    return f"{text}，收回的可能性{odds}" if zh else f"{text}, paid back in {odds} of runs"


# ── What must be said beside it ──────────────────────────────────────────────────────────────────────────────────────
def _anyway(lined: LineUp, language: str) -> str:
    """Share of the paid entrants that would have come without the policy."""
    zh, found = language == "zh", [anyway_share(lined, o).most for o in lined.opponents]
    shares = {
        i: (r.value, r.low, r.high)
        for i, r in enumerate(found, 1)
        if r.value is not None and r.low is not None and r.high is not None
    }
    if not shares:
        return ""
    if len(shares) > FEW:
        values = [value for value, _, _ in shares.values()]
        who, spread = names(lined, list(shares), language), f"{min(values):.0%}{' 至 ' if zh else ' to '}{max(values):.0%}"
        told = f"{spread}（{who}）" if zh else f"{spread} ({who})"
    else:
        told = ("、" if zh else ", ").join(f"{name(lined, i, language)} {_share_text(*s, language)}" for i, s in shares.items())
    if zh:
        return f"领取扶持的新进企业中，没有政策也会来的约占：{told}。"
    return f"Of the entrants that are paid, these shares would have come anyway: {told}."


def _share_text(value: float, low: float, high: float, language: str) -> str:
    inside = f"{math.floor(low * 100)}{wording.DASH}{math.ceil(high * 100)}%"
    return f"{value:.0%}（{inside}）" if language == "zh" else f"{value:.0%} ({inside})"


def _too_cheap(lined: LineUp, language: str) -> str:
    """Policies whose promises outlast their setting: the accounts stop, the firms stay."""
    zh, end = language == "zh", lined.base.start + lined.base.n_quarters
    early = {i: ends_early(h.cases[0].policy, end) for i, h in enumerate(lined.histories)}
    found = [i for i, levers in early.items() if levers]
    if not found:
        return ""
    levers = dict.fromkeys(LEVERS[key].label.in_language(language) for i in found for key in early[i])
    if zh:
        return (
            f"注意：{names(lined, found, 'zh')}的{'、'.join(levers)}在模拟期内提前结束，此后应付而未付的部分没有计入成本，"
            "企业却留了下来，因此看上去比实际便宜。"
        )
    listed = ", ".join(wording.lower_first(label) for label in levers)
    return (
        f"Mind that under {names(lined, found, 'en')} the {listed} ends within the run: what is still owed to those who came is "
        "not charged, though they stay, so it looks cheaper than it is."
    )
