"""The store of an experiment: every finished run durable at once in one SQLite file, read back measure by measure.

Runs come in chunks, each in one transaction.  One process writes; others may read what is there at any time.  Whatever kills
the writer, what was stored stays.
"""

from wutong.experiments.store.content import Failed, Store
from wutong.experiments.store.opening import FILE, Access, opened, salvaged

__all__ = ["FILE", "Access", "Failed", "Store", "opened", "salvaged"]
