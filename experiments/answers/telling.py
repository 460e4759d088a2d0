"""What the sentences of several answers share: how scenarios, policies, goals and their definitions are called."""

from __future__ import annotations

from collections.abc import Sequence

from wutong.experiments import wording
from wutong.model.facts import Label
from wutong.model.history import History, MeasureFact
from wutong.model.scenario import Basis, Scenario, Target
from wutong.model.units import quarter_name


def scenario_title(scenario: Scenario, language: str) -> str:
    return scenario.title.in_language(language) or scenario.name


def policy_title(history: History, language: str) -> str:
    return wording.policy_name(history, language, with_scenario=False)


def goal_name(target: Target, language: str) -> str:
    """A goal's label, with its date unless the label names the year."""
    label = target.label.in_language(language)
    if wording.says_when(target, language):
        return label
    when = wording.short_date(target, language)
    return f"{label}（{when}）" if language == "zh" else f"{label} ({when})"


def definition(target: Target, fact: MeasureFact, language: str) -> str:
    """What is counted: the measure, and for yearly rates whether the year's sum or the level at the date."""
    name = fact.label.in_language(language)
    if not fact.unit.endswith("/year"):
        return name
    year = Label("全年", "of the year") if target.basis is Basis.YEAR else Label("期末年化", "annualised at the date")
    return f"{name}（{year.zh}）" if language == "zh" else f"{name}, {year.en}"


def joined(parts: Sequence[str], language: str) -> str:
    """Sentences one after the other, empty ones left out."""
    return ("" if language == "zh" else " ").join(part for part in parts if part)


def listed(names: Sequence[str], language: str) -> str:
    """Names as a list inside a sentence."""
    if language == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def quarter_text(quarter: int, language: str) -> str:
    """A quarter in words."""
    if language == "zh":
        return f"{quarter // 4} 年{'一二三四'[quarter % 4]}季度"
    return quarter_name(quarter)
