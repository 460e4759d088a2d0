"""What can be saved of a damaged store: nothing is written over what it is saved from."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from wutong.experiments.errors import StoreError
from wutong.experiments.packing import Packed
from wutong.experiments.store.content import Store
from wutong.experiments.store.index import BAD_ROWS, EARLIER, NOBODY, chunk_in, failure_in, layout_in, version_of
from wutong.experiments.store.opening import alone, create, to_write
from wutong.experiments.store.words import earlier, told
from wutong.experiments.unfinished import replacing

T = TypeVar("T")

ASIDE = ".damaged"  # ends the name under which a damaged store is kept


def salvaged(path: Path) -> int:
    """Rebuild a damaged store from what can still be read of it, and return the number of runs in it.

    The damaged file is kept beside it, with ``.damaged`` at the end of its name.  What an earlier repair kept is read too, so
    that one that was killed loses nothing.

    Raises
    ------
    StoreError
        If another process writes it, it is of an earlier version, or the disk is full; nothing is changed then.
    """
    with told(path), alone(path):
        sources = [source for source in (path, *sorted(path.parent.glob(f"{path.name}{ASIDE}*"))) if _is_store(source)]
        if path.exists() and _is_earlier(path):
            raise earlier(path)
        with replacing(path) as unfinished:
            create(unfinished)
            with to_write(unfinished) as store:
                for source in sources:
                    _take(source, store)
                n_runs = len(store.complete())
            if path.exists():
                _put_aside(path)
            of_reading = path.parent.glob(f"{path.name}{ASIDE}*-shm")
            for left in (*of_reading, *(path.with_name(path.name + log) for log in ("-wal", "-shm"))):
                left.unlink(missing_ok=True)  # the log of the damaged file stands aside, and the new one has none
        return n_runs


def _is_store(path: Path) -> bool:
    return path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal"))


def _is_earlier(path: Path) -> bool:
    with suppress(sqlite3.Error, StoreError), closing(_source(path)) as source:
        return version_of(source, path) in EARLIER
    return False


def _source(path: Path) -> sqlite3.Connection:
    """A connection that can change nothing, the log of a killed writer included."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _put_aside(path: Path) -> None:
    """Keep a damaged store under a name that nothing has yet, its log first."""
    numbers = ("", *(f"-{n}" for n in range(2, 1000)))
    to = next(to for n in numbers if not (to := path.with_name(f"{path.name}{ASIDE}{n}")).exists())
    for log in ("-wal", ""):
        if (own := path.with_name(path.name + log)).exists():
            with replacing(to.with_name(to.name + log)) as unfinished:
                shutil.copyfile(own, unfinished)


def _take(path: Path, store: Store) -> None:
    """Add the whole runs of a damaged store, and the failures that it knows, to a new one."""
    done = {NOBODY, *store.complete()}
    with closing(_source(path)) as source:
        old, layouts = Store(path, source), dict(_rows(source, "layouts", "number, checksum, layout", layout_in))
        for number, chunk in _rows(source, "chunks", "number, checksum, layout, ids", chunk_in):
            layout = layouts.get(chunk.layout)
            if layout is None or done.issuperset(chunk.ids):
                continue
            try:
                parts = tuple(old.part(number, position) for position in range(len(layout.measures)))
            except StoreError:
                continue
            store.add(chunk.ids, Packed(layout, chunk.n_worlds, parts), {})
            done.update(chunk.ids)
        failures = dict(_rows(source, "failures", "id, checksum, quarter, error, traceback", failure_in))
        store.add((), None, {run_id: failed for run_id, failed in failures.items() if run_id not in done})


def _rows(source: sqlite3.Connection, table: str, columns: str, read: Callable[..., T]) -> Iterator[tuple[Any, T]]:
    """The rows of a table that are as they were written, by their first column; from both ends, as reading stops at a hole."""
    key, seen = columns.partition(",")[0], set[object]()
    for order in ("", " DESC"):
        with suppress(sqlite3.Error):
            for row in source.execute(f"SELECT {columns} FROM {table} ORDER BY {key}{order}"):
                with suppress(*BAD_ROWS):
                    found = read(*row)
                    if row[0] not in seen:
                        seen.add(row[0])
                        yield row[0], found
