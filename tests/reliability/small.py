"""Small made-up batches for the tests of this folder: importable by name, so that another process finds them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from tests import worlds
from tests.test_runner import simulate as counted
from wutong.experiments.crew import Outcome, Task, to_be_stored
from wutong.experiments.exports import export
from wutong.experiments.forms import Form
from wutong.experiments.identity import run_ids
from wutong.experiments.kept import kept_of
from wutong.experiments.results import write_tables
from wutong.experiments.runner import Workers, chunked
from wutong.experiments.store import FILE, Access, opened
from wutong.experiments.tables import Wanted
from wutong.model.history import History
from wutong.model.scenario import Case, LeverSetting
from wutong.model.simulate import attempted

QUARTERS = 2
WANTED = Wanted(("revenue", "firms", "revenue_per_head", "net_balance", "occupancy"))
BUSY = worlds.policy(LeverSetting("tax_relief", 0.2, worlds.FIRST + 1), name="busy")


def cases_of(n: int = 8, *, more: bool = False) -> list[Case]:
    """Cases of two scenarios and two policies; with ``more`` there are a scenario, a policy and replications between them."""
    usual = worlds.toy_scenario(quarters=QUARTERS)
    other = worlds.without(worlds.toy_scenario(quarters=QUARTERS, name="other"), worlds.NO_SPIN_OFFS)
    third = worlds.without(worlds.toy_scenario(quarters=QUARTERS, name="third"), worlds.NO_KNOWLEDGE)
    grant = worlds.policy(LeverSetting("tax_relief", 0.4, worlds.FIRST), name="grant")
    scenarios = (usual, third, other) if more else (usual, other)
    policies = (grant, worlds.NO_POLICY, BUSY) if more else (worlds.NO_POLICY, BUSY)
    return [Case(s, p, r, 1) for r in range(n + 3 * more) for s in scenarios for p in policies]


def both(chunk: Sequence[Case], outcome: Outcome) -> Outcome:
    """The outcome as it is and packed."""
    return dataclasses.replace(outcome, pieces=to_be_stored(chunk, outcome).pieces)


def run_into(path: Path, cases: Sequence[Case], workers: Workers) -> dict[str, bytes]:
    """Run cases into a new store, and return all that every run gave, in float64, by the id of the run."""
    chunks = chunked(cases, workers.jobs)
    found: dict[str, bytes] = {}
    with opened(path, Access.NEW) as store:
        for finished in workers.stream(Task(attempted, both), chunks):
            for i, outcome in finished.items():
                assert outcome.history is not None and not outcome.raised
                ids, values = run_ids(chunks[i]), outcome.history.values
                assert not found.keys() & set(ids), "a run came twice"
                for piece in outcome.pieces:
                    store.add([ids[n] for n in piece.positions], piece.packed, {})
                for world, run_id in enumerate(ids):
                    own = (np.ascontiguousarray(values[name][:, world]).tobytes() for name in sorted(values))
                    found[run_id] = b"".join(own)
    return found


def tables_of(cases: Sequence[Case], folder: Path) -> bytes:
    """The bytes of all tables that are exported from a store."""
    kept = kept_of(folder / FILE, sorted(cases, key=lambda case: (case.scenario.name, case.policy.name, case.replication)))
    paths = export(kept, Form.CSV, WANTED, folder / "tables")
    with opened(folder / FILE, Access.READ) as store:
        histories = [store.history(group.cases, group.ids) for group in kept.groups.values()]
        ids = {id(case): run_id for group in kept.groups.values() for case, run_id in zip(group.cases, group.ids, strict=True)}
        written = write_tables(folder / "tables", histories, ids)
    paths += [folder / "tables" / name for name in (*written, "columns.json")]
    return b"".join(path.read_bytes() for path in paths)


def digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()


def digest_of(cases: Sequence[Case], workers: Workers, folder: Path) -> str:
    """One SHA-256 over all values in float64 and over the bytes of all exported tables."""
    values = run_into(folder / FILE, cases, workers)
    return digest([*(values[run_id] for run_id in sorted(values)), tables_of(cases, folder)])


# ── Batches that go wrong ────────────────────────────────────────────────────────────────────────────────────────────
def five_exits(cases: Sequence[Case]) -> History:
    if any(case.replication == 5 for case in cases):
        raise SystemExit("five")
    return counted(cases)
