"""Experiments on the model: which cases to run, how to run them, and what to say about the results."""

from importlib.util import find_spec
from pathlib import Path


def refuse_foreign_model(home: Path) -> None:
    """Make sure that the name ``model`` means Wutong's package, before anything imports it.

    Parameters
    ----------
    home : folder that holds both packages

    Raises
    ------
    ImportError
        If another package or module called ``model`` comes first on the path.
    """
    found = find_spec("model")
    origin = found.origin if found is not None else None
    if origin is None or Path(origin).resolve().parent.parent != home:
        raise ImportError(
            f"Wutong's package `model` stands in {home}, but Python finds `model` at {origin or 'no file'}: "
            "rename that one, remove it from PYTHONPATH, or install Wutong into an environment of its own."
        )


refuse_foreign_model(Path(__file__).resolve().parent.parent)
