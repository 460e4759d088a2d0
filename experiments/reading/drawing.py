"""What varies in a design: factors and points, read strictly and checked against the scenarios and policies."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated, Literal

from pydantic import Field

from wutong.experiments.factors import (
    MOST_POINTS,
    SAMPLED,
    Factor,
    Method,
    SameIdError,
    Spacing,
    Value,
    Values,
    n_points,
    nearest_powers,
    points_of,
)
from wutong.experiments.reading.catalogue import Catalogue
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.entry import Entry
from wutong.experiments.reading.factors import Kind, kind_of, nearest_names, read_factor, read_whole
from wutong.experiments.reading.kinds import Factors, Points, Reads
from wutong.experiments.reading.messages import hint
from wutong.experiments.reading.nodes import scalar_at
from wutong.experiments.reading.probing import Given, refuse_followed
from wutong.experiments.reading.quantities import QuantityError
from wutong.experiments.varying import ASSUMPTION, can_vary, default_of, is_lever
from wutong.model.scenario import Policy

AtLeastOne = Annotated[int, Reads(read_whole(1))]
MOST_RUNS = 1_000_000  # all are listed before the first of them runs


class PointsEntry(Entry):
    """How points are made: what a design file and the command line both say."""

    method: Literal["factorial", "list", "one_at_a_time", "latin_hypercube", "sobol", "random"] = "factorial"
    n: AtLeastOne | None = None
    factors: Factors = Field(default_factory=dict)
    points: Points = Field(default_factory=list)


@dataclass(frozen=True)
class Drawn:
    """What varies: the part of a design that a file and the command line share."""

    factors: tuple[Factor, ...]
    method: Method
    n: int
    listed: tuple[Values, ...]


@dataclass(frozen=True)
class Chance:
    """What else decides how many runs a design has and what its samples draw."""

    n_replications: int
    seed: int


def drawn_of(
    entry: PointsEntry, given: Sequence[Given], policies: Sequence[Sequence[Policy]], chance: Chance, findings: Findings,
    known: Catalogue,
) -> Drawn | None:  # fmt: skip
    """What varies, checked against the scenarios and policies; None if ``findings`` gathered a problem of it."""
    before = len(findings.problems)
    method = Method(entry.method)
    kinds: dict[str, Kind] = {}
    if method is Method.LIST:
        factors, listed = _listed(entry, given, findings, known, kinds)
    else:
        factors, listed = tuple(_factors(entry, given, findings, known, kinds)), ()
    if findings.says(("method",)) and scalar_at(findings.tree, ("method",)) != entry.method:
        return None  # refused already; what goes with it cannot be told
    _check_keys(entry, method, findings)
    if method is Method.ONE_AT_A_TIME:
        factors = tuple(_with_default(f, path_of(entry, f), given, policies, findings) for f in factors)
    if method is Method.FACTORIAL:
        for factor in factors:
            if factor.spacing in (Spacing.UNIFORM, Spacing.LOG_UNIFORM) and not factor.levels:
                findings.add("levels_needed", path_of(entry, factor), {}, hint("levels"))
    if len(findings.problems) > before:
        return None
    n = entry.n or 0
    if method in SAMPLED and not n:  # what stands there is refused already
        return None
    drawn = Drawn(factors, method, n, listed)
    if _too_many(drawn, sum(map(len, policies)), chance.n_replications, findings):
        return None
    refuse_followed(factors, {f.name: path_of(entry, f) for f in factors}, given, findings)
    _check_ids(drawn, chance.seed, findings)
    return drawn if len(findings.problems) == before else None


def _too_many(drawn: Drawn, n_pairs: int, n_replications: int, findings: Findings) -> bool:
    """Refuse more points, or more runs, than a machine can list; said before any of them is made."""
    n = n_points(drawn.factors, drawn.method, drawn.n, drawn.listed)
    if n > MOST_POINTS:
        facts = {"given": f"{n:,}", "limit": f"{MOST_POINTS:,}"}
        findings.add("too_many_points", ("n",) if drawn.method in SAMPLED else ("factors",), facts, hint("fewer_points"))
        return True
    if n * n_pairs * n_replications > MOST_RUNS:
        facts = {"points": f"{n:,}", "pairs": f"{n_pairs:,}", "replications": f"{n_replications:,}"}
        facts |= {"given": f"{n * n_pairs * n_replications:,}", "limit": f"{MOST_RUNS:,}"}
        where = next((key for key in ("replications", "n", "factors", "points") if findings.says((key,))), "scenarios")
        findings.add("too_many_runs", (where,), facts, hint("fewer_runs"))
        return True
    return False


def _check_ids(drawn: Drawn, seed: int, findings: Findings) -> None:
    try:
        points_of(drawn.factors, drawn.method, drawn.n, seed, drawn.listed)
    except SameIdError as error:
        findings.add("same_ids", ("factors",), {"id": error.point_id}, hint("other_seed"))


def path_of(entry: PointsEntry, factor: Factor) -> tuple[str | int, ...]:
    """Where a factor stands: under its full name, or under that of the parameter alone."""
    names = [name for name in entry.factors if factor.name in (name, ASSUMPTION + name)]
    return ("factors", names[0]) if names else ("points",)


def _check_keys(entry: PointsEntry, method: Method, findings: Findings) -> None:
    """Refuse what the method does not use, and ask for what it needs."""
    needed = {"n": method in SAMPLED, "points": method is Method.LIST, "factors": method in SAMPLED | {Method.ONE_AT_A_TIME}}
    used = {**needed, "factors": method is not Method.LIST}
    for key, uses in used.items():
        if findings.says((key,)) and not uses:
            findings.add("needless_key", (key,), {"method": method.value, "key": key}, hint("delete"))
        if needed[key] and not findings.says((key,)) and not (key == "points" and entry.factors):
            text = {"n": "n: 64", "points": "points: [{growth.people: 2 万人/年}]", "factors": "factors: {growth.people: {}}"}
            findings.add("key_of_method", ("method",), {"method": method.value, "key": key}, hint("write", {"text": text[key]}))
    near = nearest_powers(entry.n) if method is Method.SOBOL and entry.n is not None else None
    if near is not None:
        powers = {"low": str(near[0]), "high": str(near[1])}
        findings.add("sobol_size", ("n",), {"given": str(entry.n)}, hint("two_powers", powers))
    if method is Method.SOBOL and find_spec("scipy") is None:
        command = {"command": 'pip install "wutong[design]"'}
        findings.add("library", ("method",), {"name": "scipy"}, hint("install", command))


def _kind(name: str, path: tuple[str | int, ...], given: Sequence[Given], findings: Findings, known: Catalogue) -> Kind | None:
    scenarios = [one.scenario for one in given]
    kind = kind_of(name, scenarios, known)
    lacking = [scenario.name for scenario in scenarios if not can_vary(scenario, name)]
    if kind is None and lacking and len(lacking) < len(scenarios):
        findings.add("factor_lacking", path, {"name": name, "names": ", ".join(lacking)}, hint("design_of_its_own"))
    elif kind is None and scenarios:
        findings.add("unknown_factor", path, {"name": name}, nearest_names(name, scenarios, known))
    return kind


def _factors(
    entry: PointsEntry, given: Sequence[Given], findings: Findings, known: Catalogue, kinds: dict[str, Kind]
) -> Iterator[Factor]:
    for name, raw in entry.factors.items():
        path = ("factors", name)
        kind = _kind(name, path, given, findings, known)
        if kind is None:
            continue
        if kind.name in kinds:
            findings.add("factor_twice", path, {"name": kind.name}, hint("delete"))
            continue
        kinds[kind.name] = kind
        try:
            factor = read_factor(kind, raw)
        except QuantityError as error:
            findings.refused(error, path)
            continue
        _remark_odd(kind, factor.ends(), path, findings)
        yield factor


def _remark_odd(kind: Kind, ends: tuple[Value, Value], path: tuple[str | int, ...], findings: Findings) -> None:
    low, high = kind.usual
    if not low <= ends[0] <= ends[1] <= high:
        given = f"{ends[0]:g} … {ends[1]:g}"
        findings.remark("outside_declared", path, {"given": given, "low": f"{low:g}", "high": f"{high:g}"})


def _listed(
    entry: PointsEntry, given: Sequence[Given], findings: Findings, known: Catalogue, kinds: dict[str, Kind]
) -> tuple[tuple[Factor, ...], tuple[Values, ...]]:
    """Points given one by one, and the factors that they give: all give the same."""
    found: list[dict[str, Value]] = []
    whole: list[dict[str, Value]] = []  # points of which nothing had to be left out
    first: dict[frozenset[tuple[str, Value]], int] = {}  # a point → where it stands first
    for i, point in enumerate(entry.points):
        values = dict(_values_of(point, i, given, findings, known, kinds))
        found.append(values)
        if len(values) < len(point):
            continue
        if whole and set(values) != set(whole[0]):
            findings.add("point_names", ("points", i), {"names": ", ".join(sorted(set(values) ^ set(whole[0])))})
        elif (before := first.setdefault(frozenset(values.items()), i)) != i:
            findings.add("point_twice", ("points", i), {"line": str(findings.line(("points", before)))}, hint("delete"))
        whole.append(values)
    columns = {name: tuple(dict.fromkeys(values[name] for values in found if name in values)) for name in kinds}
    factors = [
        Factor(k.name, Spacing.VALUES, values=columns[n], unit=k.unit, label=k.label) for n, k in kinds.items() if columns[n]
    ]
    return tuple(factors), tuple(found)


def _values_of(
    point: Mapping[str, object], i: int, given: Sequence[Given], findings: Findings, known: Catalogue, kinds: dict[str, Kind]
) -> Iterator[tuple[str, Value]]:
    """Name and value of each factor of a listed point, less those that cannot be read."""
    seen: set[str] = set()
    for name, raw in point.items():
        path = ("points", i, name)
        kind = _kind(name, path, given, findings, known)
        if kind is None:
            continue
        if kind.name in seen:
            findings.add("factor_twice", path, {"name": kind.name}, hint("delete"))
            continue
        seen.add(kind.name)
        kinds[kind.name] = kind
        try:
            value = kind.read(raw)
        except QuantityError as error:
            findings.refused(error, path)
            continue
        _remark_odd(kind, (value, value), path, findings)
        yield kind.name, value


def _with_default(
    factor: Factor, path: tuple[str | int, ...], given: Sequence[Given], policies: Sequence[Sequence[Policy]], findings: Findings
) -> Factor:
    """The factor with the value that it keeps while others vary: that of all scenarios; of a lever 0, where no policy sets it."""
    if factor.default is not None:
        return factor
    if is_lever(factor.name):
        lever = factor.name.partition(".")[2]
        defaults = {None if s.lever == lever else 0.0 for own in policies for p in own for s in p.settings} or {0.0}
    else:
        defaults = {default_of(one.scenario, factor.name) for one in given}
    if len(defaults) != 1 or None in defaults:
        example = hint("example", {"example": f"{{…, default: {factor.ends()[0]:g}}}"})
        findings.add("default_needed", path, {"name": factor.name}, example)
        return factor
    return dataclasses.replace(factor, default=defaults.pop())
