"""Calibration: which rule parameters agree with what was seen, as draws that scenarios take in place of declared ranges.

``calibrations.py`` lists what is calibrated to what; ``weighing.py`` is the method; ``runs.py`` runs the worlds, part by part.
"""
