"""Reading scenarios and policies: strict, in two languages, every problem at once and in its place."""

from wutong.experiments.reading.catalogue import Catalogue
from wutong.experiments.reading.files import (
    Resolved,
    list_designs,
    list_parks,
    list_policies,
    list_scenarios,
    read_scenario,
    resolve_scenario,
)
from wutong.experiments.reading.messages import Problem, ReadingError
from wutong.experiments.reading.policies import read_policy

__all__ = [
    "Catalogue",
    "Problem",
    "ReadingError",
    "Resolved",
    "list_designs",
    "list_parks",
    "list_policies",
    "list_scenarios",
    "read_policy",
    "read_scenario",
    "resolve_scenario",
]
