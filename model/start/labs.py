"""Labs of the start and the research projects under way in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from wutong.model.base import Base, draw, uniforms_of
from wutong.model.draws import Draws, Purpose, child, named
from wutong.model.entities import Labs, Research
from wutong.model.facts import Assumption, Floats, Ints, Keys
from wutong.model.newcomers import by_world
from wutong.model.rules.knowledge import N_STAGES, TRANSFER, Knowledge, pass_share, stage_end, stage_key, stage_years
from wutong.model.scenario import Lab, Park, Status
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, STEP_YEARS

LOOK_BACK = 48  # quarters: older projects have all left
RECENT = 8  # quarters over which the first maturity is counted


def initial_labs(parks: Sequence[Park], base: Base, keys: Keys) -> Labs:
    """One row a lab and world; a lab not open yet opens with its own chance and lag."""
    park, n_labs = parks[0], len(parks[0].labs)
    world, name = np.divmod(np.arange(base.n_worlds * n_labs), max(n_labs, 1))
    open_now = np.array([lab.status is Status.OPERATING for p in parks for lab in p.labs], np.bool_)
    when = np.array([lab.opened for p in parks for lab in p.labs], np.int64)

    def each(field: str, choose: Callable[[Lab], Assumption]) -> Floats:
        names = [f"{field}.{lab.key}" for lab in park.labs]
        return draw([tuple(choose(lab) for lab in p.labs) for p in parks], uniforms_of(keys, names)).ravel()

    key = np.stack([named(keys, f"lab.{lab.key}") for lab in park.labs], axis=1).ravel() if n_labs else keys[:0]
    will = Draws(0).uniform(key, Purpose.OPENING) < each("lab_opening_share", lambda lab: lab.opening_share)
    return Labs(
        key=key,
        world=world,
        name=name,
        opens=np.where(open_now, when, np.where(will, np.maximum(when, base.start + 1), NEVER)),
        closes=np.array([lab.closes for p in parks for lab in p.labs], np.int64),
        budget=each("budget", lambda lab: lab.budget),
        maturity=np.zeros(len(key)),
    )


def initial_research(base: Base, labs: Labs, p: Knowledge) -> tuple[Research, Floats, Floats]:
    """Projects under way, the maturity of each lab (n_labs,), and the knowledge stock (n_worlds, n_segments).

    Every project that a lab could have begun since it opened is followed through its stages up to the start.
    """
    begun, key, lab = _begun(base, labs, p)
    ones = np.ones((base.n_worlds, 1))
    years, shares = stage_years(p, ones), pass_share(p, ones)
    world = labs.world[lab]
    alive, end = np.ones(len(key), np.bool_), begun
    stage = np.zeros(len(key), np.int8)
    recent = np.zeros(len(labs.key))
    stock = np.zeros((base.n_worlds, base.n_segments))
    for n in range(N_STAGES):
        here = np.full(len(key), n, np.int8)
        stage = np.where(alive, here, stage)
        end = np.where(alive, end + stage_end(key, here, years[world, n], 0), end)
        over = alive & (end <= base.start)
        passed = over & (Draws(0).uniform(stage_key(key, here), Purpose.STAGE_PASS) < shares[world, n])
        stage = np.where(over & ~passed, np.int8(-1), stage)
        if n == TRANSFER:
            recent = np.bincount(lab[passed & (base.start - end < RECENT)], minlength=len(labs.key)).astype(np.float64)
        if n == N_STAGES - 1:
            age = (base.start - end[passed]) * STEP_YEARS
            left = np.exp(-by_world(p.decay, world[passed]) * age)
            np.add.at(stock, world[passed], left[:, None] * base.lab_fields[labs.name[lab[passed]]])
            stage = np.where(passed, np.int8(-1), stage)
        alive = passed
    under_way = np.flatnonzero((stage >= 0) & (end > base.start))
    steady = labs.budget / by_world(p.project_cost, labs.world) * shares[labs.world, : TRANSFER + 1].prod(axis=1)
    maturity = np.divide(recent * QUARTERS_PER_YEAR / RECENT, steady, out=np.zeros(len(steady)), where=steady > 0.0)
    table = Research(key[under_way], lab[under_way], stage[under_way].astype(np.int8), end[under_way])
    return table, maturity, stock


def _begun(base: Base, labs: Labs, p: Knowledge) -> tuple[Ints, Keys, Ints]:
    """Quarter, key and lab of every project begun before the start, in order of the lab."""
    back = np.arange(LOOK_BACK)
    quarter = np.broadcast_to(base.start - back, (len(labs.key), LOOK_BACK))
    rate = STEP_YEARS * labs.budget / by_world(p.project_cost, labs.world)
    mean = np.where(quarter >= labs.opens[:, None], rate[:, None], 0.0)
    address = child(named(labs.key, "before")[:, None], back[None, :])
    counts = Draws(0).poisson(address, Purpose.LAB_START, mean)
    key, row = Draws(0).newborn_keys(address, Purpose.LAB_PROJECT, counts)
    return quarter.ravel()[row], key, row // LOOK_BACK
