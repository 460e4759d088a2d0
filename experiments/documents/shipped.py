"""Tables of the shipped park, with every figure that a run of it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wutong.experiments.documents.markdown import code, codes, exact, table
from wutong.model.facts import Assumption, Shape
from wutong.model.scenario import Park, Status
from wutong.model.units import NEVER, quarter_name

SHAPES = {Shape.UNIFORM: "uniform", Shape.LOG_UNIFORM: "log-uniform", Shape.NORMAL: "normal", Shape.LOGNORMAL: "lognormal"}
NONE = "–"
YES = {True: "yes", False: NONE}


def spread(a: Assumption | None) -> str:
    """Default and range of an assumption; its shape where it is no triangle."""
    if a is None:
        return NONE
    if a.low == a.high:
        return exact(a.default)
    shape = f", {SHAPES[a.shape]}" if a.shape in SHAPES else ""
    return f"{exact(a.default)} ({exact(a.low)}–{exact(a.high)}{shape})"


def named(key: str | None) -> str:
    return NONE if key is None else code(key)


def date(quarter: int | None) -> str:
    return NONE if quarter is None or quarter >= NEVER else quarter_name(quarter)


def scope_names(park: Park, keys: Sequence[str]) -> str:
    """Segments in few words: ``all``, whole industries by their name, other segments by theirs."""
    if set(keys) == {s.key for s in park.segments}:
        return "all"
    whole = {i.key: park.segments_of(i.key) for i in park.industries if set(park.segments_of(i.key)) <= set(keys)}
    rest = [key for key in keys if not any(key in own for own in whole.values())]
    return ", ".join(map(code, (*whole, *rest)))


def industries(park: Park) -> str:
    rows = (
        (code(i.key), i.label.en, i.label.zh, codes(s.key for s in park.segments if s.industry == i.key), spread(i.pool_trend))
        for i in park.industries
    )
    return table(("Industry", "Name", "中文", "Segments", "Trend of the outside pool, 1/year"), rows)


def segments(park: Park) -> str:
    """Three tables: the state at the start, how a segment grows and is joined, and its links."""
    return "\n\n".join((_state_of_segments(park), _growth_of_segments(park), _links_of_segments(park)))


def _state_of_segments(park: Park) -> str:
    head = (
        "Segment", "Name", "中文", "IO sector", "Floor", "Firms", "Staff", "Revenue a head, 亿元/year", "Value added in revenue",
        "Spread of size (sd of log)",
    )  # fmt: skip
    rows = (
        (
            code(s.key), s.label.en, s.label.zh, s.sector, s.plant.value, spread(s.firms), spread(s.staff),
            spread(s.revenue_per_head), spread(s.value_added_share), exact(s.size_spread),
        )
        for s in park.segments
    )  # fmt: skip
    return table(head, rows)


def _growth_of_segments(park: Park) -> str:
    head = (
        "Segment", "Growth of outside demand, 1/year", "Growth of revenue a head, 1/year", "Entry a year", "Newcomers",
        "Localisable share", "Local capacity share",
    )  # fmt: skip
    rows = (
        (
            code(s.key), spread(s.growth), spread(s.productivity_growth), spread(s.entry) + " × firms" * s.entry_per_firm,
            "projects" if s.through_funnel else "open at once", spread(s.localisable_share), spread(s.local_capacity_share),
        )
        for s in park.segments
    )  # fmt: skip
    return table(head, rows)


def _links_of_segments(park: Park) -> str:
    head = (
        "Segment", "Lag factor", "Spin-offs work in", "Branch plants", "Its firms may name a buyer in",
        "Weight among candidates for anchors", "Partners of an anchor recruited here",
    )  # fmt: skip
    rows = (
        (
            code(s.key), exact(s.lag_factor), code(s.spin_off_segment), YES[s.branch_plant], named(s.buyer_segment),
            exact(s.recruit_weight), named(s.partner_kind),
        )
        for s in park.segments
    )  # fmt: skip
    return table(head, rows)


def purchases(park: Park) -> str:
    """All purchases between segments, the greatest first."""
    return table(("Buyer", "Buys from (share of its revenue)"), _purchases(park))


def _purchases(park: Park) -> Iterator[tuple[str, str]]:
    keys = [s.key for s in park.segments]
    for buyer, row in zip(keys, park.purchases, strict=True):
        found = sorted(((share, key) for share, key in zip(row, keys, strict=True) if share > 0.0), reverse=True)
        yield code(buyer), ", ".join(f"{code(key)} {exact(share)}" for share, key in found) or NONE


def partner_kinds(park: Park) -> str:
    rows = []
    for kind in park.partner_kinds:
        count = "`attraction.laptop_partners`" if kind.partners is None else spread(kind.partners)
        rows.append((code(kind.key), kind.label.en, kind.label.zh, count, _weights(kind.shares)))
    return table(("Kind", "Name", "中文", "Partners of one anchor, city-wide", "Segments, in this order"), rows)


def _weights(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{code(key)} {exact(share)}" for key, share in shares.items())


def anchors(park: Park) -> str:
    """Two tables: dates, and figures."""
    dates = (
        (
            code(a.key), a.label.en, a.label.zh, code(a.segment), named(a.partner_kind), a.status.value, date(a.signed),
            date(a.opens), YES[a.punctual], date(a.closes), YES[a.partners_came_before],
        )
        for a in park.anchors
    )  # fmt: skip
    head = (
        "Anchor", "Name", "中文", "Segment", "Partners", "Status", "Signed", "Opens", "Opens on the day", "Closes",
        "Partners came before",
    )  # fmt: skip
    figures = (
        (code(a.key), spread(a.investment), spread(a.revenue), spread(a.jobs), spread(a.opening_share)) for a in park.anchors
    )
    return "\n\n".join((
        table(head, dates),
        table(("Anchor", "Investment, 亿元", "Revenue, 亿元/year", "Jobs", "Opening share"), figures),
    ))  # fmt: skip


def labs(park: Park) -> str:
    head = (
        "Laboratory", "Name", "中文", "Type", "Status", "Opens", "Closes", "Opening share", "Money, 亿元/year",
        "Fields, in this order",
    )  # fmt: skip
    rows = (
        (
            code(lab.key), lab.label.en, lab.label.zh, "university" if lab.university else "state", lab.status.value,
            date(lab.opened), date(lab.closes), spread(lab.opening_share), spread(lab.budget), _weights(lab.fields),
        )
        for lab in park.labs
    )  # fmt: skip
    return table(head, rows)


def zones(park: Park) -> str:
    head = (
        "Zone", "Name", "中文", "Houses", "Share of its kinds' floor in use", "Occupancy at the start", "Floor at the start, m²",
        "Under way, m²",
    )  # fmt: skip
    rows = (
        (
            code(z.key), z.label.en, z.label.zh, ", ".join(p.value for p in z.plants), spread(z.share), spread(z.occupancy),
            spread(z.floor), ", ".join(f"{date(quarter)} {exact(area)}" for quarter, area in z.additions) or NONE,
        )
        for z in park.zones
    )  # fmt: skip
    return table(head, rows)


def constraints(park: Park) -> str:
    rows = ((c.quantity, scope_names(park, c.segments), f"{exact(c.low)} – {exact(c.high)}", c.source) for c in park.constraints)
    return table(("Quantity", "Segments", "Range", "Source"), rows)


def pipeline(park: Park) -> str:
    """Signings by quarter, the named anchors among them, and the mean contract of the others."""
    known = [a.signed for a in park.anchors if a.status is not Status.PLANNED]
    rows = ((date(quarter), str(count), str(known.count(quarter))) for quarter, count in park.pipeline.signed)
    mean = f"Mean contract of the others: {spread(park.pipeline.investment_mean)} 亿元."
    return table(("Signed in", "Projects", "Named anchors among them"), rows) + f"\n\n{mean}"


def observations(park: Park) -> str:
    rows = ((code(o.measure), o.scope, date(o.quarter), exact(o.value), o.source) for o in park.observed)
    return table(("Measure", "Of", "Quarter", "Seen", "Source"), rows)
