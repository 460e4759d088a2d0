"""Reading scenarios and policies: strict, in two languages, every problem at once and in its place."""

from experiments.reading.catalogue import Catalogue
from experiments.reading.files import list_policies, list_scenarios, read_policy, read_scenario
from experiments.reading.messages import Problem, ReadingError

__all__ = ["Catalogue", "Problem", "ReadingError", "list_policies", "list_scenarios", "read_policy", "read_scenario"]
