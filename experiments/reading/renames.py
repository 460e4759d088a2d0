"""Names that files once used and what they are called now, so that old files get a helpful sentence: a rename adds a line."""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, Mapping[str, str]] = {  # kind of entry -> old key -> new one
    "ScenarioFile": {"goals": "targets", "horizon": "clock.end", "demand_shocks": "shocks"},
    "PolicyFile": {"levers": "settings", "note": "remark"},
    "ParkFile": {"regions": "zones", "chain": "segments"},
    "TargetEntry": {"value": "at_least", "year": "by", "deadline": "by"},
    "SettingEntry": {"value": "level", "from": "start", "to": "end", "scope": "segments"},
    "AnchorEntry": {"operating": "opens", "announced": "signed"},
}
NAMES: Mapping[str, str] = {  # levers, measures and parameters
    "recruitment": "anchor_recruitment",
    "matching": "supplier_matching",
    "staff": "employees",
    "output": "revenue",
    "growth.segment_spread": "outside.segment_spread",
    "attraction.pool_spread": "outside.pool_spread",
}


def new_key(kind: str, old: str) -> str | None:
    """What a key of an entry of this kind is called now; None if it never was one."""
    return KEYS.get(kind, {}).get(old)
