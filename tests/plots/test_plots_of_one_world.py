"""Pictures of one world: what is drawn is what the ledger holds, nothing overlaps, and the same world gives the same bytes."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from importlib import import_module

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from test_plots_pictures import assert_readable, shown_texts

from tests import worlds
from wutong.experiments import plots
from wutong.experiments.plots import family as drawn
from wutong.experiments.plots import family_words, packing, sketch
from wutong.experiments.plots.fan import moment
from wutong.experiments.plots.filling import frames, ground
from wutong.experiments.plots.site_map import ARROW, MOST_COLUMNS, cells, table_columns
from wutong.experiments.portrait.families import Kind, families, family_of, tree
from wutong.experiments.portrait.sites import sites_at
from wutong.experiments.portrait.world import Portrait, portrait
from wutong.model.codes import Channel
from wutong.model.facts import Label
from wutong.model.scenario import Case, LeverSetting, Place
from wutong.model.tables import NONE
from wutong.model.units import NEVER, quarter_name

RECRUITING = worlds.policy(LeverSetting("anchor_recruitment", 3.0, worlds.FIRST), name="recruiting")
PLACES = (Place(1.0, 2.0), Place(4.0, 9.0))


@functools.cache
def seen(kind: str = "toy") -> Portrait:
    """A toy world of four years, without anchors, or with places for its zones; or of a quarter with nobody in it."""
    park = worlds.toy_park(anchors=()) if kind == "no anchor" else worlds.toy_park()
    if kind == "placed":
        zones = [dataclasses.replace(z, place=p, sites=Label("点位", "Sites")) for z, p in zip(park.zones, PLACES, strict=True)]
        park = dataclasses.replace(park, zones=tuple(zones))
    if kind == "empty":
        nobody = worlds.with_segments(park, firms=worlds.fixed(0.0), staff=worlds.fixed(0.0), entry=worlds.fixed(0.0))
        later = (worlds.new_anchor(worlds.START + 400),)
        park = dataclasses.replace(nobody, anchors=later, labs=(), pipeline=dataclasses.replace(park.pipeline, signed=()))
    scenario = worlds.toy_scenario(park, 1 if kind == "empty" else 16)
    return portrait(Case(scenario, RECRUITING if kind == "toy" else worlds.NO_POLICY, 3))


def bands(figure):
    """The lines of firms, each by its first and last moment and its middle."""
    found = []
    for band in figure.axes[0].findobj(PolyCollection):
        box = band.get_paths()[0].get_extents()
        found.append((box.x0, box.x1, (box.y0 + box.y1) / 2))
    return found


# ── Family trees ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("name", "language"), [("new_maker", "zh"), ("institute", "en"), ("old_maker", "en")])
def test_a_tree_shows_every_firm_with_its_life(name, language):
    of = seen()
    family, ledger = family_of(of, name), of.ledger
    figure = plots.family_tree(of, [family], language)
    assert_readable(figure)
    lines = tree(of, family, drawn.ROOM)
    rows = [line.firms[0] for line in lines if line.firms and not line.folded]
    rows += [family.root] if family.root != NONE else []
    lives = Counter((moment(max(int(ledger.born[r]), ledger.start)), moment(min(int(ledger.ended[r]), ledger.end))) for r in rows)
    assert Counter((round(a, 6), round(b, 6)) for a, b, _ in bands(figure)) == lives
    texts = Counter(text for text, _ in shown_texts(figure))
    expected = Counter(family_words.line_words(of, family, line, language)[0] for line in lines)
    assert all(texts[text] >= n for text, n in expected.items())
    assert any(f"{len(family.members)} " in text for text in texts) or not family.members


def test_marks_stand_at_births_and_ends():
    of = seen()
    family, ledger = family_of(of, "new_maker"), of.ledger
    rows = [line.firms[0] for line in tree(of, family, drawn.ROOM) if line.firms and not line.folded]
    marks = Counter((m.get_marker(), float(m.get_xdata()[0])) for m in plots.family_tree(of, [family], "en").axes[0].lines)
    for row in rows:
        assert marks[drawn.MARKERS[Channel(int(ledger.channel[row]))], moment(int(ledger.born[row]))]
        assert ledger.ended[row] == NEVER or marks["x", moment(int(ledger.ended[row]))]


def test_a_large_family_is_folded_and_says_so():
    of = seen()
    family = max((f for f in families(of) if f.members), key=lambda f: len(f.members))
    for language, words in (("zh", "另有"), ("en", "more:")):
        figure = plots.family_tree(of, [family] * 5, language)  # so that each has few lines
        folded = [text for text, _ in shown_texts(figure) if words in text]
        assert len(folded) >= 5
    assert_readable(figure)
    firms = [row for line in tree(of, family, 6) if line.folded for row in line.firms]
    still = of.ledger.operating(of.ledger.end)[firms].sum()
    line = next(line for line in tree(of, family, 6) if line.folded)
    if len(firms) == len(line.firms):
        assert family_words.line_words(of, family, line, "en")[0].startswith(f"and {len(firms)} more: {still} there")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_family_without_descendants_is_a_truthful_picture(language):
    of = seen("empty")
    figure = plots.family_tree(of, [family_of(of, "new_maker")], language)
    assert_readable(figure)
    texts = " ".join(text for text, _ in shown_texts(figure))
    assert ("没有带来企业" if language == "zh" else "brought no firm") in texts
    assert ("尚未签约" if language == "zh" else "not signed yet") in texts
    assert not bands(figure)


def test_thickness_grows_by_the_same_step_for_every_ten_times():
    steps = np.diff(drawn.thickness(np.array([1.0, 10.0, 100.0, 1000.0])))
    assert steps == pytest.approx(steps[0]) and steps[0] > 0
    with pytest.raises(ValueError, match="no family"):
        plots.family_tree(seen(), [], "en")


# ── Sites ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("kind", "language"), [("toy", "zh"), ("placed", "en"), ("no anchor", "en"), ("empty", "zh")])
def test_the_sites_show_every_firm_at_both_dates(kind, language):
    of = seen(kind)
    figure = plots.site_map(of, of.ledger.end, language)
    assert_readable(figure)
    for panel, date in zip(figure.axes[:2], (of.ledger.start, of.ledger.end), strict=True):
        keys = [of.industry_of(row) for row in np.flatnonzero(of.ledger.operating(date))]
        assert dots(panel) == Counter(sketch_colour(of, key) for key in keys)
    texts = [text for text, _ in shown_texts(figure)]
    for language_words in ("示意图" if language == "zh" else "sketch", quarter_name(of.ledger.start)):
        assert any(language_words in text for text in texts)
    assert any("测绘" in text or "no survey" in text for text in texts) == (kind == "placed")
    for site in sites_at(of, of.ledger.end)[:-1]:
        assert sketch.site_words(site, language)[1] in texts


def dots(axes) -> Counter:
    """Circles that are drawn, by colour."""
    found = Counter()
    for patch in axes.findobj(lambda artist: type(artist) is PathPatch):
        found[to_hex(patch.get_facecolor())] += int((patch.get_path().codes == Path.MOVETO).sum())
    return found


def sketch_colour(of: Portrait, key: str) -> str:
    keys = [industry.key for industry in of.park.industries]
    return sketch.style.industry_pen(key, keys.index(key)).colour


def test_the_table_counts_what_the_history_counts():
    of = seen()
    states = [sites_at(of, date) for date in (of.ledger.start, of.ledger.end)]
    columns = table_columns(of, states, "en")
    assert columns[-1].name == "All" and len(columns[-1].zones) == len(of.zones)
    shown = cells(of, states, columns[-1], "en")
    firms = of.history.total("firms")[:, 0]
    assert shown[3] == f"{int(firms[0]):,}{ARROW}{int(firms[-1]):,}"
    for industry, cell in zip(of.park.industries, shown[4:], strict=True):
        counts = of.history.total("firms", of.park.segments_of(industry.key))[[0, -1], 0]
        assert cell == ARROW.join(f"{int(count):,}" for count in counts)


def test_many_zones_are_told_together():
    of = seen()
    park = dataclasses.replace(of.park, zones=tuple(dataclasses.replace(of.park.zones[0], key=f"z{i}") for i in range(12)))
    state = [dataclasses.replace(sites_at(of, of.ledger.end)[0], firms=np.arange(i)) for i in range(13)]
    wide = portrait_of(park, of)
    columns = table_columns(wide, [state, state], "zh")
    assert [c.name for c in columns][-2:] == ["其他片区", "合计"] and len(columns) == MOST_COLUMNS
    assert sorted(zone for column in columns[:-1] for zone in column.zones) == list(range(13))


@pytest.mark.parametrize("n", [6, 12, 20])
def test_a_park_of_many_zones_still_fits(n):
    of = seen()
    spread = np.random.default_rng(n).uniform(0.0, 10.0, (n, 2))
    zones = [dataclasses.replace(of.park.zones[0], key=f"z{i}", place=Place(*map(float, spread[i]))) for i in range(n)]
    wide = portrait_of(dataclasses.replace(of.park, zones=tuple(zones)), of)
    zone = np.arange(of.ledger.n_firms) % (n + 1)
    plan = sketch.sketch(dataclasses.replace(wide, ledger=dataclasses.replace(wide.ledger, zone=zone)), 4.65, 5.5, "en")
    assert plan.shown.sum() == min(n, sketch.MOST_ZONES) + 1 and plan.scale > 0.0


def portrait_of(park, of: Portrait) -> Portrait:
    case = dataclasses.replace(of.case, scenario=dataclasses.replace(of.case.scenario, park=park))
    return Portrait(of.history, dataclasses.replace(of.ledger, case=case))


@pytest.mark.parametrize("kind", ["toy", "placed"])
def test_dots_never_overlap_and_stay_on_their_plates(kind):
    of = seen(kind)
    plan = sketch.sketch(of, 4.6, 5.0, "en")
    for date in (of.ledger.start, of.ledger.end):
        for zone in range(len(of.zones)):
            rows = np.flatnonzero(of.ledger.operating(date) & (of.ledger.zone == zone))
            spots, radii = plan.spots[rows], sketch.radius(of.ledger.staff_at(date)[rows])
            apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)) - radii[:, None] - radii[None]
            assert (apart[~np.eye(len(rows), dtype=bool)] > -1e-6).all()
            assert (np.hypot(*spots.T) + radii <= plan.plates[zone] + 1e-6).all()
    if kind == "placed":
        assert plan.has_places and plan.middles[0, 0] < plan.middles[1, 0] and plan.middles[0, 1] < plan.middles[1, 1]


def test_circles_of_any_sizes_are_packed_and_boxes_moved_apart():
    for n in (0, 1, 2, 3, 60):
        radii = np.exp(np.random.default_rng(n).normal(0.0, 1.0, n))
        spots = packing.packed(radii.tolist())
        assert spots.shape == (n, 2)
        apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)) - radii[:, None] - radii[None]
        assert (apart[~np.eye(n, dtype=bool)] > -1e-6).all()
    assert packing.moved_apart([(0.5, 0.5)] * 2, [(1.0, 1.0)] * 2, (1.5, 1.5), 0.0) is None
    one, other = packing.moved_apart([(1.0, 0.6), (1.4, 0.6)], [(1.0, 1.0)] * 2, (3.0, 1.2), 0.1) or [(0.0, 0.0)] * 2
    assert other[0] - one[0] >= 1.1 - 1e-5


# ── Animation ────────────────────────────────────────────────────────────────────────────────────────────────────────
@functools.cache
def brief() -> Portrait:
    case = seen("placed").case
    return portrait(dataclasses.replace(case, scenario=dataclasses.replace(case.scenario, end=worlds.START + 2)))


def test_every_frame_says_its_date_and_counts():
    of = brief()
    stage, figure = ground(of, "en")
    dates = []
    for row, _ in enumerate(frames(of, figure, stage, "en")):
        texts = [t.get_text() for t in figure.texts]
        firms = int(of.history.total("firms")[row, 0])
        assert f"{firms:,} firms" in " ".join(texts)
        assert dots(figure.axes[0]).total() == firms
        dates.append(next(text for text in texts if text == quarter_name(of.ledger.start + row)))
        if row == len(of.ledger.staff) - 1:
            assert_readable(figure)
    assert dates == [quarter_name(q) for q in range(of.ledger.start, of.ledger.end + 1)]
    assert not figure.texts  # every frame is cleared away


def test_the_animation_is_small_and_the_same_every_time(tmp_path, monkeypatch):
    monkeypatch.setattr(import_module("wutong.experiments.plots.filling"), "LAST", 1)
    one, other = (plots.filling(brief(), tmp_path / f"{n}.gif", "zh").read_bytes() for n in (1, 2))
    assert one == other and one[:6] == b"GIF89a" and len(one) < 1_000_000
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.gif", "2.gif"]


def test_kinds_of_root_have_words_of_their_own():
    of = seen()
    roots = {f.kind: family_words.line_words(of, f, tree(of, f, 5)[0], "en")[0] for f in families(of)}
    assert roots[Kind.LAB] == "the laboratory" and "itself" in roots[Kind.FIRM]
