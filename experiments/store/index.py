"""What stands where in a store: read at once and held to the checksums of its rows, and to the seal over all of them."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wutong.experiments.packing import Layout
from wutong.experiments.store.words import damaged, later

FORMAT = 3
EARLIER = (1, 2)  # told apart by the word alone; of later ones the file itself says its version, too
NOBODY = "-"  # stands for a run of a chunk that was forgotten
SEALED = ("layouts", "chunks", "failures")  # tables whose rows are counted; a part is missed when it is read
BAD_ROWS = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError)  # what a flipped bit makes of a row
OF_ROWS = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE layouts (number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, layout TEXT NOT NULL UNIQUE);
CREATE TABLE chunks (number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, layout INTEGER NOT NULL, ids TEXT NOT NULL);
CREATE TABLE failures (
  id TEXT PRIMARY KEY, checksum INTEGER NOT NULL, quarter TEXT NOT NULL, error TEXT NOT NULL, traceback TEXT NOT NULL
) WITHOUT ROWID;
"""
TABLES = f"""{OF_ROWS}
CREATE TABLE parts (
  chunk INTEGER NOT NULL, measure INTEGER NOT NULL, checksum INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (chunk, measure)
);
"""


@dataclass(frozen=True)
class Failed:
    """Why a run gave no result."""

    quarter: str
    error: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands: a chunk, and which of its worlds."""

    chunk: int
    world: int


@dataclass(frozen=True)
class Chunk:
    """Runs that are kept together: the number of their layout, and their ids, one a world, ``NOBODY`` where one was forgotten."""

    layout: int
    n_worlds: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """Layouts and chunks by number, failures by id, and where each run stands."""

    layouts: Mapping[int, Layout]
    chunks: Mapping[int, Chunk]
    failed: Mapping[str, Failed]
    runs: Mapping[str, Place]

    @cached_property
    def complete(self) -> frozenset[str]:
        return frozenset(self.runs)


def row_checksum(*values: object) -> int:
    """CRC-32 over what stands in a row."""
    return zlib.crc32(json.dumps(values, ensure_ascii=False).encode())


def part_checksum(content: bytes, chunk: int, measure: int) -> int:
    """CRC-32 over a part, and over where it belongs."""
    return zlib.crc32(content, row_checksum(chunk, measure))


def seal(connection: sqlite3.Connection) -> str:
    """How many rows there are, and the sum of their checksums: a row that is lost is missed."""
    query = "SELECT count(*), coalesce(sum(checksum), 0) FROM"
    return json.dumps([connection.execute(f"{query} {table}").fetchone() for table in SEALED])


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a store, which stands in it twice.

    Raises
    ------
    StoreError
        If it is later than this program, or the store is damaged.
    """
    row = connection.execute("SELECT value FROM about WHERE key = 'format'").fetchone()
    said, again = str(row[0]) if row else "", connection.execute("PRAGMA user_version").fetchone()[0]
    known = {(str(FORMAT), FORMAT): FORMAT, **{(str(version), 0): version for version in EARLIER}}
    if (said, again) in known:
        return known[said, again]
    raise later(path) if said == str(again) and again > FORMAT else damaged(path)


def index_of(connection: sqlite3.Connection) -> Index:
    """What stands where, as of one moment.

    Raises
    ------
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError
        If anything is not as it was written.
    """
    connection.execute("BEGIN")
    try:
        found = _sealed(connection)
    finally:
        connection.rollback()
    if any(chunk.layout not in found.layouts for chunk in found.chunks.values()):
        raise ValueError("a chunk without its layout")
    return found


def layout_in(number: int, checksum: int, text: str) -> Layout:
    """The layout of a row; ValueError if it is not as it was written."""
    if row_checksum(number, text) != checksum:
        raise ValueError(number)
    return Layout.read(text)


def chunk_in(number: int, checksum: int, layout: int, ids: str) -> Chunk:
    """The chunk of a row; ValueError if it is not as it was written."""
    if row_checksum(number, layout, ids) != checksum:
        raise ValueError(number)
    own = tuple(ids.split())
    return Chunk(layout, len(own), own)


def failure_in(run_id: str, checksum: int, *told: str) -> Failed:
    """The failure of a row; ValueError if it is not as it was written."""
    if row_checksum(run_id, *told) != checksum:
        raise ValueError(run_id)
    return Failed(*told)


def _sealed(connection: sqlite3.Connection) -> Index:
    sealed = connection.execute("SELECT value FROM about WHERE key = 'seal'").fetchone()
    if sealed is None or sealed[0] != seal(connection):
        raise ValueError("seal")
    layouts = {row[0]: layout_in(*row) for row in connection.execute("SELECT number, checksum, layout FROM layouts")}
    rows = connection.execute("SELECT number, checksum, layout, ids FROM chunks ORDER BY number")
    chunks = {row[0]: chunk_in(*row) for row in rows}
    failures = connection.execute("SELECT id, checksum, quarter, error, traceback FROM failures")
    runs: dict[str, Place] = {}
    for number, chunk in chunks.items():
        for world, run_id in enumerate(chunk.ids):
            runs.setdefault(run_id, Place(number, world))
    runs.pop(NOBODY, None)
    return Index(layouts, chunks, {row[0]: failure_in(*row) for row in failures}, runs)
