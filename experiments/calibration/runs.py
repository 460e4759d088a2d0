"""The worlds of a calibration: what each draws from the declared ranges, and what it says of the figures, kept part by part."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from wutong.experiments.calibration.figures import Calibration
from wutong.experiments.identity import code_of_model, content_of
from wutong.experiments.manifest import fingerprint
from wutong.experiments.reading import read_scenario
from wutong.experiments.runner import Progress, silent
from wutong.experiments.unfinished import replacing
from wutong.model.assumptions import sample, world_keys
from wutong.model.facts import Floats
from wutong.model.scenario import NO_NEW_POLICY, Case, Scenario

PART = 1_000  # worlds
DIGEST_BYTES = 32


@dataclass(frozen=True)
class Table:
    """Worlds of a calibration.

    Attributes
    ----------
    values : parameters, of shape (n_worlds, n_names)
    said : figures, of shape (n_worlds, n_figures)
    """

    values: Floats
    said: Floats


def at_declared_ranges(scenario: Scenario) -> Scenario:
    """The scenario without what earlier calibrations found: every parameter that it does not set is drawn from its range."""
    own = {name: a for name, a in scenario.assumptions.items() if not a.drawn_with}
    return dataclasses.replace(scenario, assumptions=own)


def scenario_of(calibration: Calibration) -> Scenario:
    """The scenario in which the worlds of a calibration run."""
    return at_declared_ranges(read_scenario(calibration.scenario))


def cases_of(scenario: Scenario, first: int, n: int, seed: int) -> list[Case]:
    return [Case(scenario, NO_NEW_POLICY, replication, seed) for replication in range(first, first + n)]


def content_hash(calibration: Calibration, scenario: Scenario) -> str:
    """Eight digits that change with the figures, the parameters and the scenario: parts of another calibration are not taken."""
    figures = [(f.key, f.seen, f.spread) for f in calibration.figures]
    return fingerprint(calibration.names, figures, content_of(scenario), code_of_model())


def drawn_values(calibration: Calibration, cases: list[Case]) -> Floats:
    """Calibrated parameters of each case from their declared ranges, whatever the scenario itself sets, (n_cases, n_names)."""
    scenario = cases[0].scenario
    free = {name: a for name, a in scenario.assumptions.items() if name not in calibration.names}
    free_scenario = dataclasses.replace(scenario, assumptions=free)
    parameters = sample([dataclasses.replace(c, scenario=free_scenario) for c in cases], world_keys(cases))
    columns = []
    for name in calibration.names:
        owner, _, field = name.partition(".")
        columns.append(np.broadcast_to(getattr(parameters[owner], field)[:, 0], len(cases)))
    return np.stack(columns, axis=1)


def table_of(
    calibration: Calibration, n: int, seed: int = 1, jobs: int = 1, folder: Path | None = None, progress: Progress = silent
) -> Table:
    """All worlds; parts that stand in ``folder`` already are not run again, and each new part is kept there at once."""
    parts, scenario = [], scenario_of(calibration)
    content = content_hash(calibration, scenario)
    for first in range(0, n, PART):
        count = min(PART, n - first)
        name = f"{calibration.key}_{content}_{seed}_{first:07d}_{count}.part"
        cases = cases_of(scenario, first, count, seed)
        parts.append(_kept(None if folder is None else folder / name, partial(_part, calibration, cases, jobs)))
        progress(first + count, 0, n)
    return Table(np.concatenate([p.values for p in parts]), np.concatenate([p.said for p in parts]))


def _kept(path: Path | None, made: Callable[[], Table]) -> Table:
    """A part from its file, or made and written there."""
    kept = None if path is None else _read(path)
    if kept is not None:
        return kept
    part = made()
    if path is not None:
        content = io.BytesIO()
        np.savez(content, values=part.values, said=part.said)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            unfinished.write_bytes(hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    return part


def _read(path: Path) -> Table | None:
    """A part as it was kept, behind its checksum; None where there is none, or it is not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        return None
    with np.load(io.BytesIO(content)) as found:
        return Table(found["values"], found["said"])


def _part(calibration: Calibration, cases: list[Case], jobs: int) -> Table:
    values = drawn_values(calibration, cases)
    return Table(values, calibration.say(cases, values, jobs))
