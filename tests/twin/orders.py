"""Orders between the firms of the park (docs/ODD.md, section 7.4)."""

from __future__ import annotations

from collections import defaultdict

from tests.twin.park import Firm, Park, Segment


def run(park: Park) -> None:
    suppliers = by_segment(park)
    revenue = [sum(firm.revenue for firm in firms) for firms in suppliers]
    spent = [[spending(park, revenue, b, s) for b in park.segments] for s in park.segments]
    placed = [serve(park, segment, suppliers[segment.number], spent[segment.number], revenue) for segment in park.segments]
    note(park, revenue, suppliers, [sum(by_buyer) for by_buyer in zip(*placed, strict=True)])


def by_segment(park: Park) -> list[list[Firm]]:
    groups: list[list[Firm]] = [[] for _ in park.segments]
    for firm in park.firms:
        groups[firm.segment.number].append(firm)
    return groups


def spending(park: Park, revenue: list[float], buyer: Segment, seller: Segment) -> float:
    """What a buying segment spends on a selling one and could spend here."""
    local = min(seller.facts.localisable_share * seller.policy.localisable, 1.0)
    return float(revenue[buyer.number] * park.given.buys[buyer.number, seller.number] * local)


def serve(park: Park, segment: Segment, firms: list[Firm], bought: list[float], revenue: list[float]) -> list[float]:
    """Share the orders for a segment among its firms: first what named buyers reserve, then the rest by spare capacity.

    Returns
    -------
    What each segment placed with these firms.
    """
    head, tie = park.output_per_head(segment) * segment.facts.local_capacity_share, park.parameters["orders"].tie
    capacity = {firm: firm.employees * firm.quality * head for firm in firms}
    everybody = sum(capacity.values())
    naming: dict[Firm, float] = defaultdict(float)
    for firm in firms:
        if firm.customer is not None:
            naming[firm.customer] += capacity[firm]
    reserved_by = [0.0] * len(park.segments)
    for firm in firms:
        firm.reserved = 0.0
        if firm.customer is not None:
            buyer = firm.customer.segment.number
            firm.reserved = reserved(firm, capacity[firm], everybody, naming[firm.customer], tie, bought[buyer], revenue[buyer])
            reserved_by[buyer] += firm.reserved
    kept = sum(firm.reserved for firm in firms)
    demand, spare = sum(bought), sum(capacity[firm] - firm.reserved for firm in firms)
    left = demand - kept
    part = min(left / spare, 1.0) if spare > 0.0 else 0.0
    for firm in firms:
        firm.orders = firm.reserved + (capacity[firm] - firm.reserved) * part
    filled = sum(firm.orders for firm in firms)
    share = (filled - kept) / left if left > 0.0 else 0.0
    segment.unmet = demand - filled
    for measure, amount in (("local_demand", demand), ("local_orders", filled), ("unmet_demand", segment.unmet)):
        park.book.note(measure, segment.number, amount)
    return [own + (amount - own) * share for own, amount in zip(reserved_by, bought, strict=True)]


def reserved(firm: Firm, own: float, everybody: float, naming: float, tie: float, spent: float, revenue: float) -> float:
    """What a firm's named buyer reserves for it."""
    weighted = everybody + (tie - 1.0) * naming
    if firm.customer is None or revenue <= 0.0 or weighted <= 0.0:
        return 0.0
    return min(spent * firm.customer.revenue / revenue * (tie - 1.0) * own / weighted, own)


def note(park: Park, revenue: list[float], suppliers: list[list[Firm]], placed: list[float]) -> None:
    """Suppliers at hand, and what was bought."""
    for segment in park.segments:
        b = segment.number
        segment.inputs = float(sum(len(suppliers[s]) for s in range(len(suppliers)) if park.given.supplied_by[b, s] > 0.0))
        park.book.note("local_purchases", b, placed[b])
        park.book.note("purchases", b, revenue[b] * float(sum(park.given.buys[b])))
