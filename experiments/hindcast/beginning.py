"""A park at another date: its firms, staff and revenue as observed there, the rest as its file says.

The file of a park may rest on figures later than the date.  Then what it says of growth, entry, exit and newcomers is left out
and wide ranges that fit any park stand in; what it says of an earlier or the same date is kept.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast.series import Level, Series, Subject, level_at, years_between
from wutong.experiments.pooled.priors import any_park
from wutong.model.facts import Assumption, Label, Shape, fixed
from wutong.model.scenario import Park, Scenario, Segment, Zone
from wutong.model.units import quarter_name

SOURCE = "hindcast: from the observed values up to the cut-off"
DESIGN = "design choice for parks whose file rests on later figures"
NEAR_YEARS = 2.0  # from which on a part of the park is no longer set by its own figures
BOUND = 3.0  # sd at which a level is cut off
QUANTITIES: Mapping[str, str] = {"firms": "firms", "staff": "employees", "revenue": "revenue"}

ANY_OCCUPANCY = Assumption(0.9, 0.75, 0.97, source=DESIGN)
ANY_BUILDING = Assumption(0.15, 0.05, 0.4, source=DESIGN)
PEOPLE_PER_HEAD = (0.2, 0.4, 0.8)  # people available a year, relative to the staff at the cut-off
ENTRANT_SIZE = (0.1, 0.25, 0.5)  # staff of a mean entrant relative to the mean firm
MEDIAN_SHARE = 0.8  # of the smallest mean entrant


def trusts(park: Park, cutoff: int) -> bool:
    """Whether all that a park's file says rests on figures up to the cut-off."""
    return park.start <= cutoff


def begun_at(scenario: Scenario, series: Mapping[Subject, Series], quarter: int, cutoff: int, end: int) -> Scenario:
    """The scenario with its park as it stood at the end of a quarter, run to ``end``.

    Parameters
    ----------
    series : observed up to the cut-off, nothing later

    Raises
    ------
    BadInputError
        If the park cannot stand at another date than that of its file: it names anchors, labs or projects.
    """
    park = scenario.park
    if quarter == park.start:
        return dataclasses.replace(scenario, end=end)
    refuse_dated(park, quarter)
    known = trusts(park, cutoff)
    near = known and abs(years_between(park.start, quarter)) <= NEAR_YEARS
    segments = tuple(segment if known else _unknown(segment) for segment in _at_level(park, series, quarter))
    moved = dataclasses.replace(
        park,
        start=quarter,
        segments=segments,
        zones=tuple(_zone(zone, near=near) for zone in park.zones),
        constraints=(),
    )
    assumptions = dict(scenario.assumptions) if known else _of_any_park(_at_level(park, series, cutoff))
    return dataclasses.replace(scenario, park=moved, end=end, assumptions=assumptions, targets=(), joint_targets=())


def is_dated(park: Park) -> bool:
    """Whether a park names anchors, labs or projects, which fixes it to its date."""
    return bool(park.anchors or park.labs or park.pipeline.signed)


def refuse_dated(park: Park, quarter: int) -> None:
    """Make sure that a park may stand at another date.

    Raises
    ------
    BadInputError
        If it names anchors, labs or projects.
    """
    if is_dated(park):
        own, asked = quarter_name(park.start), quarter_name(quarter)
        zh = f"园区点名列出龙头、实验室或项目，只能从其文件的日期 {own} 起，不能从 {asked} 起；请用 --until {own[:4]}"
        en = f"the park names anchors, labs or projects and stands at {own}, not {asked}; use --until {own[:4]}"
        raise BadInputError(Label(zh, en))


def _at_level(park: Park, series: Mapping[Subject, Series], quarter: int) -> list[Segment]:
    """The segments with firms, staff and revenue a head as observed; what was not observed moves with the firms."""
    before = {
        "firms": {s.key: s.firms.default for s in park.segments},
        "staff": {s.key: s.staff.default for s in park.segments},
    }
    before["revenue"] = {s.key: s.staff.default * s.revenue_per_head.default for s in park.segments}
    now, spread = dict(before), dict.fromkeys(before, 0.0)
    for quantity, measure in QUANTITIES.items():
        levels = {scope: level_at(s, quarter) for (m, scope), s in series.items() if m == measure and _near(s, quarter, scope)}
        if levels:
            now[quantity] = raked(park, before[quantity], levels)
            spread[quantity] = max(level.spread for level in levels.values())
        elif quantity != "firms":
            like = "firms" if quantity == "staff" else "staff"
            now[quantity] = {key: v * now[like][key] / max(before[like][key], 1e-12) for key, v in before[quantity].items()}
            spread[quantity] = spread[like]
    return [
        dataclasses.replace(
            s,
            firms=_around(now["firms"][s.key], spread["firms"]),
            staff=_around(now["staff"][s.key], spread["staff"]),
            revenue_per_head=_per_head(s, now["revenue"][s.key] / max(now["staff"][s.key], 1e-12), spread["revenue"]),
            entry=s.entry.scaled(s.firms.default) if s.entry_per_firm else s.entry,
            entry_per_firm=False,
        )
        for s in park.segments
    ]


def _near(series: Series, quarter: int, scope: str) -> bool:
    return scope == "all" or min(abs(years_between(q, quarter)) for q in series.quarters) <= NEAR_YEARS


def raked(park: Park, amounts: Mapping[str, float], levels: Mapping[str, Level]) -> dict[str, float]:
    """Amounts by segment, scaled to sum to the level of every scope: the parts first, then what remains of the whole."""
    now, done = dict(amounts), set[str]()
    for scope in sorted((s for s in levels if s != "all"), key=lambda s: len(park.segments_of(s))):
        own = [key for key in park.segments_of(scope) if key not in done]
        settled = sum(now[key] for key in park.segments_of(scope) if key in done)
        _scale(now, own, levels[scope].value - settled)
        done.update(own)
    if "all" in levels:
        rest = [key for key in now if key not in done]
        left = levels["all"].value - sum(now[key] for key in done)
        if rest and left > 0.0:
            _scale(now, rest, left)
        else:
            _scale(now, list(now), levels["all"].value)
    return now


def _scale(amounts: dict[str, float], keys: Sequence[str], total: float) -> None:
    whole = sum(amounts[key] for key in keys)
    for key in keys:
        amounts[key] *= max(total, 0.0) / whole if whole else 0.0


def _around(value: float, spread: float) -> Assumption:
    if not spread or value <= 0.0:
        return fixed(value, SOURCE)
    low, high = value * math.exp(-BOUND * spread), value * math.exp(BOUND * spread)
    return Assumption(value, low, high, Shape.LOGNORMAL, source=SOURCE, deviation=spread)


def _per_head(segment: Segment, value: float, spread: float) -> Assumption:
    """Revenue a head with the relative range that the file gives it, and the spread of a level that was not seen."""
    given = segment.revenue_per_head
    if spread:
        return _around(value, spread)
    return given.scaled(value / given.default) if given.default > 0.0 else fixed(value, SOURCE)


def _unknown(segment: Segment) -> Segment:
    return dataclasses.replace(segment, productivity_growth=any_park().productivity)


def _zone(zone: Zone, *, near: bool) -> Zone:
    """A zone without what its file says of floor to come; how full it was is kept for a date near to that of the file."""
    return dataclasses.replace(zone, floor=None, additions=(), occupancy=(zone.occupancy if near else None) or ANY_OCCUPANCY)


def _of_any_park(segments: Sequence[Segment]) -> dict[str, Assumption]:
    """Assumptions in proportion to the park, in place of those that its file gives for a later date."""
    staff, firms = (sum(getattr(s, name).default for s in segments) for name in ("staff", "firms"))
    mean = max(staff / max(firms, 1.0), 4.0)
    size = _proportion(ENTRANT_SIZE, mean, Shape.LOG_UNIFORM)
    return {
        "site.building_rate": ANY_BUILDING,
        "outside.memory": any_park().memory,
        "outside.common_spread": any_park().common_spread,
        "growth.people": _proportion(PEOPLE_PER_HEAD, staff, Shape.TRIANGULAR),
        "newcomers.entrant_staff_mean": size,
        "newcomers.entrant_staff_median": fixed(MEDIAN_SHARE * size.low, DESIGN),
    }


def _proportion(shares: tuple[float, float, float], amount: float, shape: Shape) -> Assumption:
    low, middle, high = (share * amount for share in shares)
    return Assumption(middle, low, high, shape, source=DESIGN)
