"""schema.json of scenarios, policies, parks and designs: what editors need for completion and hover texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wutong.experiments.documents.markdown import ROOT
from wutong.experiments.reading.json_schema import dumped, json_schema

FOLDERS: Mapping[str, Path] = {
    "scenario": ROOT / "scenarios",
    "policy": ROOT / "scenarios" / "policies",
    "park": ROOT / "scenarios" / "parks",
    "design": ROOT / "scenarios" / "designs",
}
FIRST_LINE = "# yaml-language-server: $schema=schema.json"


def schema_path(kind: str) -> Path:
    """Where the schema of a kind of file stands: beside the files, so that their first line can name it."""
    return FOLDERS[kind] / "schema.json"


def schema_text(kind: str) -> str:
    return dumped(json_schema(kind))
