"""Which cases run: scenarios x policies x points x replications.

A point gives values to factors: parameters of the rules, numbers of the park, levels of levers.  All points run with the same
replications, so that they differ by their values and not by their chance.  Cases come replication by replication: a batch that
stops early is balanced.  Whatever a point changes carries its id (``baseline@3fa9c1d2``), which comes from the values alone:
another scenario, policy, point or replication changes no other case.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wutong.experiments.factors import SAMPLED, Factor, Method, Point, Spacing, Values, n_points, points_of
from wutong.experiments.varying import LEVER, can_vary, full_name, is_lever, with_values
from wutong.model.facts import Label
from wutong.model.scenario import Case, LeverSetting, Policy, Scenario

MARK = "@"
SHOWN_VALUES = 8


@dataclass(frozen=True)
class Design:
    """A design, checked as far as names go; without factors it is scenarios x policies x replications.

    Attributes
    ----------
    policies : of each scenario
    seed : of the worlds, and of what a sample draws
    n : points of a sample
    listed : values of every factor, for the method ``list``

    Raises
    ------
    ValueError
        If two scenarios, or two policies of one, share a name, or a factor is nothing that a scenario has.
    """

    title: Label
    scenarios: tuple[Scenario, ...]
    policies: tuple[tuple[Policy, ...], ...]
    replications: tuple[int, ...]
    seed: int = 1
    factors: tuple[Factor, ...] = ()
    method: Method = Method.FACTORIAL
    n: int = 0
    listed: tuple[Values, ...] = ()

    def __post_init__(self) -> None:
        if len(self.policies) != len(self.scenarios):
            raise ValueError("a design needs the policies of every scenario")
        for kind, names in (
            ("scenarios", [s.name for s in self.scenarios]),
            *(("policies", [p.name for p in own]) for own in self.policies),
            ("replications", [str(r) for r in self.replications]),
        ):
            if twice := [name for name, count in Counter(names).items() if count > 1]:
                raise ValueError(f"{kind} that stand twice: {', '.join(twice)}")
        for scenario in self.scenarios:
            for factor in self.factors:
                if not can_vary(scenario, factor.name):
                    raise ValueError(f"scenario {scenario.name}: {factor.name} is nothing that can vary")

    @property
    def n_cases(self) -> int:
        """Number of cases, counted without making them; points that a sample draws again are counted again."""
        n_groups = sum(map(len, self.policies)) * n_points(self.factors, self.method, self.n, self.listed)
        return n_groups * len(self.replications)


@dataclass(frozen=True)
class Group:
    """Cases of one scenario, policy and point: they differ by replication alone."""

    scenario: Scenario
    policy: Policy
    point: Point


def points(design: Design) -> tuple[Point, ...]:
    """The distinct points of a design; one without values where nothing varies.

    Raises
    ------
    ValueError
        If the method cannot make points of the factors.
    MissingLibraryError
        If scipy is needed and not installed.
    """
    return points_of(design.factors, design.method, design.n, design.seed, design.listed)


def groups(design: Design) -> Iterator[Group]:
    """Every scenario, policy and point, in the order of the cases; one Scenario a scenario and point."""
    made = points(design)
    on_policy = any(is_lever(f.name) for f in design.factors)
    on_scenario = not on_policy or any(not is_lever(f.name) for f in design.factors)
    for scenario, own in zip(design.scenarios, design.policies, strict=True):
        varied = [with_point(scenario, point) if on_scenario else scenario for point in made]
        for policy in own:
            for point, changed in zip(made, varied, strict=True):
                yield Group(changed, under_point(policy, point, scenario.park.start + 1) if on_policy else policy, point)


def cases(design: Design) -> Iterator[Case]:
    """Every case, replication by replication; all replications share the objects of :func:`groups`."""
    found = tuple(groups(design))
    for replication in design.replications:
        for group in found:
            yield Case(group.scenario, group.policy, replication, design.seed)


def with_point(scenario: Scenario, point: Point) -> Scenario:
    """The scenario with the point's values fixed, called by its name and the point's id; itself where nothing varies."""
    if not point.id:
        return scenario
    changed = with_values(scenario, {name: value for name, value in point.values.items() if not is_lever(name)})
    return dataclasses.replace(changed, name=f"{scenario.name}{MARK}{point.id}")


def under_point(policy: Policy, point: Point, first: int) -> Policy:
    """The policy with each lever of the point at its level from the quarter ``first`` on, in place of what it said of it."""
    levels = {name.removeprefix(LEVER): value for name, value in point.values.items() if is_lever(name)}
    kept = tuple(setting for setting in policy.settings if setting.lever not in levels)
    added = tuple(LeverSetting(lever, float(level), first) for lever, level in sorted(levels.items()))
    return dataclasses.replace(policy, name=f"{policy.name}{MARK}{point.id}", settings=kept + added)


def point_of(values: Values) -> Point:
    """The point of some values, each by its factor's full name or by that of the parameter alone, such as ``growth.people``."""
    return Point({full_name(name): value for name, value in values.items()})


def at_point(scenario: Scenario, policy: Policy, values: Values) -> tuple[Scenario, Policy]:
    """A scenario and a policy with some values fixed, levers from the first quarter on; both carry the id of the point.

    Raises
    ------
    ValueError
        If a name is none of a parameter, of a lever or of a number of this scenario.
    """
    point = point_of(values)
    return with_point(scenario, point), under_point(policy, point, scenario.park.start + 1)


# ── In words and as a table ──────────────────────────────────────────────────────────────────────────────────────────
METHODS: Mapping[Method, Label] = {
    Method.FACTORIAL: Label("全组合", "all combinations"),
    Method.LIST: Label("逐点列出", "points given one by one"),
    Method.ONE_AT_A_TIME: Label("逐一变动", "one factor at a time"),
    Method.LATIN_HYPERCUBE: Label("拉丁超立方抽样", "Latin hypercube"),
    Method.SOBOL: Label("Sobol 抽样", "Sobol sample"),
    Method.RANDOM: Label("随机抽样", "random sample"),
}
SPACINGS: Mapping[Spacing, Label] = {
    Spacing.UNIFORM: Label("", ""),
    Spacing.LOG_UNIFORM: Label("（对数均匀）", " (even on a log scale)"),
    Spacing.INTEGERS: Label("（整数）", " (whole numbers)"),
}


def describe(design: Design, language: str) -> str:
    """How many points and cases there are, and what varies, one factor a line."""
    made = points(design)
    n_pairs, n_replications = sum(map(len, design.policies)), len(design.replications)
    n_cases = n_pairs * len(made) * n_replications
    drawn = sum(point.drawn for point in made)
    again = "" if drawn == len(made) else f"（共抽 {drawn} 个）" if language == "zh" else f" ({drawn} drawn)"
    how = METHODS[design.method].in_language(language) if design.factors else ""
    if language == "zh":
        counts = [f"{len(design.scenarios)} 个情景（与政策方案组成 {n_pairs} 对）"]
        counts += [f"{len(made)} 个点{again}"] if design.factors else []
        head = " × ".join([*counts, f"{n_replications} 次重复"]) + f" = {n_cases:,} 次运行" + (f"；{how}" if how else "")
        head += f"，种子 {design.seed}" if design.method in SAMPLED and design.factors else ""
    else:
        counts = [f"{_n(len(design.scenarios), 'scenario')} ({_n(n_pairs, 'pair')} with policies)"]
        counts += [f"{_n(len(made), 'point')}{again}"] if design.factors else []
        head = " × ".join([*counts, _n(n_replications, "replication")]) + f" = {_n(n_cases, 'run')}" + (f"; {how}" if how else "")
        head += f", seed {design.seed}" if design.method in SAMPLED and design.factors else ""
    return "\n".join([head, *(f"  {_factor_in_words(factor, language)}" for factor in design.factors)])


def _n(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _factor_in_words(factor: Factor, language: str) -> str:
    called, colon, comma = factor.label.in_language(language), *(("：", "、") if language == "zh" else (": ", ", "))
    title = f"{factor.name}{f' {called}' if called else ''}{colon}"
    if factor.spacing is not Spacing.VALUES:
        dots = f"{factor.low:g} – {factor.high:g}"
        return f"{title}{dots} {factor.unit}{SPACINGS[factor.spacing].in_language(language)}"
    names = factor.names or tuple(str(v).lower() if isinstance(v, bool) else f"{v:g}" for v in factor.values)
    more = " …" if len(names) > SHOWN_VALUES else ""
    unit = "" if factor.names else f" {factor.unit}"
    return f"{title}{comma.join(names[:SHOWN_VALUES])}{more}{unit}".rstrip()


def table(design: Design) -> tuple[tuple[str, ...], list[tuple[str | int | float | None, ...]]]:
    """Columns and rows of a table of the points: id, how often it was drawn, and the value of each factor, with its name."""
    columns = ["point", "drawn", *(c for f in design.factors for c in (f.name, *([f"{f.name}.name"] if f.names else [])))]
    rows = []
    for point in points(design):
        cells: list[str | int | float | None] = [point.id, point.drawn]
        for factor in design.factors:
            value = point.values[factor.name]
            cells.append(str(value).lower() if isinstance(value, bool) else value)
            if factor.names:
                cells.append(factor.names[factor.values.index(value)])
        rows.append(tuple(cells))
    return tuple(columns), rows
