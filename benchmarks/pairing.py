"""How many replications shared draws save: python -m benchmarks.pairing

The difference that a landing subsidy makes to a measure has a smaller variance between paired worlds (same keys, with and
without the lever) than between independent ones.  The ratio of the variances is the ratio of replications needed for the same
interval.  Assumptions are fixed at their defaults, so that chance alone is compared; where they are sampled too, pairing
shares them as well and saves more.
"""

from __future__ import annotations

import numpy as np

from benchmarks.parks import cases, scenario
from wutong.model.assumptions import at_defaults
from wutong.model.facts import Floats, Label
from wutong.model.scenario import LeverSetting, Policy
from wutong.model.simulate import simulate
from wutong.model.units import quarter

N_WORLDS = 96
MEASURES = ("entrants_attracted", "firms", "employees", "revenue")


def totals(policy: Policy) -> dict[str, Floats]:
    """Value of each measure in every world at the end, flows summed over the run, of shape (n_worlds,)."""
    run = at_defaults(scenario(entry=1.0, quarters=33))
    history = simulate(cases(run, N_WORLDS, policy))
    flows = {"entrants_attracted"}
    return {m: history.total(m).sum(axis=0) if m in flows else history.total(m)[-1] for m in MEASURES}


def main() -> None:
    none = Policy("none", Label("无", "none"), ())
    setting = LeverSetting("landing_subsidy", 0.10, quarter("2024Q1"))
    with_lever, without = totals(Policy("landing", Label("落户补助", "landing subsidy"), (setting,))), totals(none)
    print(f"{N_WORLDS} worlds, landing subsidy of 10 % from 2024Q1, to 2030Q4")
    for name in MEASURES:
        paired = (with_lever[name] - without[name]).var(ddof=1)
        independent = with_lever[name].var(ddof=1) + without[name].var(ddof=1)
        print(f"{name:20s} mean difference {np.mean(with_lever[name] - without[name]):10.1f}   "
              f"replications saved: {independent / paired:7.1f} times")  # fmt: skip


if __name__ == "__main__":
    main()
