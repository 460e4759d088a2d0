"""``python -m wutong.experiments.pooled``: the pooled fit made anew, and the two files that come from it."""

from __future__ import annotations

import csv
import sys

import numpy as np

from wutong.experiments.calibration.posterior import DRAWS, draws_text
from wutong.experiments.pooled.fit import sampled
from wutong.experiments.pooled.frozen import training
from wutong.experiments.pooled.priors import OUTSIDE, RANGES, one_more_park, ranges
from wutong.experiments.reading.resolve import SHIPPED
from wutong.experiments.unfinished import replacing
from wutong.model.facts import Label

LABEL = Label("各地园区的增长、放缓与波动", "How parks grow, slow down and swing")


def main() -> None:
    """Fit, draw and write."""
    draws = sampled(training(), progress=lambda done, _, of: print(f"\r{done}/{of}", end="", file=sys.stderr))
    found = one_more_park(draws)
    chosen = np.linspace(0, len(draws) - 1, DRAWS).astype(int)
    values = np.stack([found[name][chosen] for name in OUTSIDE], axis=1)
    with replacing(SHIPPED / "posteriors" / "parks.csv") as unfinished:
        text = draws_text(LABEL, "python -m wutong.experiments.pooled", OUTSIDE, values)
        unfinished.write_text(text, encoding="utf-8")
    with replacing(RANGES) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("quantity", "unit", "middle", "spread"))
        writer.writerows((name, unit, f"{middle:.4g}", f"{spread:.4g}") for name, unit, middle, spread in ranges(found))


if __name__ == "__main__":
    main()
