"""Numbers that stand in the code and in no file: a table of them all, and their values inside prose.

A template says ``{=growth.YOUNG}`` where the value of that constant shall stand.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType

import numpy as np

from wutong.experiments.documents.markdown import code, table
from wutong.model import (
    assumptions,
    base,
    derived,
    draws,
    lever_costs,
    lever_effects,
    lever_table,
    levers,
    newcomers,
    recording,
    rules,
    settlement,
    start,
    units,
)

INLINE = re.compile(r"\{=(\w+\.[A-Z_\d]+)\}")
SHARED = (units, base, newcomers, settlement, lever_effects, lever_costs, lever_table, levers, assumptions, recording, derived)
WORDS: Mapping[str, str] = {
    "units.STEP_YEARS": "Δ, a quarter [year]",
    "units.QUARTERS_PER_YEAR": "quarters a year",
    "lever_costs.LANDING_AT_START": "share of a landing subsidy that is paid when a project starts (7.9)",
    "lever_costs.LANDING_AT_OPENING": "share of it that is paid when it opens (7.9)",
    "build.DEMAND_SCALE": "mean initial revenues in the scale of unmet demand (7.2)",
    "newcomers.USUAL_INVESTMENT": "contract at which the lag is the usual one [亿元] (7.1)",
    "newcomers.LEAST_INVESTMENT": "contract at least, in the lag [亿元] (7.1)",
    "recording.FIRST_ROUND": "round of those that an anchor or a lab brought itself",
    "exit.HAZARD": "hazard behind these chances [1/year] (7.7)",
    "knowledge.STAGE_STEP": "what a stage adds to the key of its project (7.11)",
    "opening.UNDECLARED": "what a file does not declare of an anchor or a zone",
    "units.FIRST_YEAR": "first year that a date may name",
    "units.LAST_YEAR": "last year that a date may name",
    "units.NEVER": "a quarter that no run reaches",
    "base.LINKED_SHARE": "share of a buyer's revenue from which two segments are linked (7.2, measures by direction)",
    "newcomers.FUNNEL_LAG": "years from signing to opening on the ridge, at positions 0, 1/3, 2/3, 1 (7.1)",
    "newcomers.FUNNEL_SHARE": "share of projects that open, at the same positions (7.1)",
    "newcomers.FULL_PLANT_INVESTMENT": "contract from which a project brings its own plant [亿元] (3.3)",
    "settlement.FOUNDERS": "staff that leave the parent of a spin-off (3.3)",
    "lever_effects.SQUARE_METRES": "m² in a unit of the space lever (7.9)",
    "lever_costs.LANDING_CAP": "landing subsidy of a project at most [亿元] (7.9)",
    "lever_costs.CHAINS": "chains with a leader, for supplier matching (7.9)",
    "lever_costs.PROJECTS_PER_MANAGER": "unfinished projects of a manager of delivery service (7.9)",
    "lever_costs.FUND_FEE": "yearly fee of the seed fund, share of the money (7.9)",
    "lever_costs.TRANSFER_OFFICE": "transfer support, yearly cost of its office [亿元] (7.9)",
    "lever_costs.YUAN": "亿元 a yuan",
    "levers.SUPPORT_LIMIT": "support of an entrant or an anchor at most (7.9)",
    "assumptions.ATTEMPTS": "draws of a rule's parameters at most until they are admissible (7.10)",
    "recording.ABOVE_SCALE": "revenue of an above-scale firm from here on [亿元/year]",
    "derived.MU": "m² of floor on a mu of land",
    "derived.BOOKS": "quarters for which a closed firm stays registered",
    "outside.SLIGHT": "slowing of a rate below which a trend is straight [1/year] (7.0)",
    "anchors.CANCELLED_AFTER": "quarters after the signing from which a project that will not open is cancelled (7.1)",
    "anchors.WHOLE": "progress at which a project is through: six steps of a sixth sum to a hair less than one (7.1)",
    "anchors.FIRST_OUTPUT": "share of full output at the opening of a plant (7.1)",
    "attraction.INPUTS_SCALE": "suppliers added inside the logarithm [firms] (7.2)",
    "attraction.KNOWLEDGE_SCALE": "knowledge added inside the logarithm (7.2)",
    "attraction.MULTIPLIER_LIMIT": "feedback from entry to entry above which a draw is refused (7.2)",
    "spin_off.SIZE_LIMIT": "staff above which the rate of spin-offs rises no more (7.3)",
    "growth.YOUNG": "quarters of age under which a firm is young (7.5)",
    "growth.INCUBATED_YEARS": "years of age for which an incubator takes a firm (7.5)",
    "growth.RAMP_STEP": "factor on the odds of the ramp in a quarter: 9^(1/6), 10 to 90 % in three years (7.5)",
    "knowledge.N_STAGES": "stages of research (7.6)",
    "knowledge.TRANSFER": "number of the stage of transfer, counted from 0 (7.6)",
    "knowledge.MATURITY_MEMORY": "weight of the newest quarter in a lab's maturity: 1 − exp(−Δ/2) (7.6)",
    "exit.YEARLY_PROB": "chance of closing in each year of life, the last for all later years (7.7)",
    "exit.MEAN_SIZE": "staff at which the hazard is that of the age [persons] (7.7)",
    "exit.LOST_FOR": "quarters for which a lost customer raises the hazard (7.7)",
    "exit.YOUNG_YEARS": "years of age for which rent subsidy and incubators change the hazard (7.7)",
    "exit.FUNDED_YEARS": "years of age for which seed money changes the hazard, and years of deals that count (7.7)",
    "site.TIGHT": "occupancy from which rent rises and builders build at full pace (7.8)",
    "site.SLACK": "occupancy up to which nobody builds (7.8)",
    "build.UNLIMITED": "m² of the zone of own plants (7.9)",
    "firms.AGE_SHARES": "initial firms under 5, under 10 and under 20 years, cumulative share (7.9)",
    "firms.AGE_LIMITS": "limits of these ages [year] (7.9)",
    "firms.NAMES_BUYER": "initial firms of segments with a buyer segment that name a buyer, share (7.9)",
    "opening.OLD_ANCHOR": "quarters of age of an operating anchor whose opening was not seen (7.9)",
    "labs.LOOK_BACK": "quarters before the start in which research may have begun (7.9)",
    "labs.RECENT": "quarters over which the first maturity is counted (7.9)",
    "drawn.SIZE_LIMIT": "factor within which the mean contract of a segment stays of the park's (7.9)",
    "projects.ALMOST": "progress at most of a named anchor at the start (7.9)",
    "totals.BLOCK": "draws of the totals that are judged at once",
    "totals.BLOCKS": "such blocks at most (7.9)",
    "totals.SMALLEST_FIRM": "staff a firm at least, apart from the anchors of its segment (7.9)",
}


@cache
def modules() -> Mapping[str, ModuleType]:
    """Modules whose constants belong to the model, by their own name: all rules and all of the start, and what they share."""
    rooms = [f"{room.__name__}.{found.name}" for room in (rules, start) for found in pkgutil.iter_modules(room.__path__)]
    return {m.__name__.rpartition(".")[2]: m for m in (*SHARED, *map(importlib.import_module, rooms))}


@cache
def constants() -> Mapping[str, object]:
    """Every number, or array of numbers, that a module of the model gives a name in capitals, by module and name."""
    return {
        f"{short}.{name}": getattr(module, name)
        for short, module in modules().items()
        for name in _assigned(module)
        if _is_numeric(getattr(module, name))
    }


def _assigned(module: ModuleType) -> Iterator[str]:
    """Names in capitals that a module assigns itself."""
    for node in ast.parse(inspect.getsource(module)).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        yield from (n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name) and n.id.isupper())


def _is_numeric(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return bool(value.size and np.issubdtype(value.dtype, np.number))
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def value_text(value: object) -> str:
    """A constant as it is printed."""
    if isinstance(value, int) and value > units.NEVER:  # a pattern of bits, no amount
        return f"0x{value:016X}"
    return ", ".join(f"{x:,.12g}" for x in np.ravel(np.asarray(value, np.float64)).tolist())


def constant_table() -> str:
    """All constants with their values; what each is for, in words or as the comment beside it says."""
    rows = ((code(name), value_text(value), meaning(name)) for name, value in constants().items())
    return table(("Constant", "Value", "What it is"), rows)


def meaning(name: str) -> str:
    """What a constant is for; the comment beside it where no words are declared here."""
    return WORDS.get(name) or _comment(name)


def _comment(name: str) -> str:
    short, _, constant = name.partition(".")
    lines = (line for line in inspect.getsource(modules()[short]).splitlines() if re.match(rf"{constant}\b", line))
    return next(lines, "").partition("#")[2].strip()


def with_values(text: str) -> str:
    """The text with every ``{=module.NAME}`` replaced by the constant's value.

    Raises
    ------
    KeyError
        If there is no such constant.
    """
    known = {**constants(), "draws.GOLDEN": draws.GOLDEN, "draws.BLOCK": draws.BLOCK}
    return INLINE.sub(lambda found: value_text(known[found[1]]), text)
