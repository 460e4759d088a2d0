"""Stores of earlier versions, seen as one of today: read by the same code, and never written.

What has other columns is laid over with temporary tables and views of today's names, which SQLite finds first.  Rows had no
checksums then, so they get them here; the checksum that the numbers had is held to.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator

import numpy as np

from wutong.experiments.store.index import BAD_ROWS, NOBODY, OF_ROWS, part_checksum, row_checksum, seal

FIRST, SECOND = 1, 2  # a row for each run, its measures one behind another; then chunks of runs, a part for each measure
HEAD, TAIL = 2, 4  # bytes around the content that the first version's zlib wrote
COPIED = {"layouts": "number, layout", "failures": "id, quarter, error, traceback"}
SECOND_PARTS = """
CREATE TEMP VIEW parts AS
SELECT chunk, measure, again(content, checksum, chunk, measure) AS checksum, content FROM main.parts
"""
FIRST_PARTS = """
CREATE TEMP VIEW parts AS
SELECT chunks.number AS chunk, positions.number AS measure,
  again(piece(content, ends, positions.number, NULL), NULL, chunks.number, positions.number) AS checksum,
  piece(content, ends, positions.number, runs.checksum) AS content
FROM temp.chunks JOIN main.runs ON runs.id = chunks.ids JOIN temp.positions
"""

ChunkRow = tuple[int, int, str]  # number, layout, ids


def lay_over(connection: sqlite3.Connection, version: int) -> None:
    """Let a connection to an earlier store read as one to a store of today.

    Raises
    ------
    ValueError, TypeError
        If runs and chunks do not go together.
    """
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.executescript(OF_ROWS.replace("CREATE TABLE", "CREATE TEMP TABLE"))
    connection.create_function("again", 4, _again, deterministic=True)
    for table, columns in COPIED.items():
        for first, *rest in connection.execute(f"SELECT {columns} FROM main.{table}").fetchall():
            row = (first, row_checksum(first, *rest), *rest)
            connection.execute(f"INSERT INTO temp.{table} VALUES ({', '.join('?' * len(row))})", row)
    chunks = _runs_alone(connection) if version == FIRST else _chunks(connection)
    rows = [(number, row_checksum(number, layout, ids), layout, ids) for number, layout, ids in chunks]
    connection.executemany("INSERT INTO temp.chunks VALUES (?, ?, ?, ?)", rows)
    connection.execute("INSERT INTO temp.about VALUES ('seal', ?)", (seal(connection),))
    connection.execute(FIRST_PARTS if version == FIRST else SECOND_PARTS)
    connection.commit()


def _runs_alone(connection: sqlite3.Connection) -> Iterator[ChunkRow]:
    """A chunk for each run of the first version."""
    connection.create_function("piece", 4, _piece, deterministic=True)
    most = max((len(json.loads(text)[-1]) for (text,) in connection.execute("SELECT layout FROM temp.layouts")), default=0)
    connection.execute("CREATE TEMP TABLE positions (number INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO positions VALUES (?)", ((n,) for n in range(most)))
    rows = connection.execute("SELECT id, layout FROM main.runs ORDER BY id").fetchall()
    return ((number, layout, run_id) for number, (run_id, layout) in enumerate(rows, start=1))


def _chunks(connection: sqlite3.Connection) -> Iterator[ChunkRow]:
    """The chunks of the second version, whose runs stand in a table of their own."""
    rows = connection.execute("SELECT number, layout, n_worlds FROM main.chunks").fetchall()
    worlds = {number: [NOBODY] * n_worlds for number, _, n_worlds in rows}
    for run_id, chunk, world in connection.execute("SELECT id, chunk, world FROM main.runs"):
        if world < 0 or worlds.get(chunk, [])[world : world + 1] != [NOBODY]:
            raise ValueError("a run without its place in a chunk")
        worlds[chunk][world] = run_id
    return ((number, layout, " ".join(worlds[number])) for number, layout, _ in rows)


def _again(content: bytes | None, checksum: int | None, chunk: int, measure: int) -> int | None:
    """Today's checksum of a part, where the one that it had holds."""
    if content is None or checksum not in {None, zlib.crc32(content)}:
        return None
    return part_checksum(content, chunk, measure)


def _piece(content: bytes, ends: bytes, measure: int, checksum: int | None) -> bytes | None:
    """One measure of a run as today's parts are compressed; None where the run is not what was written."""
    try:
        first, last = (int(end) for end in np.frombuffer(b"\0" * 4 + ends, "<u4")[measure : measure + 2])
        return content[first + HEAD : last - TAIL] if checksum in {None, zlib.crc32(content)} else None
    except BAD_ROWS:
        return None
