"""Whether the method finds what is true: known parameters looked for in figures that the model itself made.

A world drawn from the declared ranges is taken for the truth, its figures get their errors, and the other worlds are weighed by
them.  The share of the posterior below the truth is then even on 0 to 1 for every parameter, whatever the model does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.experiments.calibration.figures import Calibration
from wutong.experiments.calibration.ranks import Spread, spreads
from wutong.experiments.calibration.runs import Table
from wutong.experiments.calibration.weighing import NOTHING, log_weights, n_effective, weights_of
from wutong.model.facts import Floats

TRUTHS = 400
ENOUGH = 30.0  # worlds that count, below which a truth is left out and counted
INTERVAL = 0.9


@dataclass(frozen=True)
class Ranks:
    """Share of the posterior below the truth, of shape (n_truths, n_names); truths with too few worlds about them left out."""

    calibration: Calibration
    shares: Floats
    n_left_out: int

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """How the shares of each parameter are spread."""
        return spreads(self.shares)

    def coverage(self, name: str) -> float:
        """Share of the truths inside the central 90 % of the posterior."""
        own = self.shares[:, self.calibration.place(name)]
        return float((np.abs(own - 0.5) <= INTERVAL / 2.0).mean()) if len(own) else float("nan")


def ranks_of(calibration: Calibration, table: Table, n: int = TRUTHS, seed: int = 1, *, spread: Floats | None = None) -> Ranks:
    """Truths that are drawn from the table, looked for among its other worlds.

    Parameters
    ----------
    spread : of the errors that the search takes for granted, in place of those that the figures really get: to see that a
        search that is too sure is found out
    """
    random = np.random.default_rng([seed, 11])
    taken = calibration.spread if spread is None else spread
    shares, left_out = [], 0
    for truth in random.choice(len(table.values), min(n, len(table.values)), replace=False):
        noise = np.exp(calibration.spread * random.standard_normal(len(calibration.spread)))
        logs = log_weights(table.said, np.maximum(table.said[truth], NOTHING) * noise, taken)
        logs[truth] = -np.inf
        weights = weights_of(logs)
        if n_effective(weights) < ENOUGH:
            left_out += 1
            continue
        shares.append(np.minimum(weights @ (table.values < table.values[truth]), 1.0))
    return Ranks(calibration, np.reshape(shares, (-1, len(calibration.names))), left_out)
