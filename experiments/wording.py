"""Numbers, chances, dates and scopes in words, in Chinese and English: one voice for tables, pictures and answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments.goals import Attainment, Share
from wutong.model.facts import Label
from wutong.model.history import Axis, History, Kind, MeasureFact
from wutong.model.scenario import RECRUITED, Basis, Park, Target
from wutong.model.units import quarter_name, year_of

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
RECRUITED_LABEL = Label("新招龙头（合计）", "Recruited anchors together")


@dataclass(frozen=True)
class Scale:
    """How magnitudes from ``at_least`` upwards are written: times ``factor``, followed by ``name``."""

    at_least: float
    factor: float
    name: str


SCALES: dict[str, dict[str, tuple[Scale, ...]]] = {
    "zh": {
        "亿元": (Scale(0.1, 1.0, "亿元"), Scale(0.0, 1e4, "万元")),
        "persons": (Scale(1e4, 1e-4, "万人"), Scale(0.0, 1.0, "人")),
        "m2": (Scale(1e4, 1e-4, "万平方米"), Scale(0.0, 1.0, "平方米")),
        "mu": (Scale(1e4, 1e-4, "万亩"), Scale(0.0, 1.0, "亩")),
        "share": (Scale(0.0, 100.0, "%"),),
        "firms": (Scale(0.0, 1.0, "家"),),
        "projects": (Scale(0.0, 1.0, "个"),),
        "anchors": (Scale(0.0, 1.0, "个"),),
        "labs": (Scale(0.0, 1.0, "个"),),
        "count": (Scale(0.0, 1.0, "个"),),
        "year": (Scale(0.0, 1.0, "年"),),
        "1": (Scale(0.0, 1.0, ""),),
    },
    "en": {
        "亿元": (Scale(10.0, 0.1, "billion CNY"), Scale(0.0, 100.0, "million CNY")),
        "persons": (Scale(1e4, 1e-3, "thousand people"), Scale(0.0, 1.0, "people")),
        "m2": (Scale(1e4, 1e-3, "thousand m²"), Scale(0.0, 1.0, "m²")),
        "share": (Scale(0.0, 100.0, "%"),),
        "count": (Scale(0.0, 1.0, ""),),
        "year": (Scale(0.0, 1.0, "years"),),
        "1": (Scale(0.0, 1.0, ""),),
    },
}
PERIODS = {"year": Label("年", "year"), "quarter": Label("季", "quarter")}
SYNONYMS = {"people": "persons", "heads": "persons", "人": "persons", "家": "firms", "firm": "firms", "m²": "m2", "%": "share"}


def scale_for(unit: str, magnitude: float, language: str) -> Scale:
    """How values about as large as ``magnitude`` are written; a unit that is not known keeps its name."""
    stem, _, period = unit.partition("/")
    stem = SYNONYMS.get(stem, stem)
    known = SCALES[language].get(stem, (Scale(0.0, 1.0, stem),))
    found = next((s for s in known if abs(magnitude) >= s.at_least), known[-1])
    if not period:
        return found
    name = PERIODS[period].in_language(language) if period in PERIODS else period
    return Scale(found.at_least, found.factor, f"{found.name}/{name}" if found.name else f"1/{name}")


def shown_unit(fact: MeasureFact) -> str:
    """Unit of a measure as recorded: a flow counts the events of one quarter."""
    return f"{fact.unit}/quarter" if fact.kind is Kind.FLOW and "/" not in fact.unit else fact.unit


def target_unit(fact: MeasureFact, target: Target) -> str:
    """Unit in which a target is stated: a calendar year's sum has lost its ``/year``."""
    return fact.unit.removesuffix("/year") if target.basis is Basis.YEAR else shown_unit(fact)


def number(value: float) -> str:
    """A number to about three digits, with thousands commas and a true minus sign."""
    size = abs(value)
    if math.isnan(value):
        return DASH
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.995 or size == 0 else 2 - math.floor(math.log10(size))
    text = f"{value:,.{min(digits, 6)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", MINUS)


def amount(value: float, unit: str, language: str, *, like: float | None = None) -> str:
    """A value with its unit, such as ``800 亿元`` or ``80 billion CNY``; ``like`` gives the magnitude that sets the unit."""
    scale = scale_for(unit, value if like is None else like, language)
    return with_unit(number(value * scale.factor), scale.name)


def with_unit(text: str, name: str) -> str:
    """A written number followed by its unit; a percent sign follows at once."""
    return f"{text}{'' if name in ('', '%') else ' '}{name}"


def amount_range(low: float, high: float, unit: str, language: str) -> str:
    """An interval with its unit, such as ``−0.2 至 0.8 亿元``."""
    scale = scale_for(unit, max(abs(low), abs(high)), language)
    between = " 至 " if language == "zh" else " to "
    return with_unit(f"{number(low * scale.factor)}{between}{number(high * scale.factor)}", scale.name)


def bounds(share: Share) -> tuple[int, int]:
    """Interval of a probability in whole percent, rounded outwards so that it never claims more than it knows."""
    return math.floor(share.low * 100 + 1e-9), math.ceil(share.high * 100 - 1e-9)


def chance(share: Share, language: str) -> str:
    """A probability for reading aloud: with its interval, and never 0 or 1, which no number of runs can show."""
    zh = language == "zh"
    low, high = bounds(share)
    if share.n == 0:
        return "不予判定" if zh else "not judged"
    if share.count == 0:
        return f"低于 {high}%" if zh else f"under {high}%"
    if share.count == share.n:
        return f"高于 {low}%" if zh else f"over {low}%"
    if zh:
        return f"约 {percent(share)}（90% 区间 {low}%{DASH}{high}%）"
    return f"about {percent(share)} (90% interval {low}{DASH}{high}%)"


def short_chance(share: Share, language: str) -> str:
    """A probability for a label: ``<3%``, ``7%(3–13%)``, ``>97%``."""
    low, high = bounds(share)
    if share.n == 0:
        return "未判定" if language == "zh" else "not judged"
    if share.count == 0:
        return f"<{high}%"
    if share.count == share.n:
        return f">{low}%"
    inside = f"{low}{DASH}{high}%"
    return f"{percent(share)}（{inside}）" if language == "zh" else f"{percent(share)} ({inside})"


def counted(n: int, n_runs: int, language: str) -> str:
    """In how many of the runs a measure is defined, as an addition to what is said of it; empty where in all or in none."""
    if n in (0, n_runs):
        return ""
    return f"（只有 {n}/{n_runs} 次模拟有数值）" if language == "zh" else f" (defined in {n} of {n_runs} runs)"


def undefined(names: Sequence[str], language: str) -> str:
    """The sentence on goals whose measure has no value in any run, and why."""
    if language == "zh":
        return f"无法判定的目标：{'、'.join(names)}。其指标是比值，各次模拟中分母都为零，没有数值。"
    return f"Cannot be judged, because the measure is a ratio whose denominator is 0 in every run: {', '.join(names)}."


def bare_chance(share: Share) -> str:
    """A probability without its interval, for the narrowest places."""
    low, high = bounds(share)
    if share.n == 0:
        return DASH
    return f"<{high}%" if share.count == 0 else f">{low}%" if share.count == share.n else percent(share)


def percent(share: Share) -> str:
    """Whole percent of a share strictly between none and all, itself never 0 or 100."""
    return f"{min(max(round(share.value * 100), 1), 99)}%"


def date(target: Target, language: str) -> str:
    """A target's date: the year for a year's sum, else the end of a year or quarter."""
    year, last = year_of(target.by), target.by % 4 == 3
    if target.basis is Basis.YEAR and last:
        return f"{year} 年" if language == "zh" else str(year)
    if last:
        return f"{year} 年底" if language == "zh" else f"the end of {year}"
    if language == "zh":
        return f"{year} 年{'一二三四'[target.by % 4]}季度末"
    return f"the end of {quarter_name(target.by)}"


def says_when(target: Target, language: str) -> bool:
    """Whether a target's label names the year of its date already."""
    return str(year_of(target.by)) in target.label.in_language(language)


def short_date(target: Target, language: str) -> str:
    """A target's date for a label."""
    year, last = year_of(target.by), target.by % 4 == 3
    if not last:
        return quarter_name(target.by)
    if target.basis is Basis.YEAR:
        return f"{year} 年" if language == "zh" else str(year)
    return f"{year} 年底" if language == "zh" else f"end {year}"


def definitions(targets: Sequence[Target], language: str) -> str:
    """The notes of goals on what they count, each once and after the goals that it is of; empty without notes."""
    names: dict[str, list[str]] = {}
    for target in targets:
        if note := target.note.in_language(language).strip():
            names.setdefault(note, []).append(f"“{target.label.in_language(language)}”")
    stop, between, lead, colon = ("。", "", "口径：", "") if language == "zh" else (".", " ", "Definitions: ", ": ")
    owners = [(between.join(own) + colon if len(targets) > 1 else "", note) for note, own in names.items()]
    return lead + between.join(own + note + ("" if note.endswith(stop) else stop) for own, note in owners) if names else ""


def how_to_judge(targets: Sequence[Target], end: int, language: str) -> str:
    """How goals dated after the end of the runs are judged, as an addition to a sentence; empty if none is."""
    last = max((t.by for t in targets), default=end)
    if last <= end:
        return ""
    option = f"--until {quarter_name(last)}"
    return f"；要判定，运行时加上 {option}" if language == "zh" else f"; to have them judged, run with {option}"


def goal(history: History, target: Target, language: str) -> str:
    """The value that a target asks for, with its unit."""
    return amount(target.at_least, target_unit(history.facts[target.measure], target), language)


def median_text(history: History, result: Attainment, language: str) -> str:
    """The median of what a target is compared with, with its unit."""
    return amount(result.median, target_unit(history.facts[result.target.measure], result.target), language)


def scope_key(park: Park, segments: Sequence[str]) -> str:
    """Short name of a set of segments in tables: ``all``, an industry, a segment, or several joined by ``+``."""
    wanted = set(segments)
    scopes = ["all", *(i.key for i in park.industries), *(s.key for s in park.segments)]
    return next((s for s in scopes if set(park.segments_of(s)) == wanted), "+".join(segments))


def scope_label(park: Park, key: str, language: str) -> str:
    """Name of a scope in words; a key that the park does not know keeps its name."""
    if key == "all":
        return "全园区" if language == "zh" else "Whole park"
    groups = (park.labs, park.anchors, park.industries, park.segments, park.zones)
    labels = {RECRUITED: RECRUITED_LABEL} | {item.key: item.label for group in groups for item in group}
    joiner = "、" if language == "zh" else ", "
    return joiner.join(labels[part].in_language(language) if part in labels else part for part in key.split("+"))


def members(history: History, measure: str, scope: str) -> tuple[str, ...] | None:
    """Members of a measure's axis in a scope, None for all of them.

    Raises
    ------
    KeyError
        If the measure has no such scope.
    """
    if scope == "all":
        return None
    names = history.axes.get(history.facts[measure].axis, ())
    park = history.cases[0].scenario.park
    found = park.segments_of(scope) if history.facts[measure].axis is Axis.SEGMENT else ()
    found = found or tuple(part for part in scope.split("+") if part in names)
    if not found or len(found) < len(scope.split("+")):
        raise KeyError(f"{measure} has no scope {scope!r}; it has all, {', '.join(names)}")
    return found


def policy_name(history: History, language: str, *, with_scenario: bool) -> str:
    """Title of a history's policy, led by its scenario's where several scenarios stand side by side."""
    case = history.cases[0]
    policy = case.policy.title.in_language(language) or case.policy.name
    if not with_scenario:
        return policy
    return f"{case.scenario.title.in_language(language) or case.scenario.name} · {policy}"


def lower_first(text: str) -> str:
    """An English label inside a title: its first letter is small unless it begins an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
