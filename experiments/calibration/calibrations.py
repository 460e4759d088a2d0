"""What is calibrated to what: one entry a posterior."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.calibration.figures import Calibration
from experiments.calibration.funnel import FUNNEL
from experiments.calibration.laptop_wave import LAPTOP_WAVE
from experiments.calibration.turnover import TURNOVER

CALIBRATIONS: Mapping[str, Calibration] = {c.key: c for c in (LAPTOP_WAVE, FUNNEL, TURNOVER)}
