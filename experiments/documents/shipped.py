"""Tables of the shipped park: industries, segments, trade, partners of anchors, named anchors, laboratories, zones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wutong.experiments.documents.markdown import code, plain, table
from wutong.model.facts import Assumption
from wutong.model.scenario import Park
from wutong.model.units import quarter_name

SHOWN_PURCHASE = 0.005  # of the buyer's revenue


def spread(a: Assumption) -> str:
    """Default and range of an assumption."""
    return plain(a.default) if a.low == a.high else f"{plain(a.default)} ({plain(a.low)}–{plain(a.high)})"


def scope_names(park: Park, keys: Sequence[str]) -> str:
    """Segments in few words: ``all``, whole industries by their name, other segments by theirs."""
    if set(keys) == {s.key for s in park.segments}:
        return "all"
    whole = {i.key: park.segments_of(i.key) for i in park.industries if set(park.segments_of(i.key)) <= set(keys)}
    rest = [key for key in keys if not any(key in own for own in whole.values())]
    return ", ".join(map(code, (*whole, *rest)))


def segments(park: Park) -> str:
    head = (
        "Segment", "Name", "中文", "IO sector", "Floor", "Firms", "Staff", "亿元/year a head", "Growth, 1/year",
        "Entry a year", "Newcomers", "Localisable share",
    )  # fmt: skip
    rows = []
    for s in park.segments:
        entry = spread(s.entry) + (" × firms" if s.entry_per_firm else "")
        rows.append((
            code(s.key), s.label.en, s.label.zh, s.sector, s.plant.value, spread(s.firms), spread(s.staff),
            spread(s.revenue_per_head), spread(s.growth), entry, "projects" if s.through_funnel else "open at once",
            spread(s.localisable_share),
        ))  # fmt: skip
    return table(head, rows)


def purchases(park: Park) -> str:
    """Purchases between segments above half a percent of the buyer's revenue."""
    return table(("Buyer", "Buys from (share of its revenue)"), _purchases(park))


def _purchases(park: Park) -> Iterator[tuple[str, str]]:
    keys = [s.key for s in park.segments]
    for buyer, row in zip(keys, park.purchases, strict=True):
        found = sorted(((share, key) for share, key in zip(row, keys, strict=True) if share >= SHOWN_PURCHASE), reverse=True)
        yield code(buyer), ", ".join(f"{code(key)} {share:.1%}" for share, key in found) or "–"


def partner_kinds(park: Park) -> str:
    rows = []
    for kind in park.partner_kinds:
        count = "`attraction.laptop_partners`" if kind.partners is None else spread(kind.partners)
        shares = ", ".join(f"{code(key)} {share:.0%}" for key, share in kind.shares.items())
        rows.append((code(kind.key), kind.label.en, kind.label.zh, count, shares))
    return table(("Kind", "Name", "中文", "Partners of one anchor, city-wide", "Segments"), rows)


def anchors(park: Park) -> str:
    rows = []
    for a in park.anchors:
        opens = "–" if a.opens is None else quarter_name(a.opens)
        drawn = ["–" if value is None else spread(value) for value in (a.revenue, a.jobs)]
        rows.append((
            code(a.key), a.label.en, a.label.zh, code(a.segment), a.partner_kind or "–", a.status.value, quarter_name(a.signed),
            opens, spread(a.investment), *drawn, spread(a.opening_share),
        ))  # fmt: skip
    head = (
        "Anchor", "Name", "中文", "Segment", "Partners", "Status", "Signed", "Opens", "Investment, 亿元", "Revenue, 亿元/year",
        "Jobs", "Opening share",
    )  # fmt: skip
    return table(head, rows)


def labs(park: Park) -> str:
    rows = []
    for lab in park.labs:
        fields = ", ".join(f"{code(key)} {share:.0%}" for key, share in lab.fields.items())
        kind = "university" if lab.university else "state"
        rows.append((lab.label.en, lab.label.zh, kind, lab.status.value, quarter_name(lab.opened), spread(lab.budget), fields))
    return table(("Laboratory", "中文", "Type", "Status", "Opens", "亿元/year", "Fields"), rows)


def zones(park: Park) -> str:
    rows = (
        (
            z.label.en,
            z.label.zh,
            ", ".join(p.value for p in z.plants),
            spread(z.share),
            spread(z.occupancy) if z.occupancy else "–",
        )
        for z in park.zones
    )
    return table(("Zone", "中文", "Houses", "Share of its kinds' floor in use", "Occupancy at the start"), rows)


def constraints(park: Park) -> str:
    rows = ((c.quantity, scope_names(park, c.segments), f"{plain(c.low)} – {plain(c.high)}", c.source) for c in park.constraints)
    return table(("Quantity", "Segments", "Range", "Source"), rows)
