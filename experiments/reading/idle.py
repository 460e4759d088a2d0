"""What a scenario and its policies say that moves nothing: dated after the end of the runs, or read by no lever that is used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import FunctionType

from wutong.experiments.goals import covers
from wutong.experiments.reading.messages import fill
from wutong.experiments.reading.nodes import Path
from wutong.experiments.reading.texts import TEXTS
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Label
from wutong.model.lever_facts import LeverParameters
from wutong.model.levers import LEVERS
from wutong.model.scenario import Policy, Scenario
from wutong.model.units import NEVER, quarter_name, year_of

TOLD = 5  # in the answer, one by one
UNREAD = "unread"
LEVERS_OWN = "levers."
READ_ELSEWHERE = {"discount_rate", "office_rent", "plant_rent", "anchor_investment"}  # by the start and by the answers, too


@dataclass(frozen=True)
class Idle:
    """A setting without effect: where it stands, in which policy if in one, and the code and facts of its message."""

    code: str
    path: Path
    facts: Mapping[str, str]
    policy: str = ""

    @property
    def words(self) -> Label:
        place = ".".join(map(str, (self.policy, *self.path) if self.policy else self.path))
        said = fill(TEXTS[self.code], self.facts)
        return Label(f"{place}：{said.zh}", f"{place}: {said.en}")


def idle_in(scenario: Scenario, policies: Sequence[Policy]) -> tuple[Idle, ...]:
    """Everything in a scenario and in the policies that it runs under that its runs never reach."""
    own = [*_goals(scenario), *_shocks(scenario), *_park(scenario)]
    return (*own, *(idle for policy in policies for idle in _settings(scenario, policy)))


def unread_in(scenario: Scenario, policies: Sequence[Policy]) -> Iterator[Idle]:
    """Assumptions of levers that a scenario sets otherwise than declared, where no policy uses a lever that reads them."""
    used = {setting.lever for policy in policies for setting in policy.settings}
    facts = parameter_facts()
    for name, given in scenario.assumptions.items():
        own = readers().get(name.removeprefix(LEVERS_OWN), ()) if name.startswith(LEVERS_OWN) else ()
        usual = dataclasses.replace(facts[name].assumption, source=given.source)
        if own and not used.intersection(own) and given != usual and not given.drawn_with:
            labels = [LEVERS[key].label for key in own]
            told = {"levers_zh": "、".join(label.zh for label in labels), "levers_en": ", ".join(label.en for label in labels)}
            yield Idle(UNREAD, ("assumptions", name), told)


@cache
def readers() -> Mapping[str, tuple[str, ...]]:
    """The levers that read a parameter of levers, by its name; only those parameters that nothing else reads.

    Found in the functions of the levers themselves, so that nobody need keep a list.
    """
    fields = {f.name for f in dataclasses.fields(LeverParameters)} - READ_ELSEWHERE
    found: dict[str, tuple[str, ...]] = {}
    for key, lever in LEVERS.items():
        for name in sorted(fields & (_names(lever.effects, set()) | _names(lever.yearly_cost, set()))):
            found[name] = (*found.get(name, ()), key)
    return found


def _names(function: object, seen: set[object]) -> set[str]:
    """All names that a function uses, and the functions that it calls."""
    plain = getattr(function, "py_func", function)  # of a compiled one
    if not isinstance(plain, FunctionType) or plain.__code__ in seen:
        return set()
    seen.add(plain.__code__)
    names = set(plain.__code__.co_names)
    return names.union(*(_names(plain.__globals__.get(name), seen) for name in names))


def in_words(found: Sequence[Idle]) -> Label | None:
    """One sentence on what has no effect, for the answer; None where everything has some."""
    words = list(dict.fromkeys(idle.words for idle in found))
    if not words:
        return None
    more = len(words) - TOLD
    see = Label(f"；另有 {more} 处，见 manifest.json", f"; and {more} more, see manifest.json")
    rest = see if more > 0 else Label("", "")
    zh, en = ("；".join(w.zh for w in words[:TOLD]), "; ".join(w.en for w in words[:TOLD]))
    return Label(f"以下设置在这些模拟中不起作用：{zh}{rest.zh}。", f"Without effect in these runs: {en}{rest.en}.")


def _span(scenario: Scenario) -> dict[str, str]:
    return {"first": quarter_name(scenario.park.start + 1), "last": quarter_name(scenario.end)}


def _goals(scenario: Scenario) -> Iterator[Idle]:
    start, end = scenario.park.start, scenario.end
    for target in scenario.targets:
        if not covers(start, end, target):
            code = "target_part_year" if start < target.by <= end else "target_outside"
            yield Idle(code, ("targets", target.key, "by"), {"given": quarter_name(target.by), **_span(scenario)})


def _shocks(scenario: Scenario) -> Iterator[Idle]:
    first, last = year_of(scenario.park.start + 1), year_of(scenario.end)
    for shock in scenario.shocks:
        if shock.last < first or shock.first > last:
            yield Idle("shock_outside", ("shocks", shock.key, "years"), {"first": str(first), "last": str(last)})


def _park(scenario: Scenario) -> Iterator[Idle]:
    """Anchors, laboratories, floor space and figures dated after the end."""
    park, end = scenario.park, scenario.end
    dated: list[tuple[Path, int]] = []
    for anchor in park.anchors:
        dated += [(("anchors", anchor.key, "signed"), anchor.signed), (("anchors", anchor.key, "fate"), anchor.closes)]
    for lab in park.labs:
        dated += [(("labs", lab.key, "opens"), lab.opened), (("labs", lab.key, "closing"), lab.closes)]
    for zone in park.zones:
        dated += [(("zones", zone.key, "additions", i), when) for i, (when, _) in enumerate(zone.additions)]
    for path, when in dated:
        if end < when < NEVER:
            yield Idle("after_the_end", path, {"given": quarter_name(when), **_span(scenario)})
    for point in park.observed:
        if point.quarter > end:
            facts = {"measure": point.measure, "scope": point.scope, **_span(scenario)}
            yield Idle("observed_after", ("observed",), facts)


def _settings(scenario: Scenario, policy: Policy) -> Iterator[Idle]:
    for i, setting in enumerate(policy.settings):
        if setting.start > scenario.end or setting.end <= scenario.park.start:
            given = quarter_name(setting.start) + ("" if setting.end == NEVER else f"–{quarter_name(setting.end)}")
            label = LEVERS[setting.lever].label if setting.lever in LEVERS else Label(setting.lever, setting.lever)
            facts = {"lever_zh": label.zh, "lever_en": label.en, "given": given, **_span(scenario)}
            yield Idle("setting_outside", ("settings", i), facts, policy.name)
