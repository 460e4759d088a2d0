"""What all tests share: nothing is kept between runs, nothing needs a display, nothing depends on the locale."""

from __future__ import annotations

import os

import hypothesis

for name in ("LC_ALL", "LC_MESSAGES"):
    os.environ.pop(name, None)
os.environ["LANG"] = "en_US.UTF-8"
os.environ["NO_COLOR"] = "1"

hypothesis.settings.register_profile("quiet", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("quiet")
