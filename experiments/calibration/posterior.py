"""A posterior: worlds with their weights, what they say of parameters and figures, and its draws as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from wutong.experiments.calibration.figures import Calibration
from wutong.experiments.calibration.runs import Table
from wutong.experiments.calibration.weighing import (
    FEWEST,
    drawn_rows,
    log_weights,
    n_effective,
    reached,
    weighted_quantiles,
    weights_of,
)
from wutong.experiments.errors import ResultsError
from wutong.experiments.unfinished import replacing
from wutong.model.facts import Floats, Label

SHARES = (0.05, 0.5, 0.95)
DRAWS = 200  # of a shipped posterior
DIGITS = 6  # significant, of a shipped draw
SILENT = 0.85  # width of the 90 % range relative to before: above it the figures say next to nothing of a parameter


@dataclass(frozen=True)
class Posterior:
    """Worlds drawn from the declared ranges, and the weight of each."""

    calibration: Calibration
    table: Table
    weights: Floats  # (n_worlds,), summing to 1

    @property
    def n_effective(self) -> float:
        return n_effective(self.weights)

    @cached_property
    def even(self) -> Floats:
        """The weights before the figures are looked at."""
        return np.full(len(self.weights), 1.0 / len(self.weights))

    def before(self, name: str) -> Floats:
        """5 %, median and 95 % of a parameter over its declared range."""
        return weighted_quantiles(self.table.values[:, self.calibration.place(name)], self.even, SHARES)

    def after(self, name: str) -> Floats:
        """The same given the figures."""
        return weighted_quantiles(self.table.values[:, self.calibration.place(name)], self.weights, SHARES)

    def narrowed(self, name: str) -> float:
        """Width of the 90 % range relative to before."""
        before, after = self.before(name), self.after(name)
        return float((after[2] - after[0]) / max(before[2] - before[0], 1e-12))

    def told(self) -> list[str]:
        """Parameters of which the figures say something."""
        return [name for name in self.calibration.names if self.narrowed(name) <= SILENT]

    def silent(self) -> list[str]:
        """Parameters of which the figures say next to nothing."""
        return [name for name in self.calibration.names if self.narrowed(name) > SILENT]

    def without(self, left_out: Sequence[int]) -> Posterior:
        """The posterior from all figures but those at some places."""
        kept = [i for i in range(len(self.calibration.figures)) if i not in left_out]
        own = self.calibration
        logs = log_weights(self.table.said[:, kept], own.seen[kept], own.spread[kept])
        return Posterior(own, self.table, weights_of(logs))

    def expected(self, place: int) -> Floats:
        """5 %, median and 95 % of what the worlds say of a figure."""
        return weighted_quantiles(self.table.said[:, place], self.weights, SHARES)

    def foreseen(self, place: int) -> Floats:
        """5 %, median and 95 % of a figure as it would be seen, from all the others: with its own error."""
        others = self.without([place])
        noise = np.exp(self.calibration.spread[place] * np.random.default_rng([1, place]).standard_normal(len(self.weights)))
        return weighted_quantiles(self.table.said[:, place] * noise, others.weights, SHARES)

    def strongest_pair(self) -> tuple[str, str, float] | None:
        """The two parameters that the figures tie together most, and the correlation of their ranks; None of a single one."""
        rows = drawn_rows(self.weights, 2000, seed=1)
        values = self.table.values[rows]
        ranks = np.argsort(np.argsort(values, axis=0), axis=0).astype(np.float64)
        if values.shape[1] < 2:
            return None
        together = np.corrcoef(ranks.T) - np.eye(values.shape[1])
        first, second = np.unravel_index(int(np.abs(together).argmax()), together.shape)
        names = self.calibration.names
        return names[min(first, second)], names[max(first, second)], float(together[first, second])

    def draws(self, n: int = DRAWS, seed: int = 1) -> Floats:
        """Equally likely sets of parameters, of shape (n, n_names)."""
        return np.asarray(self.table.values[drawn_rows(self.weights, n, seed)])


def posterior_of(calibration: Calibration, table: Table) -> Posterior:
    """The posterior given the figures.

    Raises
    ------
    ResultsError
        If no world comes near to the figures, or too few count.
    """
    logs = log_weights(table.said, calibration.seen, calibration.spread)
    if not reached(logs, len(calibration.figures)):
        zh = f"{calibration.label.zh}：没有一个世界接近这些数据，校准没有意义；请检查数据和声明的区间"
        en = f"{calibration.label.en}: no world comes near to the figures; check them, and the declared ranges"
        raise ResultsError(Label(zh, en))
    found = Posterior(calibration, table, weights_of(logs))
    if not found.n_effective >= FEWEST:
        n, worth = len(table.values), f"{found.n_effective:.0f}"
        zh = f"{calibration.label.zh}：{n} 个世界中只有约 {worth} 个与数据相符，不足以给出校准结果；请增大 -n"
        en = f"{calibration.label.en}: of {n} worlds only some {worth} count, too few for a posterior; raise -n"
        raise ResultsError(Label(zh, en))
    return found


def as_csv(found: Posterior, seed: int, n_draws: int = DRAWS) -> str:
    """The draws as a file of the folder ``posteriors``, with what made them in its first lines."""
    own = found.calibration
    made_by = f"python run.py calibrate {own.key} -n {len(found.weights)} --seed {seed}"
    return draws_text(own.label, made_by, own.names, found.draws(n_draws, seed))


def draws_text(label: Label, made_by: str, names: Sequence[str], draws: Floats) -> str:
    """Draws of shape (n, n_names), with what they are and the command that makes them in the first lines."""
    text = io.StringIO(newline="")
    text.write(f"# {label.zh} {label.en}\n")
    text.write(f"# Made by: {made_by}\n")
    text.write("# Each row is one set of parameters that goes together; all rows are equally likely.\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[f"{value:.{DIGITS}g}" for value in row] for row in draws])
    return text.getvalue()


def write_posterior(folder: Path, found: Posterior, seed: int, n_draws: int = DRAWS) -> Path:
    """Write the draws into ``folder/posteriors``; returns the file."""
    path = folder / "posteriors" / f"{found.calibration.key}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished:
        unfinished.write_text(as_csv(found, seed, n_draws), encoding="utf-8")
    return path
