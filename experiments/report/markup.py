"""HTML from names, attributes and texts: every text is escaped unless it is markup already."""

from __future__ import annotations

import html
from collections.abc import Mapping

VOID = frozenset({"meta", "link", "br", "col"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Attributes = Mapping[str, str | None]  # None: stands without a value


def element(name: str, attributes: Attributes | None = None, *children: str) -> Markup:
    """An element with its children."""
    head = name + "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    if name in VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{joined(*children)}</{name}>")


def joined(*children: str) -> Markup:
    """Children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(child, quote=False) for child in children))


def _attribute(key: str, value: str | None) -> str:
    return f" {key}" if value is None else f' {key}="{html.escape(value)}"'
