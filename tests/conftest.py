"""What all tests share: nothing but compiled code is kept between runs, nothing needs a display or depends on the locale."""

from __future__ import annotations

import functools
import gc
import os

import hypothesis
import pytest
import typer.testing

from wutong.model.compiled import keeping

for name in ("LC_ALL", "LC_MESSAGES"):
    os.environ.pop(name, None)
os.environ["LANG"] = "en_US.UTF-8"
os.environ["NO_COLOR"] = "1"
# the engine is compiled once for all of them: also where a test changes what a user's folders follow from
os.environ["WUTONG_CACHE"] = str(keeping.roots()[0])

hypothesis.settings.register_profile("quiet", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("quiet")

# tests call the command line a thousand times in one process: to build its commands anew each time took longer than what they do
typer.testing._get_command = functools.cache(typer.testing._get_command)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With several processes a module stays in one of them, so that what its tests share is made once."""
    from xdist.scheduler import LoadScopeScheduling

    return LoadScopeScheduling(config, log) if config.getoption("dist") == "load" else None


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
