"""The store of an experiment: every finished run durable at once in one SQLite file, read back measure by measure.

Runs come in chunks, each in one transaction.  One process writes; others may read what is there at any time.  Whatever kills
the writer, what was stored stays.  What is read is checked: every row and part has its checksum, all rows together a seal.
"""

from wutong.experiments.store.content import Store
from wutong.experiments.store.index import Failed
from wutong.experiments.store.opening import FILE, Access, opened
from wutong.experiments.store.saving import salvaged

__all__ = ["FILE", "Access", "Failed", "Store", "opened", "salvaged"]
