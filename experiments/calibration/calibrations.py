"""What is calibrated to what: one entry a posterior."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.experiments.calibration.figures import Calibration
from wutong.experiments.calibration.funnel import FUNNEL
from wutong.experiments.calibration.laptop_wave import LAPTOP_WAVE
from wutong.experiments.calibration.turnover import TURNOVER

CALIBRATIONS: Mapping[str, Calibration] = {c.key: c for c in (LAPTOP_WAVE, FUNNEL, TURNOVER)}
