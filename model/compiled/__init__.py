"""The one place that compiles: functions written as plain Python loops, made into machine code by numba when they are needed.

:func:`compiled` only registers a function, so that importing the model loads no compiler; :func:`engine` makes an entry point,
and all registered functions that it reaches, once per process.  The functions themselves stay plain Python.
"""

from __future__ import annotations

from wutong.model.compiled.engines import HOOKS, EngineMissingError, EntryPoint, Hooks, engine, folders, uncompiled
from wutong.model.compiled.registry import compiled

__all__ = ["HOOKS", "EngineMissingError", "EntryPoint", "Hooks", "compiled", "engine", "folders", "uncompiled"]
