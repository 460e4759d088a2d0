"""What anchors and labs brought, in sentences that can be read aloud."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from wutong.experiments.answers.both_accounts import Attribution, Interaction
from wutong.experiments.answers.member_account import account_of, payback_of
from wutong.experiments.answers.support import MUCH, per_support
from wutong.experiments.goals import Difference, mean_difference
from wutong.experiments.wording import amount, amount_range, chance, number, scale_for
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Anchor, Lab
from wutong.model.units import quarter_name, year_of

NOUNS = {"firms": Label("企业", "firms"), "employees": Label("就业", "jobs"), "revenue": Label("年收入", "revenue a year")}
UNITS = {"firms": "firms", "employees": "persons", "revenue": "亿元"}
Ways = Mapping[str, tuple[Label, Label]]  # what is said where there is more thanks to it, and where there is less
WAYS: Ways = {
    "entry": (
        Label("自发落户的企业多 {n} 家", "{n} more settled of their own accord"),
        Label("自发落户的企业少 {n} 家", "{n} fewer settled of their own accord"),
    ),
    "followers": (
        Label("其他龙头的跟随企业多 {n} 家", "other anchors drew {n} more followers"),
        Label("有 {n} 家伙伴没有它也会来", "{n} of its partners would have come anyway"),
    ),
    "spin_offs": (
        Label("别处的衍生企业多 {n} 家", "{n} more spin-offs came from elsewhere"),
        Label("别处的衍生企业少 {n} 家", "{n} fewer spin-offs came from elsewhere"),
    ),
    "anchors": (
        Label("其他龙头多投产 {n} 家", "{n} more other anchors opened"),
        Label("其他龙头少投产 {n} 家", "{n} fewer other anchors opened"),
    ),
    "exits": (Label("少关闭 {n} 家", "{n} fewer closed"), Label("多关闭 {n} 家", "{n} more closed")),
}
FELT: Ways = {
    "local_orders": (
        Label("全园区的本地订单多了", "local orders in the park rose"),
        Label("全园区的本地订单少了", "local orders in the park fell"),
    ),
    "hires_missed": (
        Label("招工更难了", "hiring became harder"),
        Label("招工更容易了", "hiring became easier"),
    ),
    "turned_away": (
        Label("更多企业找不到载体", "more firms found no floor space"),
        Label("更少企业找不到载体", "fewer firms found no floor space"),
    ),
}
PARTS = ("brought", "first", "later", "upstream", "downstream")
NOBODY = Label("按来源记名，没有在营企业归到它名下。", "By name hardly any operating firm goes back to it.")
OF_ANCHOR = Label(
    "按来源记名，归到它名下的有 {brought} 家：跟随落户或直接从它衍生的 {first} 家，再往后衍生的 {later} 家；"
    "其中上游 {upstream} 家，下游 {downstream} 家。",
    "By name {brought} firms go back to it: {first} followed it or were founded from it, {later} came in later rounds; "
    "{upstream} stand upstream, {downstream} downstream.",
)
OF_LAB = Label(
    "按来源记名，从它衍生的有 {brought} 家：直接衍生 {first} 家，再往后 {later} 家。",
    "By name {brought} firms go back to it: {first} founded from it, {later} in later rounds.",
)
CLOSED = Label(
    "它在起点已在营，这里比的是它从下一季起关停；起点以前随它来的企业两边都在，不计入。",
    "It ran at the start, so the comparison closes it a quarter later; what it had drawn by then stands on both sides.",
)
CAVEAT = Label(
    "区间是平均差别的 90% 区间，含零的不下结论。跟随、落园和吸引的强度是设定或推算的数，"
    "每次模拟在其范围内重新抽取，区间已含这种不确定。",
    "Intervals are those of the mean difference; where one holds zero nothing is claimed. How strongly firms follow, settle and "
    "are drawn rests on assumed or estimated numbers, drawn anew from their ranges in every run; the intervals hold that.",
)


def said(found: Sequence[Attribution], interactions: Sequence[Interaction], quarter: int | None) -> Label:
    """A paragraph for each anchor, lab and pair, and what the numbers rest on."""
    parts = [Label(_paragraph(a, quarter, "zh"), _paragraph(a, quarter, "en")) for a in found]
    parts += [Label(_together(i, quarter, "zh"), _together(i, quarter, "en")) for i in interactions]
    if not parts:
        return Label("没有要归因的龙头或实验室。", "There is no anchor or lab to attribute anything to.")
    return Label("\n".join(p.zh for p in (*parts, CAVEAT)), "\n".join(p.en for p in (*parts, CAVEAT)))


def _paragraph(one: Attribution, quarter: int | None, language: str) -> str:
    zh, name, row = language == "zh", one.label.in_language(language), row_of(one.present, quarter)
    if one.n == 0:
        nothing = Label(
            "有它和没有它的模拟没有一对都完成，无从比较。", "no pair of runs with and without it finished: nothing to compare."
        )
        return f"{name}{'：' if zh else ': '}{nothing.in_language(language)}"
    sentences = [_without(one, name, row, language), _by_name(one, row, language), *_others(one, row, language)]
    sentences += [_supported(one, row, language), *_remarks(one, language)]
    return ("" if zh else " ").join(s for s in sentences if s)


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def row_of(history: History, quarter: int | None) -> int:
    """Row of a quarter; the last where it is None or the run does not cover it."""
    row = history.n_quarters if quarter is None else quarter - history.start
    return row if 0 <= row <= history.n_quarters else history.n_quarters


def _when(history: History, row: int, language: str) -> str:
    quarter = history.start + row
    if language == "zh":
        return f"到 {year_of(quarter)} 年底" if quarter % 4 == 3 else f"到 {quarter_name(quarter)} 末"
    return f"at the end of {year_of(quarter) if quarter % 4 == 3 else quarter_name(quarter)}"


def rounded(value: float, unit: str) -> float:
    """A mean as it is read aloud: whole firms from ten on, else to a tenth; two figures of anything else."""
    if unit == "firms":
        step = 1.0 if abs(value) >= 10.0 else 0.1
    else:
        step = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0
    return math.copysign(math.floor(abs(value) / step + 0.5 + 1e-9) * step, value)


def _amount(value: float, unit: str, language: str) -> str:
    return amount(rounded(value, unit), unit, language)


def _interval(mean: Difference, unit: str, language: str, *, signed: bool = False) -> str:
    """The interval of a mean in brackets, its sign that of the words before it, or its own if ``signed``."""
    if not mean.n:
        return "（只有一对模拟，没有区间）" if language == "zh" else " (a single pair of runs, no interval)"
    low, high = (-mean.high, -mean.low) if mean.high < 0.0 and not signed else (mean.low, mean.high)
    between = amount_range(rounded(low, unit), rounded(high, unit), unit, language)
    return f"（90% 区间 {between}）" if language == "zh" else f" (90% interval {between})"


def _changed(values: Floats, quantity: str, language: str, *, unseen: Label, less: bool) -> str:
    """How much more or less of a quantity there is; ``unseen`` where the interval holds zero, ``less`` turns the sign round."""
    noun, unit, mean = NOUNS[quantity].in_language(language), UNITS[quantity], mean_difference(values)
    within = _interval(mean, unit, language)
    if mean.n and not mean.told_apart:
        return f"{unseen.in_language(language).format(noun=noun)}{within}"
    size = float(values.mean())
    more = (size > 0.0) != less
    top = max(abs(mean.low), abs(mean.high)) if mean.n else abs(size)  # one unit for the mean and its interval
    if language == "zh":
        return f"{noun}{'多' if more else '少'} {amount(rounded(abs(size), unit), unit, language, like=top)}{within}"
    scale = scale_for(unit, top, language)
    figure = number(rounded(abs(size), unit) * scale.factor)
    named = {"firms": "", "persons": scale.name.removesuffix("people").strip()}.get(unit, scale.name)
    word = "more" if more else "less" if quantity == "revenue" else "fewer"
    return " ".join(w for w in (figure, named, word, noun) if w) + within


# ── The two accounts ─────────────────────────────────────────────────────────────────────────────────────────────────
def _without(one: Attribution, name: str, row: int, language: str) -> str:
    unseen = Label("{noun}看不出差别", "no clear difference in {noun}")
    parts = [
        _changed(a.difference[row], quantity, language, unseen=unseen, less=True)
        for quantity, a in one.accounts.items()
        if a.difference is not None
    ]
    if not parts:
        zh, en = "没有运行“没有它”的模拟，只有按来源的账。", "worlds without it were not run; there is only the account by name."
        return f"{name}：{zh}" if language == "zh" else f"{name}: {en}"
    at = _when(one.present, row, language)
    if language == "zh":
        return f"没有{name}，{at}，全园区平均：{'；'.join(parts)}。"
    return f"Without {name} the park would have, {at} and on average: {'; '.join(parts)}."


def _by_name(one: Attribution, row: int, language: str) -> str:
    firms, zh = one.accounts["firms"], language == "zh"
    n = {key: number(rounded(float(getattr(firms, key)[row].mean()), "firms")) for key in PARTS}
    text = NOBODY if n["brought"] == "0" else OF_ANCHOR if isinstance(one.member, Anchor) else OF_LAB
    said_first = text.in_language(language).format(**n)
    jobs, money = (_amount(float(one.accounts[q].lineage[row].mean()), UNITS[q], language) for q in ("employees", "revenue"))
    have = f"平均就业 {jobs}、年收入 {money}。" if zh else f"{jobs} in work and revenue of {money} a year on average."
    if isinstance(one.member, Lab):
        if n["brought"] == "0":
            return said_first
        return f"{said_first}它们{have}" if zh else f"{said_first} They have {have}"
    share = f"{100 * firms.own[row].mean():.0f}%"
    alone = n["brought"] == "0"
    if zh:
        return f"{said_first}它自身在 {share} 的模拟中在营；{'' if alone else '连同名下企业，'}{have}"
    return f"{said_first} It operates itself in {share} of the runs; {'it has' if alone else 'together they have'} {have}"


def _others(one: Attribution, row: int, language: str) -> list[str]:
    """How all other firms changed, and by which ways: the difference between the two accounts."""
    unseen = Label("{noun}看不出变化", "no clear change in {noun}")
    out: list[str] = []
    for quantity, ways, series in (("firms", WAYS, one.channels), ("employees", FELT, one.signals)):
        others = one.accounts[quantity].others
        if others is None or one.n < 2:
            continue
        text = _changed(others[row], quantity, language, unseen=unseen, less=False)
        why = _clear({key: series[key][row] for key in ways}, ways, language)
        clear = mean_difference(others[row]).told_apart
        if language == "zh":
            lead = "两种算法之差是它对名下以外企业的影响：" if not out else "这些企业的"
            link = ("，其中" if ways is WAYS else "，同时") if clear else "，不过"
            out.append(f"{lead}{text}{link if why else ''}{'，'.join(why)}。")
        else:
            lead = "The difference is its effect on all others: " if not out else "Among them: "
            link = "; " if clear else ", though "
            out.append(f"{lead}{text}{link if why else ''}{', '.join(why)}.")
    return out


def _clear(values: Mapping[str, Floats], ways: Ways, language: str) -> list[str]:
    """The changes whose interval leaves zero out and that are worth a word, the greatest first, three at most."""
    means = {key: mean_difference(series) for key, series in values.items()}
    apart = [key for key, m in means.items() if m.told_apart and (ways is FELT or abs(m.mean) >= 0.1)]
    apart = sorted(apart, key=lambda key: -abs(means[key].mean))[:3] if ways is WAYS else apart
    texts = [ways[key][0 if means[key].mean > 0 else 1].in_language(language) for key in apart]
    return [text.format(n=number(rounded(abs(means[key].mean), "firms"))) for key, text in zip(apart, texts, strict=True)]


# ── Support, remarks, pairs ──────────────────────────────────────────────────────────────────────────────────────────
def _supported(one: Attribution, row: int, language: str) -> str:
    jobs = one.accounts["employees"].lineage
    ratio = per_support(jobs[row] - jobs[0], one.support[row])
    if ratio is None:
        return ""
    zh, paid = language == "zh", _amount(ratio.support, "亿元", language)
    text = (
        f"到此时政策直接付给它和名下企业平均 {paid}"
        if zh
        else f"By then the policy paid {paid} on average to it and to firms that go back to it"
    )
    if ratio.support < MUCH:
        return (
            f"{text}，金额太小，不折算成每亿元的效果。" if zh else f"{text}, too little to state an effect for a unit of money."
        )
    value, low, high = (number(rounded(v, "persons")) for v in (ratio.value, ratio.low, ratio.high))
    if zh:
        return f"{text}，每亿元对应新增 {value} 个名下岗位（90% 区间 {low} 至 {high}）。{_purse(one, row, language)}"
    purse = _purse(one, row, language)
    return f"{text}: {value} jobs more by name for every 100 million CNY (90% interval {low} to {high}). {purse}"


def _purse(one: Attribution, row: int, language: str) -> str:
    """Whether tax by name has paid the support back, and how much of it could be claimed back."""
    account = account_of(one)
    back, balance, claim = payback_of(one, account), mean_difference(account.summed[row]), account.clawback[row]
    size = _amount(balance.mean if balance.n else float(account.summed[row].mean()), "亿元", language)
    odds = "" if back is None else chance(back.share, language)
    inside = _interval(balance, "亿元", language, signed=True)
    idle, claimed = int((claim > 0.0).sum()), _amount(float(claim.mean()), "亿元", language)
    if language == "zh":
        text = f"名下企业新增的地方留成税收减去扶持，累计平均 {size}{inside}，模拟期末已收回的可能性{odds}。"
        return text + (f"有 {idle}/{one.n} 次模拟里它当时不在营，已付给它的平均 {claimed}可以追回。" if idle else "")
    text = f"Local tax gained by name less support sums to {size}{inside}; paid back by the end of the run: {odds}."
    idly = f" In {idle} of {one.n} runs it does not operate then: {claimed} on average, paid to it, could be claimed back."
    return text + (idly if idle else "")


def _remarks(one: Attribution, language: str) -> list[str]:
    out = [CLOSED.in_language(language)] if one.ran_already and one.signals else []
    if one.n_unpaired:
        zh, en = f"另有 {one.n_unpaired} 次模拟没有配对，未计入。", f"{one.n_unpaired} runs had no partner and are left out."
        out.append(zh if language == "zh" else en)
    return out


def _together(pair: Interaction, quarter: int | None, language: str) -> str:
    zh, row = language == "zh", row_of(pair.present, quarter)
    one, other = (member.label.in_language(language) for member in (pair.one, pair.other))
    if not pair.present.cases:
        return f"{one}与{other}：没有成组完成的模拟。" if zh else f"{one} and {other}: no set of runs finished."
    unseen = Label("", "")
    parts = [
        _changed(values[row], quantity, language, unseen=unseen, less=False)
        for quantity, values in pair.values.items()
        if values.shape[1] < 2 or mean_difference(values[row]).told_apart
    ]
    if not parts:
        return (
            f"{one}与{other}之间看不出相互影响。" if zh else f"{one} and {other} show no clear effect on what each other brings."
        )
    return f"有{other}在，{one}带来的{'；'.join(parts)}。" if zh else f"With {other} there, {one} brings {'; '.join(parts)}."
