"""Every number that the worlds of a scenario drew, with its values and with what it rests on: rule parameters and the park's own.

Nothing is run: the values are drawn again from the addresses that the model itself uses, so they are the model's own bits.  The
segments of an industry share each draw; they are one number here, their sum or their mean by the staff of the start.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from wutong.experiments.answers.drawn import Drawn, drawn
from wutong.experiments.reading.titles import title_of
from wutong.model.assumptions import parameter_facts, world_keys
from wutong.model.base import by_segment, draw_one
from wutong.model.draws import named
from wutong.model.facts import Assumption, Floats, Keys, Label, Tag
from wutong.model.ratios import ratio
from wutong.model.scenario import Anchor, Case, Park, Scenario, Segment, Status

UNSOURCED = ("assumption", "design")  # how the source of a number begins that has none
SUMMED, MEAN = "sum", "mean"
OF_SEGMENTS: Mapping[str, tuple[str, str]] = {  # unit, and how the segments of an industry are put together
    "entry": ("firms/year", SUMMED),
    "firms": ("firms", SUMMED),
    "staff": ("persons", SUMMED),
    "revenue_per_head": ("亿元/year", MEAN),
    "growth": ("share/year", MEAN),
    "productivity_growth": ("share/year", MEAN),
    "value_added_share": ("share", MEAN),
    "localisable_share": ("share", MEAN),
    "local_capacity_share": ("share", MEAN),
}
STRUCTURE_OF_START = {"firms": "firms", "staff": "staff", "revenue_per_head": "per_head"}  # accepted together


@dataclass(frozen=True)
class Uncertain:
    """A number that was drawn anew in every world.

    Attributes
    ----------
    name : such as ``attraction.rival_share`` or ``industries.software.entry``
    tag : D where the number has no source, or where that of one of its segments has none
    owner : name of the industry, zone, anchor or lab that it belongs to; empty for a parameter of a rule
    values : of shape (n_worlds,) [unit]
    """

    name: str
    label: Label
    unit: str
    tag: Tag
    owner: Label
    values: Floats

    @property
    def unsourced(self) -> bool:
        return self.tag is Tag.DESIGN


def tag_of(source: str) -> Tag:
    """Tag of a number of a park file by its source: a design choice, or computed from what the source says.

    A range that a file gives is somebody's reckoning, also where it rests on figures that were seen.
    """
    return Tag.DESIGN if source.strip().lower().startswith(UNSOURCED) or not source.strip() else Tag.COMPUTED


def uncertain_in(cases: Sequence[Case]) -> tuple[Uncertain, ...]:
    """Every number that differs between the worlds of one scenario, in the order of the cases.

    Raises
    ------
    ValueError
        If the cases belong to several scenarios, or as the model does when it draws.
    """
    scenario = cases[0].scenario
    if any(case.scenario is not scenario and case.scenario != scenario for case in cases):
        raise ValueError("the worlds belong to several scenarios")
    draws, keys = drawn(cases), world_keys(cases)
    everything = (*_parameters(scenario, draws), *_of_industries(scenario.park, draws, keys), *_of_entries(scenario, draws, keys))
    return tuple(one for one in everything if float(np.ptp(one.values)) > 1e-12 * float(np.abs(one.values).max()))


def _parameters(scenario: Scenario, draws: Drawn) -> Iterator[Uncertain]:
    for name, fact in parameter_facts().items():
        own = scenario.assumptions.get(name)
        usual = own is None or bool(own.drawn_with) or _same_range(own, fact.assumption)
        tag = fact.tag if usual or own is None else tag_of(own.source)
        yield Uncertain(name, fact.label, fact.unit, tag, Label("", ""), draws.parameter(name))


def _same_range(one: Assumption, other: Assumption) -> bool:
    return dataclasses.replace(one, source=other.source) == other


# ── Industries ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _of_industries(park: Park, draws: Drawn, keys: Keys) -> Iterator[Uncertain]:
    weights = np.array([s.staff.default for s in park.segments])
    for field, (unit, how) in OF_SEGMENTS.items():
        values = _by_segment(park, draws, keys, field)
        for industry in park.industries:
            own = [i for i, s in enumerate(park.segments) if s.industry == industry.key and _drawn_here(park, s, field)]
            if not own:
                continue
            whole = values[:, own].sum(axis=1) if how is SUMMED else ratio(values[:, own] @ weights[own], weights[own].sum())
            tags = {tag_of(getattr(park.segments[i], field).source) for i in own}
            tag = Tag.DESIGN if Tag.DESIGN in tags else Tag.COMPUTED
            name = "entry_share" if field == "entry" and park.segments[own[0]].entry_per_firm else field
            label = _led(industry.label, title_of("entry" if how is SUMMED and field == "entry" else name))
            yield Uncertain(f"industries.{industry.key}.{field}", label, unit, tag, industry.label, np.asarray(whole))


def _by_segment(park: Park, draws: Drawn, keys: Keys, field: str) -> Floats:
    """Values of a field of shape (n_worlds, n_segments); entry is in firms a year for all."""
    if field in STRUCTURE_OF_START:
        return np.asarray(getattr(draws.totals, STRUCTURE_OF_START[field]))
    values = by_segment([park] * len(keys), keys, field, lambda s: getattr(s, field))
    if field == "entry":
        values = values * [s.firms.default if s.entry_per_firm else 1.0 for s in park.segments]
    return np.asarray(values)


def _drawn_here(park: Park, segment: Segment, field: str) -> bool:
    """Whether a segment draws a field; one that holds nothing but its anchors takes staff and revenue from them."""
    assumption: Assumption = getattr(segment, field)
    anchors = sum(a.segment == segment.key and a.status is Status.OPERATING for a in park.anchors)
    alone = field in STRUCTURE_OF_START and segment.firms.high <= anchors
    return _ranged(assumption) and not alone


# ── Single entries of the park ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Entry:
    """A number of an entry, and the address at which the model draws it."""

    path: str
    owner: Label
    unit: str
    assumption: Assumption
    address: str
    keys: Callable[[Keys], Keys] = lambda keys: keys


def _of_entries(scenario: Scenario, draws: Drawn, keys: Keys) -> Iterator[Uncertain]:
    yield from _of_running_anchors(scenario.park, draws)
    for one in _entries(scenario):
        if _ranged(one.assumption):
            values = draw_one([one.assumption] * len(keys), one.keys(keys), one.address)
            label = _led(one.owner, _title(one.path))
            yield Uncertain(one.path, label, one.unit, tag_of(one.assumption.source), one.owner, values)


def _of_running_anchors(park: Park, draws: Drawn) -> Iterator[Uncertain]:
    running = [a for a in park.anchors if a.status is Status.OPERATING]
    for field, values in (("revenue", draws.totals.anchor_revenue), ("jobs", draws.totals.anchor_jobs)):
        for i, anchor in enumerate(running):
            assumption: Assumption | None = getattr(anchor, field)
            if assumption is not None:
                label, unit = OF_RUNNING_ANCHORS[field]
                name, tag = f"anchors.{anchor.key}.{field}", tag_of(assumption.source)
                yield Uncertain(name, _led(anchor.label, label), unit, tag, anchor.label, values[:, i].copy())


def _entries(scenario: Scenario) -> Iterator[_Entry]:
    park = scenario.park
    yield from _of_zones(park)
    for i in park.industries:
        yield _Entry(f"industries.{i.key}.pool_trend", i.label, "share/year", i.pool_trend, f"pool_trend.{i.key}")
    for k in park.partner_kinds:
        if k.partners is not None:
            yield _Entry(f"partner_kinds.{k.key}.partners", k.label, "firms", k.partners, f"partners.{k.key}")
    for a in park.anchors:
        yield from _of_anchor(a)
    for lab in park.labs:
        yield _Entry(f"labs.{lab.key}.budget", lab.label, "亿元/year", lab.budget, f"budget.{lab.key}")
        if lab.status is not Status.OPERATING:
            share = lab.opening_share
            yield _Entry(f"labs.{lab.key}.opening_share", lab.label, "share", share, f"lab_opening_share.{lab.key}")
    mean = park.pipeline.investment_mean
    yield _Entry("pipeline.investment_mean", title_of("pipeline"), "亿元", mean, "project_investment")
    for shock in scenario.shocks:
        yield _Entry(f"shocks.{shock.key}.demand", shock.label, "share", shock.demand, f"shock.demand.{shock.key}")
        yield _Entry(f"shocks.{shock.key}.entry", shock.label, "share", shock.entry, f"shock.entry.{shock.key}")


def _of_zones(park: Park) -> Iterator[_Entry]:
    for z in park.zones:
        yield _Entry(f"zones.{z.key}.share", z.label, "share", z.share, f"zone_share.{z.key}")
        if z.occupancy is not None:
            yield _Entry(f"zones.{z.key}.occupancy", z.label, "share", z.occupancy, f"occupancy.{z.key}")
        if z.floor is not None:
            yield _Entry(f"zones.{z.key}.floor", z.label, "m2", z.floor, f"floor.{z.key}")


def _of_anchor(anchor: Anchor) -> Iterator[_Entry]:
    path = f"anchors.{anchor.key}"
    yield _Entry(f"{path}.investment", anchor.label, "亿元", anchor.investment, f"investment.{anchor.key}")
    if anchor.status is Status.OPERATING:  # its revenue and jobs are part of the accepted start
        return
    own = partial(named, name=f"anchor.{anchor.key}")
    yield _Entry(f"{path}.opening_share", anchor.label, "share", anchor.opening_share, "opening_share", own)
    for field, unit in (("revenue", "亿元/year"), ("jobs", "persons")):
        assumption: Assumption | None = getattr(anchor, field)
        if assumption is not None:
            yield _Entry(f"{path}.{field}", anchor.label, unit, assumption, field, own)


OF_RUNNING_ANCHORS = {
    "revenue": (Label("起点年收入", "yearly revenue at the start"), "亿元/year"),
    "jobs": (Label("起点用工", "jobs at the start"), "persons"),
}
OF_ENTRIES = {"zones": "ZoneEntry", "shocks": "ShockEntry"}


def _title(path: str) -> Label:
    block, _, rest = path.partition(".")
    field = rest.rpartition(".")[2]
    return (
        Label("单个项目平均投资", "mean contract of a project")
        if block == "pipeline"
        else title_of(field, OF_ENTRIES.get(block, ""))
    )


def _led(owner: Label, what: Label) -> Label:
    return Label(f"{owner.zh}：{what.zh}", f"{owner.en}: {what.en[:1].lower()}{what.en[1:]}")


def _ranged(assumption: Assumption) -> bool:
    return assumption.high > assumption.low or assumption.null_prob > 0.0
