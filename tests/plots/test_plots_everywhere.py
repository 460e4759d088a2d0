"""Every picture on a machine with no other typeface, from a single run, with long Chinese names and many policies: no warning."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import synthetic
import worlds
from made_up import FIRST, NOTHING, REVENUE, history, policy
from made_up_chain import NOW
from made_up_chain import history as chain_history
from matplotlib.font_manager import fontManager
from test_plots_answers import policies
from test_plots_evidence import CARD, found
from test_plots_goals import starts_of
from test_plots_pictures import assert_readable

from wutong.experiments import plots
from wutong.experiments.answers.attribution import worlds_for
from wutong.experiments.answers.both_accounts import attributed
from wutong.experiments.answers.goal_map import drawn_map
from wutong.experiments.answers.lever_policies import dose_policies, lever_policy
from wutong.experiments.answers.mixes import subset_policies
from wutong.experiments.answers.robustness import outcome
from wutong.experiments.answers.sensitivity import goals_of
from wutong.experiments.calibration.figures import Calibration, Figure
from wutong.experiments.calibration.posterior import posterior_of
from wutong.experiments.calibration.runs import Table
from wutong.experiments.hindcast.series import series_of
from wutong.experiments.plots import typeface
from wutong.experiments.portrait.families import families
from wutong.experiments.portrait.world import portrait
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.scenario import Basis, Case, Observed, Policy, Target
from wutong.model.units import quarter

LANGUAGES = ("zh", "en")
LONG = Label(
    "全面强化龙头招引、产业链协同配套与科技成果转化的综合政策方案（二〇二二年修订稿）",
    "Recruitment, supplier matching and technology transfer in one comprehensive package (as revised in autumn 2022)",
)
TARGET = Target("parts", LONG, "firms", (worlds.PARTS,), 24.0, worlds.START + 6, Basis.LEVEL, LONG.zh)
ONE, MANY = (1,), (1, 15)  # policies with which a picture is drawn
NO_PICTURE = {"Named", "filling", "save"}  # filling writes a file


def long_names(histories):
    """The histories with long titles of scenarios, policies and goals."""
    made = []
    for i, one in enumerate(histories):
        scenario = one.cases[0].scenario
        targets = tuple(dataclasses.replace(target, label=LONG) for target in scenario.targets)
        scenario = dataclasses.replace(scenario, title=LONG, targets=targets)
        name = Policy(f"p{i}", Label(f"{LONG.zh}第 {i} 号", f"{LONG.en}, number {i}"), one.cases[0].policy.settings)
        cases = tuple(dataclasses.replace(c, scenario=scenario, policy=name) for c in one.cases)
        made.append(dataclasses.replace(one, cases=cases))
    return made


def few(n, n_worlds=1):
    return long_names(policies(n, n_worlds))


@functools.cache
def toy_run(n_worlds):
    park = worlds.toy_park()
    segments = tuple(dataclasses.replace(s, label=LONG, entry=worlds.between(1.0, 30.0)) for s in park.segments)
    park = dataclasses.replace(park, segments=segments)
    scenario = dataclasses.replace(worlds.toy_scenario(park, quarters=6), targets=(TARGET,))
    return worlds.run(scenario, n_worlds)


def toy(n, n_worlds=1):
    return long_names([toy_run(n_worlds)] * n)


def across(n):
    """Policies in four scenarios, of one world each."""
    made = []
    for s in range(4):
        for one in toy(n):
            scenario = dataclasses.replace(one.cases[0].scenario, name=f"s{s}")
            made.append(dataclasses.replace(one, cases=tuple(dataclasses.replace(c, scenario=scenario) for c in one.cases)))
    return made


def levers(chosen):
    return history([1000.0]), [history([1003.0], one, 1.0) for one in chosen]


def mixed():
    whole = policy(*tuple(LEVERS)[:4])
    whole = dataclasses.replace(whole, title=LONG)
    return whole, [history([1000.0, 1010.0 + i], part, 0.1 * i) for i, part in enumerate(subset_policies(whole))], REVENUE


@functools.cache
def accounts():
    present, absent = (worlds.run(s, 1) for s in worlds_for(worlds.toy_scenario(quarters=12), ("new_maker",)))
    return attributed(*(long_names([h])[0] for h in (present, absent)), "new_maker")


def hindcast():
    """A projection of one world, with two values that came later."""
    subject, cutoff, end = ("firms", "all"), quarter("2022Q4"), quarter("2025Q4")
    seen = [Observed(*subject, quarter(when), value, LONG.zh) for when, value in (("2021Q4", 90.0), ("2022Q4", 100.0))]
    held = [Observed(*subject, quarter(when), value, LONG.zh) for when, value in (("2023Q4", 104.0), ("2025Q4", 120.0))]
    scenario = dataclasses.replace(synthetic.scenario(), park=dataclasses.replace(synthetic.park(), label=LONG))
    projection = SimpleNamespace(
        values={subject: np.linspace(100.0, 130.0, end - cutoff + 1)[:, None]}, scenario=scenario, cutoff=cutoff,
        weights=np.ones(1), series=series_of(seen), extent=SimpleNamespace(end=end),
    )  # fmt: skip
    return SimpleNamespace(projection=projection, held=held, summaries=[])


@functools.cache
def calibration():
    """A calibration of made-up worlds: one parameter that the figures tell of, one that they do not."""
    names = ("attraction.lead_rate", "newcomers.park_factor")
    figures = tuple(Figure(f"f{i}", LONG, "share", 0.5, 0.2, f"made_up_{i}.csv: no source") for i in range(2))
    own = Calibration("made_up", LONG, names, "toy", figures, lambda cases, values, jobs: values, 400, LONG)
    values = np.random.default_rng(1).uniform(0.2, 0.9, (400, 2))
    return posterior_of(own, Table(values, np.stack([values[:, 0], values[:, 0] ** 1.2], axis=1)))


@functools.cache
def one_world():
    """A portrait of a toy world of a year, its names as long as they come."""
    park = worlds.toy_park()
    zones, industries, anchors = (
        tuple(dataclasses.replace(one, label=LONG) for one in group) for group in (park.zones, park.industries, park.anchors)
    )
    segments = tuple(dataclasses.replace(s, label=LONG) for s in park.segments)
    park = dataclasses.replace(park, label=LONG, zones=zones, industries=industries, anchors=anchors, segments=segments)
    scenario = dataclasses.replace(worlds.toy_scenario(park, quarters=12), title=LONG)
    return portrait(Case(scenario, dataclasses.replace(worlds.NO_POLICY, title=LONG), 3))


PICTURES = {  # by function: numbers of policies (of families, of runs), and how it is drawn
    "accounts_event": (ONE, lambda _, lang: plots.accounts_event(accounts(), "firms", lang)),
    "anchor_event": (ONE, lambda _, lang: plots.anchor_event(*synthetic.with_and_without_anchor(1), "new_odm", "firms", lang)),
    "attainment": (MANY, lambda n, lang: plots.attainment(few(n), lang)),
    "attainment_by_band": (MANY, lambda n, lang: plots.attainment_by_band(toy(n, 3), lang)),
    "chain": (ONE, lambda _, lang: plots.chain(long_names([chain_history()])[0], NOW, lang)),
    "cost_effect": ((2, 15), lambda n, lang: plots.cost_effect(few(n, 2), "revenue", "software", lang)),
    "differences": ((2, 15), lambda n, lang: plots.differences(few(n, 2), "revenue", "software", lang)),
    "dose": (ONE, lambda _, lang: plots.dose(*levers(dose_policies("seed_fund", (1.0, 5.0), FIRST)), REVENUE, lang)),
    "family_tree": (
        (1, 6),
        lambda n, lang: plots.family_tree(one_world(), families(one_world())[:n], lang),
    ),
    "goal_map": (ONE, lambda _, lang: plots.goal_map(drawn_map(toy(1, 26)[0], TARGET), lang)),
    "hindcast_picture": (ONE, lambda _, lang: plots.hindcast_picture(hindcast(), lang)),
    "industries": (MANY, lambda n, lang: plots.industries(few(n), "revenue", lang)),
    "knowledge_pipeline": (ONE, lambda _, lang: plots.knowledge_pipeline(toy(1)[0], lang)),
    "late_starts": (ONE, lambda _, lang: plots.late_starts(starts_of(toy(1)[0], list(LEVERS)), lang)),
    "mix": (ONE, lambda _, lang: plots.mix(*mixed(), lang)),
    "pit_histogram": (ONE, lambda _, lang: plots.pit_histogram(found([0.4]), lang)),
    "posterior": (ONE, lambda _, lang: plots.posterior(calibration(), lang)),
    "regret_table": (MANY, lambda n, lang: plots.regret_table(across(n), lang, outcome(toy(1)[0], "employees"))),
    "scorecard": (ONE, lambda _, lang: plots.scorecard(CARD, lang)),
    "sensitivity_dots": ((1, 60), lambda n, lang: plots.sensitivity_dots(goals_of(toy(1, n)[0])[0], lang)),
    "site_map": (ONE, lambda _, lang: plots.site_map(one_world(), one_world().ledger.end, lang)),
    "tornado": (
        ONE,
        lambda _, lang: plots.tornado(*levers([lever_policy(k, LEVERS[k].high, FIRST) for k in LEVERS]), REVENUE, 1.0, lang),
    ),
    "trajectory": (MANY, lambda n, lang: plots.trajectory(few(n), "revenue", "software", lang)),
}


@pytest.fixture(scope="module")
def bare_machine():
    """A machine on which only the shipped typeface is installed."""
    typeface.register()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fontManager, "ttflist", [entry for entry in fontManager.ttflist if entry.name == typeface.FAMILY])
        fontManager._findfont_cached.cache_clear()
        typeface.family_with.cache_clear()
        yield
    typeface.family_with.cache_clear()
    fontManager._findfont_cached.cache_clear()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("function", "n"), [(name, n) for name, (counts, _) in PICTURES.items() for n in counts])
def test_every_picture_is_readable_on_a_bare_machine(bare_machine, function, n, language):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = PICTURES[function][1](n, language)
        assert_readable(figure)


def test_no_picture_is_left_out():
    assert sorted(PICTURES) == sorted(set(plots.__all__) - NO_PICTURE)
    assert NOTHING.settings == ()
