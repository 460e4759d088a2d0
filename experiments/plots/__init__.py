"""Pictures: functions that take histories and return a matplotlib ``Figure``; no global style, no display, no open window.

matplotlib keeps a list of fonts in the user's home folder.  Unless it is loaded already, or the user has named a folder in
``MPLCONFIGDIR``, it is loaded here with a temporary one, so that drawing leaves nothing behind.
"""

# ruff: noqa: E402 (nothing may import matplotlib before it is loaded below)

from __future__ import annotations

import importlib
import os
import sys
import tempfile


def _load_matplotlib() -> None:
    if "MPLCONFIGDIR" in os.environ or "matplotlib.font_manager" in sys.modules:
        return
    with tempfile.TemporaryDirectory(prefix="wutong-", ignore_cleanup_errors=True) as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            importlib.import_module("matplotlib.font_manager")
        finally:
            del os.environ["MPLCONFIGDIR"]


_load_matplotlib()

from wutong.experiments.plots.bands import attainment_by_band
from wutong.experiments.plots.chain import chain
from wutong.experiments.plots.cost_effect import cost_effect
from wutong.experiments.plots.difference import differences
from wutong.experiments.plots.dose import dose
from wutong.experiments.plots.event import anchor_event
from wutong.experiments.plots.event_accounts import accounts_event
from wutong.experiments.plots.family import family_tree
from wutong.experiments.plots.filling import filling
from wutong.experiments.plots.goal_map import goal_map
from wutong.experiments.plots.hindcast import hindcast_picture
from wutong.experiments.plots.mix import mix
from wutong.experiments.plots.named import Named, save
from wutong.experiments.plots.panels import attainment, industries
from wutong.experiments.plots.pipeline import knowledge_pipeline
from wutong.experiments.plots.pit import pit_histogram
from wutong.experiments.plots.posterior import posterior
from wutong.experiments.plots.regret import regret_table
from wutong.experiments.plots.scorecard import scorecard
from wutong.experiments.plots.sensitivity import sensitivity_dots
from wutong.experiments.plots.site_map import site_map
from wutong.experiments.plots.starts import late_starts
from wutong.experiments.plots.tornado import tornado
from wutong.experiments.plots.trajectories import trajectory

__all__ = [
    "Named", "accounts_event", "anchor_event", "attainment", "attainment_by_band", "chain", "cost_effect", "differences", "dose",
    "family_tree", "filling", "goal_map", "hindcast_picture", "industries", "knowledge_pipeline", "late_starts", "mix",
    "pit_histogram", "posterior", "regret_table", "save", "scorecard", "sensitivity_dots", "site_map", "tornado", "trajectory",
]  # fmt: skip
