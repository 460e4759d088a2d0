"""The sentences on what is missing for a goal: the gap by part, people and floor space."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.experiments import wording
from wutong.experiments.goals import Difference
from wutong.model.units import year_of


def gap_sentence(name: tuple[str, str], by: int, means: Mapping[str, Difference], parts: Mapping[str, str], language: str) -> str:
    """The mean gap in revenue by part, the largest first, and the revenue per head that would be needed.

    Parameters
    ----------
    name : scope and policy, in words
    parts : names of the parts; none where the goal states nothing but revenue
    """
    if "gap" not in means:
        return ""
    gap, year, zh, (scope, policy) = means["gap"], year_of(by), language == "zh", name
    if gap.mean <= 0.0:
        if zh:
            return f"{scope}：按“{policy}”，到 {year} 年收入平均已不低于目标。"
        return f"{scope}: under “{policy}” mean revenue is not below the goal by {year}."
    size = wording.amount(gap.mean, "亿元", language)
    order = sorted(parts, key=lambda key: -means[key].mean)
    if not parts:
        zh_whole = "全部折合为缺少的同类企业（目标未另定企业数和人数）"
        told = [zh_whole if zh else "all of it counted as firms like those there (no goal states firms or people)"]
    else:
        told = [_part(parts[key], means[key], gap, language) for key in order if abs(means[key].mean) >= 0.005 * gap.mean]
    needed, there = (wording.amount(means[k].mean, "亿元/year", language, like=means[_PER_HEAD[1]].mean) for k in _PER_HEAD)
    if zh:
        of_it = ("其中" if parts else "") + "、".join(told)
        return (
            f"{scope}：按“{policy}”，到 {year} 年收入平均差 {size}{_inside(gap, '亿元', language)}，{of_it}；"
            f"以实有人数要达标，人均营收须平均达 {needed}，模拟中为 {there}。"
        )
    return (
        f"{scope}: under “{policy}” revenue falls short by {size} on average in {year}{_inside(gap, '亿元', language)}: "
        f"{', '.join(told)}; with the people there are, revenue per head would have to average {needed} against {there}."
    )


_PER_HEAD = ("revenue_per_head_needed", "revenue_per_head_there")


def whole_percent(share: float) -> str:
    return f"{share * 100:,.0f}%".replace("-", wording.MINUS)


def _part(name: str, part: Difference, gap: Difference, language: str) -> str:
    share = whole_percent(part.mean / gap.mean)
    if part.mean < 0.0:
        share = share.lstrip(wording.MINUS)
        return f"{name}一项反为富余（抵去 {share}）" if language == "zh" else f"{name} more than enough (takes off {share})"
    return f"{name}占 {share}" if language == "zh" else f"{name} {share}"


def _inside(d: Difference, unit: str, language: str) -> str:
    if d.n < 2:
        return "（仅一次模拟，无区间）" if language == "zh" else " (a single run, no interval)"
    inside = wording.amount_range(d.low, d.high, unit, language)
    return f"（平均值的 90% 区间 {inside}）" if language == "zh" else f" (90% interval of the mean {inside})"


def people_sentence(scope: str, means: Mapping[str, Difference], language: str) -> str:
    """People to be added a year against those added, and those whom the whole park can find."""
    if "people_needed" not in means:
        return ""
    needed, added, found = (means[k].mean for k in ("people_needed", "people_added", "people_available"))
    if needed <= 0.0:
        return ""
    size = {k: wording.amount(v, "persons", language) for k, v in zip("nac", (needed, added, found), strict=True)}
    part = whole_percent(needed / found) if found > 0.0 else wording.DASH
    if language == "zh":
        return (
            f"人员：{scope}要达标须每年净增 {size['n']}，模拟中平均净增 {size['a']}；"
            f"全园区全部产业每年可招 {size['c']}，仅此一项就要占去 {part}。"
        )
    return (
        f"People: the goal needs {size['n']} more a year, the runs add {size['a']}; all industries of the park together "
        f"find {size['c']} a year, of which this alone would take {part}."
    )


def floor_sentence(means: Mapping[str, Difference], language: str) -> str:
    """Floor space for the people still missing against what is free."""
    if "floor_needed" not in means or means["floor_needed"].mean <= 0.0:
        return ""
    needed, free = means["floor_needed"].mean, means["floor_free"].mean
    size = wording.amount(needed, "m2", language), wording.amount(free, "m2", language)
    found = means["floor_free"], means["floor_needed"]
    verdict = _compared(*found)
    if language == "zh":
        return f"载体：尚缺人员约需 {size[0]}，相关片区空置 {size[1]}，{verdict[0]}。"
    return f"Floor space: the missing people need {size[0]}, {size[1]} is free: {verdict[1]}."


def _compared(free: Difference, needed: Difference) -> tuple[str, str]:
    """Whether what is free is enough on average, in both languages; no more than the two intervals say."""
    if free.low >= needed.high:
        return "够用", "enough"
    if free.high < needed.low:
        return "不够", "not enough"
    return "是否够用说不准", "too close to tell"
