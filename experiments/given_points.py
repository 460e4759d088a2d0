"""A plan of given points, such as another program's sample: one more design, and kept as one."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wutong.experiments.errors import BadInputError
from wutong.experiments.factors import Value, Values
from wutong.experiments.manifest import write_inputs
from wutong.experiments.plan import Plan, Request, designed, plan_of
from wutong.experiments.reading import ReadingError
from wutong.experiments.reading.design_inputs import FILE as DESIGN_FILE
from wutong.experiments.reading.designs import read_design
from wutong.model.facts import Label


def plan_of_points(request: Request, points: Sequence[Values], language: str = "en") -> Plan:
    """What is asked for at each of some points, such as another program's sample: one more design, and kept as one.

    Parameters
    ----------
    points : a value for each factor by its name, such as ``growth.people`` or ``levers.seed_fund``, in its declared unit;
        a point that stands twice runs once

    Raises
    ------
    ReadingError
        With every problem of every file, and of every point.
    BadInputError
        If the replications do not count from 0, or as :func:`plan_of`.
    """
    if request.replications != tuple(range(len(request.replications))):
        zh, en = "给定各点时，重复编号须从 0 起连续", "at given points the replications must count from 0"
        raise BadInputError(Label(zh, en))
    plain = plan_of(request, language)
    names = [planned.scenario for planned in plain.pairs]
    told = {
        "format": 1,
        "title": {"zh": "给定的点", "en": "Given points"},
        "scenarios": [f"{name}.yaml" for name in names],
        "policies": [f"policies/{name}.yaml" for name in dict.fromkeys(request.policies and plain.pairs[0].policies)],
        "replications": len(plain.replications),
        "seed": plain.seed,
        "method": "list",
    }
    each = dict.fromkeys(json.dumps({name: _plain(value) for name, value in point.items()}) for point in points)
    lines = [*(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in told.items()), "points:"]
    texts = {**plain.texts, DESIGN_FILE: "\n".join([*lines, *(f"  - {point}" for point in each)]) + "\n"}
    with tempfile.TemporaryDirectory(prefix="wutong-") as folder:
        write_inputs(Path(folder), texts)
        try:
            design = read_design(Path(folder) / "inputs" / DESIGN_FILE)
        except ReadingError as error:
            raise ReadingError(dataclasses.replace(p, file=DESIGN_FILE) for p in error.problems) from None
    return designed(plain.name, design, texts)


def _plain(value: Value) -> Value:
    """A value as JSON knows it, also where it came as one of numpy's."""
    return bool(value) if isinstance(value, bool | np.bool_) else float(value)
