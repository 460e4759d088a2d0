"""The schedule: one quarter of the park.  Read it and you know the model.

An anchor signs, is built and opens (anchors); its partners follow, other firms enter where a segment draws them (attraction);
staff of firms and labs found firms of their own (spin_off); buyers order from local suppliers (orders); firms grow on orders
and on outside demand as far as people and floor allow (growth); labs move projects towards use (knowledge); firms close or move
away (exit); floor space is added and rent moves (site); money is counted (accounts).  Then the quarter is settled: deaths first,
then births admitted to floor space.

Every column has one owner; a rule before the owner sees last quarter's value, a rule after it this quarter's.
"""

from __future__ import annotations

from typing import Any

from wutong.model.contract import Rule
from wutong.model.rules import accounts, anchors, attraction, exit, growth, knowledge, orders, site, spin_off
from wutong.model.state import ParkState

SCHEDULE: tuple[Rule[ParkState, Any], ...] = (
    anchors.RULE,
    attraction.RULE,
    spin_off.RULE,
    orders.RULE,
    growth.RULE,
    knowledge.RULE,
    exit.RULE,
    site.RULE,
    accounts.RULE,
)
