"""Names that files once used and what they are called now, so that old files get a helpful sentence: a rename adds a line."""

from __future__ import annotations

from collections.abc import Collection, Mapping

KEYS: Mapping[str, Mapping[str, str]] = {  # kind of entry -> old key -> new one
    "ScenarioFile": {"goals": "targets", "horizon": "clock.end", "demand_shocks": "shocks"},
    "PolicyFile": {"levers": "settings", "note": "remark"},
    "ParkFile": {"regions": "zones", "chain": "segments"},
    "TargetEntry": {"value": "at_least", "year": "by", "deadline": "by"},
    "SettingEntry": {"value": "level", "from": "start", "to": "end", "scope": "segments"},
    "AnchorEntry": {"operating": "opens", "announced": "signed"},
}
NAMES: Mapping[str, str] = {  # levers, measures and parameters; several where one became several
    "recruitment": "anchor_recruitment",
    "matching": "supplier_matching",
    "staff": "employees",
    "output": "revenue",
    "attraction.follow_ridge": "attraction.laptop_partners, attraction.lead_rate, attraction.follow_rate",  # 0.1.0
    "growth.segment_spread": "outside.segment_spread",
    "attraction.pool_spread": "outside.pool_spread",
}
GONE = frozenset(old for old in NAMES if "." in old)  # parameters, which a copy of inputs from before may still name


def new_name(old: str, allowed: Collection[str]) -> str | None:
    """What a name is called now; None if it never was one of these."""
    new = NAMES.get(old, "")
    return new if new and all(part in allowed for part in new.split(", ")) else None


def new_key(kind: str, old: str) -> str | None:
    """What a key of an entry of this kind is called now; None if it never was one."""
    return KEYS.get(kind, {}).get(old)
