"""The chain at a date, world by world: what each segment's local buyers ask for, what local firms supply, and who buys.

Demand is what local suppliers could fill; it equals orders filled plus the gap, in every world.  A segment's demand is divided
among its buyers in proportion to their revenue of the quarter before times what a unit of it buys there: the rule of orders does
the same after births and deaths, which a history does not tell apart.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats, Ints, Label, Mask
from wutong.model.history import Axis, History
from wutong.model.ratios import ratio
from wutong.model.scenario import Park, Segment

COVERED = 0.90  # of local demand: from here on a link is strong
LEAST_SHARE = 0.05  # of a segment's demand: smaller users are not named
LINKED = 0.02  # of a buyer's revenue: from here on two segments are linked
ROUNDING = 1e-9  # of demand: a smaller gap is none


class Kind(enum.StrEnum):
    """What a segment is to the local chain: see ``RULE``."""

    STRONG = "strong"
    GAP = "gap"
    EXTEND = "extend"
    APART = "apart"


KINDS = {
    Kind.STRONG: Label("强链", "strong"),
    Kind.GAP: Label("补链", "gap"),
    Kind.EXTEND: Label("延链", "to extend"),
    Kind.APART: Label("未成链", "apart"),
}
RULE = Label(
    "强链：园内有别的环节把收入的 2% 以上用于购买它，需求的 90% 以上由本地满足；补链：有这样的买家，满足不到 90%；"
    "延链：还没有这样的买家，但它自己这样依赖园内别的环节；未成链：两样都没有。",
    "Strong: another segment here spends at least 2% of its revenue on it, and local firms fill at least 90% of demand; "
    "gap: the same with less than 90% filled; to extend: no such buyer yet, but it leans on a segment here in that way; "
    "apart: neither.",
)


@dataclass(frozen=True)
class Chain:
    """The chain at the end of a quarter: arrays of shape (n_worlds, n_segments) unless said otherwise.

    Attributes
    ----------
    demand, orders, gap : [亿元/year]
    purchases : what local firms buy of each segment, whether local firms could supply it or not [亿元/year]
    bought : of shape (n_worlds, buying segment, selling segment), demand by who asks for it [亿元/year]
    kind : position in ``Kind``
    """

    park: Park
    quarter: int
    demand: Floats
    orders: Floats
    gap: Floats
    purchases: Floats
    bought: Floats
    firms: Floats
    revenue: Floats
    employees: Floats
    kind: Ints

    @property
    def n_worlds(self) -> int:
        return len(self.demand)

    @property
    def capacity(self) -> Floats:
        """What firms could deliver here now, by the assumed part of their output, and no less than they do [亿元/year]."""
        share = np.array([s.local_capacity_share.default for s in self.park.segments])
        return np.asarray(np.maximum(self.revenue * share, self.orders))

    @property
    def is_open(self) -> Mask:
        """Whether there is a gap beyond rounding."""
        return np.asarray(self.gap > ROUNDING * self.demand)

    @property
    def coverage(self) -> Floats:
        """Share of demand that is filled, NaN where there is none."""
        return ratio(self.orders, self.demand)

    def kind_of(self, segment: int) -> tuple[Kind, int]:
        """The most frequent kind of a segment, and in how many worlds it is of that kind."""
        counts = np.bincount(self.kind[:, segment], minlength=len(Kind))
        return tuple(Kind)[int(counts.argmax())], int(counts.max())

    def buyers_of(self, segment: int) -> list[tuple[int, float]]:
        """Segments that buy from one, with their share of its mean demand, the largest first."""
        mean = self.bought[:, :, segment].mean(axis=0)
        shares = mean / mean.sum() if mean.sum() > 0.0 else mean
        return [(int(b), float(shares[b])) for b in np.argsort(-shares, kind="stable") if shares[b] > 0.0]


def chain_at(history: History, quarter: int) -> Chain | None:
    """The chain at the end of a quarter; None where the runs do not cover it."""
    row = quarter - history.start
    if not 0 <= row <= history.n_quarters:
        return None
    park = history.cases[0].scenario.park
    if tuple(history.axes[Axis.SEGMENT]) != tuple(s.key for s in park.segments):
        raise ValueError("the history is not of this park's segments")
    demand, orders, gap, firms, revenue, employees = (
        history.values[m][row] for m in ("local_demand", "local_orders", "unmet_demand", "firms", "revenue", "employees")
    )
    buys = np.array(park.purchases)
    spending = history.values["revenue"][max(row - 1, 0)][:, :, None] * buys
    purchases = spending.sum(axis=1)
    share = np.divide(demand, purchases, out=np.zeros(demand.shape), where=purchases > 0.0)
    bought = spending * share[:, None, :]
    kind = kinds(firms > 0.0, buys, demand, orders)
    return Chain(park, quarter, demand, orders, gap, purchases, bought, firms, revenue, employees, kind)


def kinds(present: Floats, buys: Floats, demand: Floats, orders: Floats) -> Ints:
    """Position in ``Kind`` of every segment by ``RULE``, of shape (n_worlds, n_segments).

    Parameters
    ----------
    present : of shape (n_worlds, n_segments), whether firms of the segment operate
    buys : of shape (buying segment, selling segment), share of the buyer's revenue
    """
    linked = (buys >= LINKED) & ~np.eye(len(buys), dtype=np.bool_)
    here = np.asarray(present, np.int64)
    bought = (here @ linked > 0) & (demand > 0.0)
    buying = here @ linked.T > 0
    filled = orders >= COVERED * demand
    order = list(Kind)
    chosen = np.where(buying, order.index(Kind.EXTEND), order.index(Kind.APART))
    return np.where(bought, np.where(filled, order.index(Kind.STRONG), order.index(Kind.GAP)), chosen)


# ── Users ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def anchor_shares(chain: Chain, segment: int, revenue_of: Mapping[str, float]) -> list[tuple[str, float]]:
    """Named anchors that operate by the date, with the share of a segment's demand that would be theirs, the largest first.

    An anchor's part in its own segment's purchases is its declared revenue over the segment's mean; anchors that are declared
    larger than their segment share all of it.

    Parameters
    ----------
    revenue_of : declared revenue of each anchor [亿元/year]
    """
    keys = [s.key for s in chain.park.segments]
    found = []
    for buyer, share in chain.buyers_of(segment):
        own = [a for a in chain.park.anchors if a.segment == keys[buyer] and a.key in revenue_of]
        total = max(float(chain.revenue[:, buyer].mean()), sum(revenue_of[a.key] for a in own))
        found += [(a.key, share * revenue_of[a.key] / total) for a in own if total > 0.0]
    return sorted(found, key=lambda pair: -pair[1])


def drawing_anchors(park: Park, segment: str, least: float = 0.05) -> tuple[str, ...]:
    """Named anchors whose kind draws partners into a segment, at least this share of them."""
    kinds_here = {k.key for k in park.partner_kinds if k.shares.get(segment, 0.0) >= least}
    return tuple(a.key for a in park.anchors if a.partner_kind in kinds_here)


# ── A firm more ──────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Newcomer:
    """An average firm of a segment and what it would find, in the worlds that have such firms: of shape (n,) each."""

    revenue: Floats  # 亿元/year
    jobs: Floats
    orders: Floats  # local orders that it would win from the present gap [亿元/year]
    order_jobs: Floats  # jobs that these orders feed
    to_close: Floats  # average firms that would fill the gap; NaN where such a firm sells nothing here


def newcomer(chain: Chain, segment: int) -> Newcomer:
    """What one average firm more would be worth now: it wins of the gap what its output for local buyers can fill."""
    declared: Segment = chain.park.segments[segment]
    there = (chain.firms[:, segment] >= 1.0) & (chain.revenue[:, segment] > 0.0)
    firms, revenue = chain.firms[there, segment], chain.revenue[there, segment]
    employees, gap = chain.employees[there, segment], chain.gap[there, segment]
    own = revenue / firms
    room = own * declared.local_capacity_share.default
    orders = np.minimum(gap, room)
    return Newcomer(own, employees / firms, orders, orders * employees / revenue, ratio(gap, room))


def quantiles(values: Floats, probs: Sequence[float]) -> tuple[float | None, ...]:
    """Quantiles of finite values, of shape (n,); None each where there is none."""
    known = values[np.isfinite(values)]
    return tuple(float(q) for q in np.quantile(known, probs)) if known.size else (None,) * len(probs)
