"""Wutong: how an industrial park grows around its anchor firms, and what policy adds.

The rooms ``wutong.model``, ``wutong.experiments`` and the data of ``scenarios`` lie inside this package once it is installed,
and beside it in a checkout; either way only the name ``wutong`` is claimed.
"""

from pathlib import Path

__version__ = "0.2.0"

_home = Path(__file__).resolve().parent
if not (_home / "model").is_dir():  # a checkout: the rooms stand beside this folder
    __path__.append(str(_home.parent))
