"""Hindcasts: a park projected from a date in the past, scored against what was seen later.

from wutong.experiments.hindcast import hindcast
from wutong.experiments.hindcast.subject import of_name

found = hindcast(of_name("hsinchu_2001").scenario, 2001)
print(found.words.en)
"""

from wutong.experiments.hindcast.ask import Hindcast, hindcast

__all__ = ["Hindcast", "hindcast"]
