"""Where the runs of a scenario end, in words: for scenarios that have no goals."""

from __future__ import annotations

import math

import numpy as np

from wutong.experiments import wording
from wutong.experiments.goals import Difference, mean_difference, pairs
from wutong.model.history import History

OUTCOMES = ("firms", "employees", "revenue")
WHOLE = frozenset({"firms", "projects", "anchors"})  # half of the runs have at most 12 firms more, none has 12.5
HARDLY = 0.02  # a median below this part of the mean is said to be next to nothing


def outcomes(base: History, language: str) -> list[str]:
    """Median and 90 % range of the main measures at the end of the run, each in words."""
    told = []
    for measure in OUTCOMES:
        low, middle, high = (float(q) for q in np.quantile(base.total(measure)[-1], (0.05, 0.5, 0.95)))
        fact = base.facts[measure]
        unit = wording.shown_unit(fact)
        name, inside = fact.label.in_language(language), wording.amount_range(low, high, unit, language)
        median = wording.amount(middle, unit, language, like=high)
        told.append(f"{name}{median}（90% {inside}）" if language == "zh" else f"{name.lower()} {median} (90% {inside})")
    return told


def outcome_differences(base: History, other: History, language: str) -> list[str]:
    """Mean paired differences of the main measures at the end that can be told from zero, each in words."""
    here, there = pairs(base, other)
    told = []
    for measure in OUTCOMES:
        d = mean_difference(other.total(measure)[-1][there] - base.total(measure)[-1][here])
        unit, name = wording.shown_unit(base.facts[measure]), base.facts[measure].label.in_language(language)
        if d.told_apart:
            more = ("多 ", "少 ") if language == "zh" else ("more", "less")
            sign = more[0] if d.mean > 0 else more[1]
            size = signed_text(d, unit, language)
            text = f"{name}平均{sign}{size}" if language == "zh" else f"{name.lower()} {size} {sign}"
            told.append(text + uneven_text(d, unit, language))
    return told


def signed_text(d: Difference, unit: str, language: str) -> str:
    """The size of a difference with its interval, both turned so that the mean is positive."""
    sign = 1 if d.mean > 0 else -1
    low, high = sorted((sign * d.low, sign * d.high))
    inside = wording.amount_range(low, high, unit, language)
    brackets = "（{}）" if language == "zh" else " ({})"
    return wording.amount(abs(d.mean), unit, language) + brackets.format(inside)


def uneven_text(d: Difference, unit: str, language: str) -> str:
    """What the middle pair says where a few pairs make the mean, as an addition to it; empty elsewhere."""
    if not d.uneven:
        return ""
    middle, zh = d.median if d.mean > 0 else -d.median, language == "zh"
    if unit.partition("/")[0] in WHOLE and abs(middle) >= 1.0:
        middle = float(math.floor(middle) if 0.0 <= middle <= abs(d.mean) else math.copysign(math.ceil(abs(middle)), middle))
    size, more, less = wording.amount(abs(middle), unit, language, like=d.mean), *(("多", "少") if zh else ("more", "less"))
    more, less = (more, less) if d.mean > 0 else (less, more)
    if middle > abs(d.mean):
        return f"，有一半的模拟{more} {size}以上" if zh else f", though half of the runs have at least {size} {more}"
    if middle > HARDLY * abs(d.mean):
        return f"，但一半的模拟只{more} {size}以内" if zh else f", though half of the runs have at most {size} {more}"
    if middle >= 0.0:
        none = ("几乎没有", "hardly ") if middle > 0.0 else ("没有", "do not ")
        moved = ("增加", "gain") if d.mean > 0 else ("减少", "lose")
        return f"，但至少一半的模拟{none[0]}{moved[0]}" if zh else f", though at least half of the runs {none[1]}{moved[1]}"
    return f"，但一半的模拟反而{less} {size}以上" if zh else f", though half of the runs have at least {size} {less}"
