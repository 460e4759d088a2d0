"""scenarios/README.md: the language of the files on one page, and tables of everything that ships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wutong.experiments.design import METHODS, points
from wutong.experiments.documents.markdown import ROOT, code, codes, document, plain, table
from wutong.experiments.documents.schemas import FIRST_LINE
from wutong.experiments.documents.shipped import scope_names
from wutong.experiments.reading import list_designs, list_parks, list_policies, list_scenarios, read_policy, read_scenario
from wutong.experiments.reading.designs import resolve_design
from wutong.experiments.reading.nodes import Node, scalar_at
from wutong.experiments.reading.schema import PARK_BLOCKS
from wutong.experiments.reading.text import read_tree
from wutong.experiments.varying import ASSUMPTION
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES
from wutong.model.scenario import Basis, LeverSetting, Park, Scenario, Target
from wutong.model.units import NEVER, quarter_name

FOLDER = ROOT / "scenarios"
PATH = FOLDER / "README.md"


def folder_text() -> str:
    """The whole document."""
    scenarios = {name: read_scenario(name) for name in list_scenarios()}
    return document(
        "scenarios",
        {
            "scenarios": scenario_table(scenarios),
            "policies": policy_table(),
            "designs": design_table(),
            "parks": park_table(scenarios),
            "goals": goal_table(scenarios),
            "levers": lever_table(),
            "measures": measure_table(),
        },
    )


def scenario_table(scenarios: Mapping[str, Scenario]) -> str:
    rows = []
    for name, scenario in scenarios.items():
        policy = "–" if scenario.policy is None else code(scenario.policy.name)
        end = quarter_name(scenario.end)
        rows.append((code(name), *_names(scenario.title), code(scenario.park.name), _parent(name), remark(name), policy, end))
    return table(("File", "中文", "English", "Park 园区", "Extends 上级", "What it is 说明", "Policy 政策", "End 止"), rows)


def policy_table() -> str:
    rows = []
    for name in list_policies():
        policy = read_policy(name)
        levers = "; ".join(map(setting, policy.settings)) or "–"
        rows.append((code(name), *_names(policy.title), "<br>".join(filter(None, _names(policy.note))), levers))
    return table(("File", "中文", "English", "Remark 说明", "Levers 工具与力度"), rows)


def design_table() -> str:
    rows = []
    for name in list_designs():
        found = resolve_design(name)
        design, remark = found.design, found.file.remark
        n_points, n_runs = len(points(design)), len(points(design)) * len(design.replications) * sum(map(len, design.policies))
        how = METHODS[design.method]
        factors = codes(factor.name.removeprefix(ASSUMPTION) for factor in design.factors)
        cells = (f"{how.zh}<br>{how.en}", codes(s.name for s in design.scenarios), factors, str(n_points), f"{n_runs:,}")
        rows.append((code(name), *_names(design.title), "<br>".join(filter(None, (remark.zh, remark.en))), *cells))
    made = ("Method 方法", "Scenarios 情景", "Factors 因素", "Points 点数", "Runs 运行次数")
    return table(("File", "中文", "English", "Question 回答什么", *made), rows)


def park_table(scenarios: Mapping[str, Scenario]) -> str:
    rows = []
    for name in list_parks():
        park = _park(name, scenarios)
        counts = (park.segments, park.zones, park.anchors, park.labs, park.observed)
        rows.append((code(name), *_names(park.label), quarter_name(park.start), *(str(len(part)) for part in counts)))
    counted = ("Segments 环节", "Zones 片区", "Anchors 龙头", "Labs 实验室", "Observed figures 实际数据")
    return table(("File", "中文", "English", "State as of 数据时点", *counted), rows)


def goal_table(scenarios: Mapping[str, Scenario]) -> str:
    """Every goal once, with the scenarios that judge it."""
    judges: dict[Target, list[str]] = {}
    for name, scenario in scenarios.items():
        for target in scenario.targets:
            judges.setdefault(target, []).append(name)
    rows = (_goal(target, names, scenarios[names[0]].park) for target, names in judges.items())
    return table(("Goal 目标", "Measure 指标", "Scope 范围", "At least 不低于", "By 期限", "Source 来源", "Scenarios 情景"), rows)


def _goal(target: Target, names: Sequence[str], park: Park) -> tuple[str, ...]:
    unit = MEASURES[target.measure].unit
    whole_year = target.basis is Basis.YEAR
    by = quarter_name(target.by) + (", whole year 全年" if whole_year else "")
    value = f"{plain(target.at_least)} {unit.removesuffix('/year') if whole_year else unit}"
    scope = scope_names(park, target.segments)
    shown = codes(names) if len(names) <= 3 else f"{codes(names[:3])} … ({len(names)})"
    return f"{target.label.zh} {target.label.en}", code(target.measure), scope, value, by, target.source, shown


def lever_table() -> str:
    rows = (
        (code(lever.key), *_names(lever.label), lever.unit, f"{plain(lever.low)} – {plain(lever.high)}",
         f"{lever.cost.zh}<br>{lever.cost.en}", lever.evidence)
        for lever in LEVERS.values()
    )  # fmt: skip
    return table(("Lever", "中文", "English", "Unit 单位", "Bounds 上下限", "Cost 成本", "Evidence 依据"), rows)


def measure_table() -> str:
    rows = (
        (code(fact.key), *_names(fact.label), fact.unit, f"{fact.definition.zh}<br>{fact.definition.en}")
        for fact in MEASURES.values()
    )
    return table(("Measure", "中文", "English", "Unit 单位", "Definition 口径"), rows)


def setting(s: LeverSetting) -> str:
    """A lever with its level, when and for what."""
    lever = LEVERS[s.lever]
    level = f"{plain(s.level * 100)} %" if lever.unit == "share" else f"{plain(s.level)} {lever.unit}"
    if s.ready is not None:
        level, when = level.removesuffix("/year"), f"ready {quarter_name(s.ready)}"
    else:
        start, end = (quarter_name(q) if 0 < q < NEVER else "" for q in (s.start, s.end))
        when = f"{start}–{end}" if start or end else ""
    aims = ", ".join(filter(None, (when, *s.segments, *s.zones)))
    return f"{lever.label.zh} {code(s.lever)} {level}" + (f" ({aims})" if aims else "")


def remark(name: str) -> str:
    """What a file itself says it is: its ``remark`` or ``note``, or else the first line of comment."""
    path = FOLDER / f"{name}.yaml"
    own = _own(path)
    said = [scalar_at(own, way) for way in (("remark", "zh"), ("remark", "en"), ("note",))]
    texts = [text for text in said if isinstance(text, str) and text]
    return "<br>".join(texts) or next((line[1:].strip() for line in _comments(path) if line != FIRST_LINE), "")


def _comments(path: Path) -> Iterator[str]:
    """The lines of comment at the head of a file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            return
        yield line


def _parent(name: str) -> str:
    parent = _own(FOLDER / f"{name}.yaml").get("extends")
    return "–" if parent is None or parent.value is None else code(str(parent.value))


def _own(path: Path) -> Node:
    """What a file says itself, its parents left out."""
    return read_tree(path).tree


def _park(name: str, scenarios: Mapping[str, Scenario]) -> Park:
    """A park as its file describes it: from the scenario that changes the fewest of its blocks."""
    users = [key for key, scenario in scenarios.items() if scenario.park.name == name]
    changed = {key: len(set(PARK_BLOCKS) & set(_own(FOLDER / f"{key}.yaml").members)) for key in users}
    parents = {key: _parent(key) != "–" for key in users}
    return scenarios[min(users, key=lambda key: (changed[key], parents[key]))].park


def _names(label: Label) -> tuple[str, str]:
    return label.zh, label.en
