"""What is recorded of a quarter (docs/ODD.md, section 4): before the settlement what happened in it, after it what stands."""

from __future__ import annotations

from tests.twin.drawing import paid_in
from tests.twin.park import Anchor, Firm, Lab, Park, Project
from tests.twin.settlement import row_of
from wutong.model.codes import Direction, Fate, Stage

ABOVE_SCALE = 0.2
LANDING_CAP = 1.5
YEAR, YEARS_3, YEARS_5 = 4.0, 12, 20
STAGES = ("research_basic", "research_core", "research_transfer", "research_scale")


# ── Before the settlement ────────────────────────────────────────────────────────────────────────────────────────────
def before(park: Park) -> None:
    for firm in park.firms:
        earned(park, firm)
        charged(park, firm)
    for project in park.projects:
        moved(park, project)
    for arrival in park.arrivals:
        if arrival.segment.facts.office:
            small = park.parameters["levers"].small_investment
            park.book.note("opened_paid", arrival.segment.number, small)
            paid = YEAR * arrival.segment.policy.landing_subsidy * 0.7 * small
            support(park, None, arrival.anchor, arrival.lab, paid)
    note_largest_anchor(park)


def note_largest_anchor(park: Park) -> None:
    revenue = [firm.revenue for firm in park.firms if firm.leads is not None]
    park.book.note("largest_anchor_revenue", 0, max(revenue, default=0.0))


def earned(park: Park, firm: Firm) -> None:
    """Revenue of a firm, by segment and by whom it goes back to."""
    book, segment, revenue = park.book, firm.segment, firm.revenue
    added = revenue * segment.facts.value_added_share
    book.note("revenue", segment.number, revenue)
    if firm.leads is not None:
        book.note("anchor_revenue", row_of(park, firm.leads), revenue)
        book.note("anchor_value_added", row_of(park, firm.leads), added)
    if firm.anchor is not None:
        book.note("brought_revenue", segment.number, revenue)
        book.note("brought_value_added", row_of(park, firm.anchor), added)
    if firm.lab is not None:
        book.note("lab_value_added", firm.lab.number, added)
    by_lineage(park, firm, "revenue", revenue)


def charged(park: Park, firm: Firm) -> None:
    """What levers are charged on, and what they pay to a firm."""
    t, levels, facts, number = park.quarter, firm.segment.policy, firm.segment.facts, firm.segment.number
    if firm.customer is not None:
        park.book.note("coached", number)
    if firm.born <= park.start:
        return
    years = t - firm.born
    tax = firm.revenue * facts.tax_kept * (1.0 if years <= YEARS_3 else 0.5 if years <= YEARS_5 else 0.0)
    area = firm.floor if years <= YEARS_3 and not firm.zone.own_plants else 0.0
    park.book.note("newcomers_tax", number, tax)
    park.book.note("newcomers_area", number, area)
    paid = levels.tax_relief * tax + levels.rent_subsidy * 12.0 * facts.monthly_rent * area * 1e-8
    support(park, firm.leads, firm.anchor, firm.lab, paid)


def support(park: Park, leads: Anchor | None, anchor: Anchor | None, lab: Lab | None, paid: float) -> None:
    """Support paid to an anchor, or to what an anchor or a laboratory brought."""
    if leads is not None:
        park.book.note("anchor_support", row_of(park, leads), paid)
    if anchor is not None:
        park.book.note("brought_support", row_of(park, anchor), paid)
    if lab is not None:
        park.book.note("lab_brought_support", lab.number, paid)


def moved(park: Park, project: Project) -> None:
    """What a project did in the quarter."""
    t, book, segment, investment = park.quarter, park.book, project.segment, project.investment
    if project.signed > t:
        return
    level, number = segment.policy.landing_subsidy, segment.number
    paid = paid_in(park, project.channel, investment)
    paid = min(paid, LANDING_CAP / level) if level > 0.0 else paid
    book.note("projects_served", number)
    steps = (("signed", project.signed, 0.0), ("started", project.started, 0.3), ("opened", opened_in(park, project), 0.7))
    for step, when, part in steps:
        if when == t:
            book.note(f"{step}_projects", number)
            book.note(f"{step}_investment", number, investment)
            if part:
                book.note(f"{step}_paid", number, paid)
                support(park, project.leads, project.anchor, None, YEAR * level * part * paid)


def opened_in(park: Park, project: Project) -> int | None:
    return park.quarter if project.fate == Fate.OPENED else None


# ── After the settlement ─────────────────────────────────────────────────────────────────────────────────────────────
def after(park: Park) -> None:
    book = park.book
    for firm in park.firms:
        stands(park, firm)
    anchors_stand(park)
    for project in park.projects:
        if project.signed <= park.quarter:
            book.note("pipeline_projects", project.segment.number)
    for segment in park.segments:
        book.note("knowledge", segment.number, segment.knowledge)
    for zone in park.zones[:-1]:
        book.note("floor", zone.number, zone.floor)
        book.note("occupied", zone.number, zone.occupied)
    for lab in park.labs:
        for research in lab.research:
            book.note(STAGES[research.stage], lab.number)


def anchors_stand(park: Park) -> None:
    """Anchors in their stages at the quarter's end."""
    book = park.book
    for anchor in park.anchors:
        if anchor.stage in (Stage.SIGNED, Stage.STARTED, Stage.OPERATING):
            book.note("anchors", anchor.segment.number)
            book.note("anchor_investment", row_of(park, anchor), anchor.investment)
        if anchor.stage == Stage.OPERATING:
            book.note("operating_anchors", anchor.segment.number)


def stands(park: Park, firm: Firm) -> None:
    """A firm at the quarter's end."""
    book, number, staff = park.book, firm.segment.number, firm.employees
    book.note("firms", number)
    book.note("employees", number, staff)
    if firm.revenue >= ABOVE_SCALE:
        book.note("above_scale_firms", number)
    if firm.leads is not None:
        book.note("anchor_firms", row_of(park, firm.leads))
        book.note("anchor_employees", row_of(park, firm.leads), staff)
    if firm.anchor is not None:
        book.note("brought_firms", number)
        book.note("brought_employees", number, staff)
    by_lineage(park, firm, "firms", 1.0)
    by_lineage(park, firm, "employees", staff)


def by_lineage(park: Park, firm: Firm, quantity: str, amount: float) -> None:
    """An amount of a firm's, by round and direction from its anchor and by round from its laboratory."""
    which = "first_round" if firm.round == 1 else "later_rounds"
    if firm.anchor is not None:
        row = row_of(park, firm.anchor)
        park.book.note(f"{which}_{quantity}", row, amount)
        direction = park.given.direction[firm.anchor.segment.number, firm.segment.number]
        if direction != Direction.NEITHER:
            side = "upstream" if direction == Direction.UPSTREAM else "downstream"
            park.book.note(f"{side}_{quantity}", row, amount)
    if firm.lab is not None:
        park.book.note(f"lab_{which}_{quantity}", firm.lab.number, amount)
