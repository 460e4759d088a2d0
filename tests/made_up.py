"""Histories made of given numbers, so that an answer's truth is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import synthetic

from wutong.experiments.answers.effect import Outcome
from wutong.model.facts import Floats, Label
from wutong.model.history import Axis, History
from wutong.model.levers import LEVERS
from wutong.model.scenario import Case, LeverSetting, Policy
from wutong.model.units import quarter

FIRST, END = synthetic.START + 1, quarter("2023Q4")
ROWS = END - synthetic.START + 1
REVENUE = Outcome("revenue", END)
NOTHING = Policy("none", Label("不新增政策", "No new policy"), ())
FACTS = {key: synthetic.FACTS[key] for key in ("revenue", "firms", "lever_cost")}
AXES = {Axis.SEGMENT: tuple(synthetic.SEGMENTS), Axis.LEVER: tuple(LEVERS)}


def setting(lever: str, level: float = 1.0) -> LeverSetting:
    return LeverSetting(lever, level, FIRST)


def policy(*levers: str, name: str = "mix") -> Policy:
    return Policy(name, Label("试验组合", "Test mix"), tuple(setting(lever) for lever in levers))


def history(
    values: Floats | Sequence[float], chosen: Policy = NOTHING, cost: float = 0.0, replications: Sequence[int] | None = None
) -> History:
    """Worlds whose revenue and firms at the end are the given ones, of shape (n_worlds,), at a constant cost [亿元/year]."""
    end = np.asarray(values, float)
    scenario = dataclasses.replace(synthetic.scenario(END), targets=())
    numbers = range(len(end)) if replications is None else replications
    cases = tuple(Case(scenario, chosen, r) for r in numbers)
    series = np.zeros((ROWS, len(end), len(synthetic.SEGMENTS)))
    series[-1, :, 0] = end
    paid = np.zeros((ROWS, len(end), len(LEVERS)))
    paid[1:, :, 0] = cost
    return History(cases, synthetic.START, AXES, FACTS, {"revenue": series, "firms": series, "lever_cost": paid})


def column(answer, name: str) -> list:
    """Cells of one column of an answer's table."""
    return [row[list(answer.columns).index(name)] for row in answer.rows]


def assert_sound(answer) -> None:
    """A table as wide as its columns, and words in both languages that hold no artefact of a number."""
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    assert not any(isinstance(cell, float) and not np.isfinite(cell) for row in answer.rows for cell in row)
    for text in (answer.words.zh, answer.words.en):
        assert text
        assert not [bad for bad in ("nan", "inf ", "None", "  ", "。。", "..", "；。") if bad in text], text
    assert any("\u4e00" <= c <= "\u9fff" for c in answer.words.zh)
    assert not any("\u4e00" <= c <= "\u9fff" for c in answer.words.en), answer.words.en


def subset_histories(mix: Policy, policies: Sequence[Policy], worth: Mapping[frozenset, Floats]) -> list[History]:
    """Runs of every policy with what its levers are worth."""
    return [history(worth[frozenset(s.lever for s in p.settings)], p) for p in policies]
