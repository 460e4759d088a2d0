"""Pictures: nothing overlaps, nothing is cut off, no global state, the same bytes twice."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import synthetic
from matplotlib.text import Text

from tests import worlds
from wutong.experiments import plots
from wutong.experiments.answers.attribution import worlds_for
from wutong.experiments.answers.both_accounts import attributed
from wutong.experiments.plots import event, event_accounts, style
from wutong.model.simulate import simulate
from wutong.model.units import quarter

PICTURES = {
    "firms": lambda h, lang: plots.trajectory(h, "firms", "software", lang),
    "connected": lambda h, lang: plots.trajectory(h, "revenue", "vehicles.connected", lang),
    "industries": lambda h, lang: plots.industries(h, "employees", lang),
    "attainment": plots.attainment,
}


def shown_texts(figure):
    """Texts that are drawn, with their boxes a little lower than a line so that neighbouring lines may touch."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    hidden |= {id(tick.label1)}
                hidden |= {id(tick.label2)}
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in hidden]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts]


def overlap(one, other):
    trim = 0.2
    height = min(one.y1 - trim * one.height, other.y1 - trim * other.height) - max(
        one.y0 + trim * one.height, other.y0 + trim * other.height
    )
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    return height > 0 and width > 0


def assert_readable(figure):
    width, height = figure.canvas.get_width_height()
    boxes = shown_texts(figure)
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    clashes = [(a, b) for (a, x), (b, y) in combinations(boxes, 2) if overlap(x, y)]
    assert clashes == []


@pytest.mark.parametrize(("n_policies", "language"), [(1, "zh"), (2, "en"), (5, "zh"), (5, "en")])
@pytest.mark.parametrize("name", PICTURES)
def test_labels_never_overlap_and_nothing_is_cut_off(name, n_policies, language):
    assert_readable(PICTURES[name](synthetic.histories(n_policies, 20), language))


@pytest.mark.parametrize(
    ("measure", "scope"), [("exits", "all"), ("occupancy", "xiyong"), ("knowledge", "all"), ("lever_cost", "space")]
)
def test_every_kind_of_measure_and_axis_is_readable(measure, scope):
    assert_readable(plots.trajectory(synthetic.histories(2, 20), measure, scope, "zh"))


@pytest.mark.parametrize(("end", "language"), [("2023Q1", "zh"), ("2050Q4", "en")])
def test_long_horizons_and_short_ones_are_readable(end, language):
    histories = synthetic.histories(2, 5, quarter(end))
    assert_readable(plots.trajectory(histories, "firms", "software", language))
    assert_readable(plots.attainment(histories, language))


@pytest.fixture(scope="module")
def attributions():
    """An anchor that opens, one that ran at the start, and a lab, of the toy park."""
    scenario = worlds.toy_scenario(quarters=20)
    names = ("new_maker", "old_maker", "institute")
    present, *absent = (simulate(worlds.cases(s, 6)) for s in worlds_for(scenario, names))
    return {name: attributed(present, gone, name) for name, gone in zip(names, absent, strict=True)}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["new_maker", "old_maker", "institute"])
def test_both_accounts_of_an_anchor_are_readable(attributions, name, language):
    for quantity in ("firms", "revenue"):
        assert_readable(plots.accounts_event(attributions[name], quantity, language))


def test_both_accounts_are_counted_from_each_opening(attributions):
    found = attributions["new_maker"]
    zero, chosen = event_accounts.zeros_of(found)
    own = found.accounts["firms"].own
    assert (own[zero, chosen] == 1.0).all() and (own[zero - 1, chosen] == 0.0).all()
    years, quantiles = event_accounts.counted_from(own, zero, chosen)
    assert (quantiles[:, years < 0.0] == 0.0).all() and (quantiles[:, years == 0.0] == 1.0).all()
    assert years[0] == -2.0 and (np.diff(years) == 0.25).all() and years[-1] < 3.5
    alone = attributed(found.present, None, "new_maker")
    with pytest.raises(ValueError, match="the worlds without it are missing"):
        plots.accounts_event(alone, "firms", "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_anchor_event_is_readable_and_shows_the_effect_where_it_belongs(language):
    present, absent = synthetic.with_and_without_anchor(20)
    assert_readable(plots.anchor_event(present, absent, "new_odm", "firms", language))
    park = present.cases[0].scenario.park
    groups = event.segment_groups(park, park.anchors[0])
    assert groups["tied"] == ("laptops.parts", "green.materials")
    assert groups["linked"] == ("ic.packaging", "services.hightech")
    assert "laptops.assembly" not in groups["unrelated"]
    assert len(groups["unrelated"]) == 11
    before = event.paired_difference(present, absent, "firms", groups["tied"])[: park.anchors[0].signed - present.start]
    assert not before.any()
    with pytest.raises(ValueError, match="no anchor 'x'; there are new_odm"):
        plots.anchor_event(present, absent, "x", "firms", language)


def test_the_goal_stands_at_its_date_and_value():
    figure = plots.trajectory(synthetic.histories(1, 20), "employees", "software", "zh")
    diamonds = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert [(float(d.get_xdata()[0]), float(d.get_ydata()[0])) for d in diamonds] == [(2026.0, 6.0)]
    words = {t for t, _ in shown_texts(figure)}
    assert {"目标：2025 年底 6 万人", "万人"} <= words
    assert any(w.startswith("2025 年底达标概率 <") for w in words)
    assert any(w.startswith("2030 年末中位数 ") and w.endswith(" 万人") for w in words)


def test_a_goal_far_above_is_pointed_at_and_losses_are_shown():
    history = synthetic.history(n_worlds=20)
    case = history.cases[0]
    far = tuple(dataclasses.replace(t, at_least=1e5) if t.key == "software_firms_2025" else t for t in case.scenario.targets)
    cases = tuple(dataclasses.replace(c, scenario=dataclasses.replace(case.scenario, targets=far)) for c in history.cases)
    figure = plots.trajectory([dataclasses.replace(history, cases=cases)], "firms", "software", "en")
    assert_readable(figure)
    assert figure.axes[0].get_ylim()[1] < 1e4
    assert any("off the chart" in text for text, _ in shown_texts(figure))
    loss = dataclasses.replace(history, values={**history.values, "firms": -history.values["firms"]})
    for picture in (plots.trajectory([loss], "firms", "software", "zh"), plots.industries([loss], "firms", "zh")):
        assert_readable(picture)
        assert picture.axes[0].get_ylim()[0] < -500


def test_the_check_of_overlaps_finds_one():
    figure = plots.trajectory(synthetic.histories(1, 5), "firms", "software", "zh")
    style.write(figure, 0.42, 5.0, "重叠的文字重叠的文字重叠的文字", style.TITLE)
    style.write(figure, 0.62, 5.05, "重叠", style.TITLE)
    style.finished(figure)
    with pytest.raises(AssertionError):
        assert_readable(figure)


def test_a_policy_keeps_its_colour_and_colours_differ_in_grey_or_dashes():
    def first_line(histories, i):
        return plots.trajectory(histories, "firms", "all", "en").axes[0].lines[i]

    assert first_line(synthetic.histories(2, 5), 1).get_color() == first_line(synthetic.histories(5, 5), 1).get_color()
    looks = [
        (round(sum(w * int(p.colour[i : i + 2], 16) for w, i in ((0.3, 1), (0.59, 3), (0.11, 5))) / 25), p.dashes)
        for p in style.PENS
    ]
    assert len(set(looks)) == len(looks)


def test_pictures_change_no_setting():
    before = dict(matplotlib.rcParams)
    for draw in PICTURES.values():
        draw(synthetic.histories(2, 5), "zh")
    assert dict(matplotlib.rcParams) == before


def test_saved_files_are_whole_and_equal_each_time(tmp_path):
    histories = synthetic.histories(2, 5)
    first = [p.read_bytes() for p in plots.save(plots.trajectory(histories, "firms", "all", "zh"), tmp_path, "a")]
    again = [p.read_bytes() for p in plots.save(plots.trajectory(histories, "firms", "all", "zh"), tmp_path, "b")]
    assert first == again
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "a.svg", "b.png", "b.svg"]
    assert b"<text" not in again[1]


def test_drawing_leaves_nothing_in_the_home_folder_and_needs_no_window(tmp_path):
    code = "import wutong.experiments.plots, os, sys; print('MPLCONFIGDIR' in os.environ or 'matplotlib.pyplot' in sys.modules)"
    root = Path(plots.__file__).parents[2]
    clean = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, env=clean)
    assert (found.stdout.strip(), found.stderr) == ("False", "")
    assert list(tmp_path.iterdir()) == []


def test_four_figures_are_quick(tmp_path):
    histories = synthetic.histories(2, 100)
    start = time.process_time()
    for name in ("firms", "connected", "industries", "attainment"):
        plots.save(PICTURES[name](histories, "zh"), tmp_path, name)
    assert time.process_time() - start < 10.0  # of this process alone; about 2.5 s


@pytest.mark.parametrize("seed", range(20))
def test_labels_are_spread_without_overlap_inside_their_room(seed):
    draws = np.random.default_rng(seed)
    heights = draws.uniform(0.1, 0.4, 6)
    wanted = draws.uniform(0.0, 4.0, 6)
    middles = np.array(style.spread(wanted, heights, 0.0, 4.0))
    order = np.argsort(middles)
    gaps = np.diff(middles[order]) - (heights[order][1:] + heights[order][:-1]) / 2
    assert gaps.min() > -1e-9
    assert (middles - heights / 2).min() > -1e-9
    assert (middles + heights / 2).max() < 4.0 + 1e-9
    apart = style.spread([1.0, 2.0, 3.0], [0.1] * 3, 0.0, 4.0)
    assert apart == pytest.approx([1.0, 2.0, 3.0])
