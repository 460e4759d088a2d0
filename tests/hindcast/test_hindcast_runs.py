"""Hindcasts of a small park: nothing later moves the projection, numbers are recovered, bad files refused with their lines."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast import hindcast
from wutong.experiments.hindcast.calibration import posterior
from wutong.experiments.hindcast.numbers import earlier
from wutong.experiments.hindcast.points import read_observed
from wutong.experiments.hindcast.series import years_between
from wutong.experiments.hindcast.tables import write_tables
from wutong.experiments.reading import ReadingError
from wutong.model.scenario import Observed, Park, Plant, Scenario
from wutong.model.units import quarter

FIRMS, STAFF = ("firms", "all"), ("employees", "all")
SEEN = {1996: (60, 600), 1998: (66, 690), 2000: (70, 760), 2002: (75, 850)}


def park(start: str = "2000Q4") -> Park:
    toy = worlds.toy_park([])
    segment = dataclasses.replace(worlds.segment(worlds.FLEET, 70, 11, 9.0, Plant.OFFICE), spin_off_segment=worlds.FLEET)
    return dataclasses.replace(
        toy,
        start=quarter(start),
        industries=tuple(i for i in toy.industries if i.key == segment.industry),
        segments=(segment,),
        zones=tuple(dataclasses.replace(z, share=worlds.fixed(1.0)) for z in toy.zones if Plant.OFFICE in z.plants),
        purchases=((0.0,),),
        partner_kinds=(),
        anchors=(),
        labs=(),
        constraints=(),
        pipeline=dataclasses.replace(toy.pipeline, signed=()),
        observed=points(SEEN),
    )


def points(seen: dict[int, tuple[float, float]]) -> tuple[Observed, ...]:
    pairs = [(year, measure, value) for year, both in seen.items() for measure, value in zip((FIRMS, STAFF), both, strict=True)]
    return tuple(Observed(m[0], m[1], quarter(f"{year}Q4"), float(value), "seen") for year, m, value in pairs)


def scenario(own: Park | None = None) -> Scenario:
    return Scenario("toy", worlds.NAME, own or park(), quarter("2001Q4"), {}, ())


@pytest.fixture(scope="module")
def found():
    return hindcast(scenario(), 2000, n=30, n_past=90)


def test_nothing_after_the_cut_off_moves_the_projection(found):
    other = dataclasses.replace(park(), observed=points({**SEEN, 2002: (9999, 3)}))
    again = hindcast(scenario(other), 2000, n=30, n_past=90)
    assert again.projection.values.keys() == found.projection.values.keys()
    for subject, values in found.projection.values.items():
        assert values.tobytes() == again.projection.values[subject].tobytes()
    assert np.array_equal(found.projection.weights, again.projection.weights)
    assert again.scores[0].crps > found.scores[0].crps


def test_what_was_observed_at_the_cut_off_is_where_all_worlds_begin(found):
    for subject, value in ((FIRMS, 70.0), (STAFF, 760.0)):
        assert found.projection.values[subject][0] == pytest.approx(value)
        assert found.projection.ensemble(subject, quarter("2002Q4")).values.std() > 0.0
    assert len(found.scores) == 2
    assert found.summaries[0].n == 2


def test_an_earlier_cut_off_begins_the_park_there():
    early = hindcast(scenario(), 1998, n=30, n_past=60)
    assert early.projection.values[FIRMS][0] == pytest.approx(66.0)
    assert {s.quarter for s in early.scores} == {quarter("2000Q4"), quarter("2002Q4")}


def test_nothing_later_and_no_past_are_told_in_words():
    lone = dataclasses.replace(park(), observed=points({2000: (70, 760)}))
    told = hindcast(scenario(lone), 2000, n=10).words
    assert "no past" in told.en
    assert "no score" in told.en
    assert "没有得分" in told.zh


def test_a_park_with_anchors_stands_at_its_own_date_only():
    with pytest.raises(BadInputError, match="2022"):
        hindcast(Scenario("toy", worlds.NAME, dataclasses.replace(worlds.toy_park(), observed=points(SEEN)), 9000, {}, ()), 1998)


def test_tables_hold_every_value_and_no_nan(found, tmp_path):
    write_tables(tmp_path, found)
    for name in ("hindcast.csv", "scores.csv", "numbers.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        assert "nan" not in text.lower()
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8-sig").count("\nvalue,") == 2


def test_the_nearest_runs_recover_the_numbers_that_made_what_was_seen():
    """Truths taken from the draws of a made-up simulator: the 90 % ranges hold them about nine times in ten."""
    generator = np.random.default_rng(5)
    places = generator.random((1500, 4))
    signal = np.column_stack([places[:, 0] - 0.6 * places[:, 1], places[:, 2], places[:, 1] + 0.2 * places[:, 2]])
    said = signal + 0.1 * generator.standard_normal(signal.shape)
    inside = []
    for truth in range(120):
        rest = np.arange(1500) != truth
        given = posterior(places[rest], said[rest], said[truth], 150)
        for number in range(4):
            order = np.argsort(given.places[:, number])
            upto = np.cumsum(given.weights[order])
            low, high = (given.places[order, number][np.searchsorted(upto, s)] for s in (0.05, 0.95))
            inside.append(low <= places[truth, number] <= high)
    assert 0.84 <= np.mean(inside) <= 0.97


def test_numbers_of_the_park_itself_are_recovered():
    """Worlds of the model as truths: their entry, exit and growth lie in the 90 % ranges in at least eight of ten."""
    from wutong.experiments.hindcast import projection as p
    from wutong.experiments.hindcast.calibration import dates_of, noisy, summaries
    from wutong.experiments.hindcast.levels import Extent
    from wutong.experiments.hindcast.numbers import drawn_places, ranges_of, with_numbers

    cutoff, one = quarter("2000Q4"), scenario()
    series = p.series_of([o for o in park().observed if o.quarter <= cutoff])
    first = p.beginning_of_past(one, series, cutoff)
    begun = p.begun_at(one, series, first - p.RUN_IN, cutoff, cutoff)
    ranges, prior = ranges_of(begun, known=True, past=True), drawn_places(240, 7)
    ranges = dataclasses.replace(ranges, entry=(worlds.between(3.0, 20.0),))
    made = [with_numbers(begun, ranges, u, years_between(begun.park.start, cutoff), f"t{i}") for i, u in enumerate(prior)]
    histories, failed = p._run(made, np.arange(240), Extent(cutoff, 240), p.silent)
    assert failed == 0
    dates, logs = p._said(histories, dates_of(series, first, cutoff))
    said, inside = summaries(noisy(logs, 1), dates), []
    for truth in range(60):
        rest = np.arange(240) != truth
        given = posterior(prior[rest], said[rest], said[truth], 60)
        for number in range(3):
            order = np.argsort(given.places[:, number])
            upto = np.cumsum(given.weights[order])
            low, high = (given.places[order, number][np.searchsorted(upto, s)] for s in (0.05, 0.95))
            inside.append(low <= prior[truth, number] <= high)
    assert np.mean(inside) >= 0.8


@pytest.mark.parametrize("slowing", [0.0, 0.5, 1.0, 2.0])
def test_a_rate_that_was_higher_has_slowed_down_to_what_it_is(slowing):
    before = earlier(0.05, slowing, 6.0)
    assert before / (1.0 + slowing * before * 6.0) == pytest.approx(0.05)
    assert earlier(-0.05, slowing, 6.0) == pytest.approx(-before)
    assert earlier(0.4, 1.0, 100.0) == pytest.approx(4.0)  # however fast a level would have to have grown


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("scope,year,value\nall,2003,5\n", 1, "measure"),
        ("measure,scope,value\nfirms,all,5\n", 1, "year"),
        ("measure,scope,year,value\nfirms,all,2003,5\nfrims,all,2003,5\n", 3, "firms"),
        ("measure,scope,year,value\nfirms,nowhere,2003,5\n", 2, "all"),
        ("measure,scope,year,value\nfirms,all,1900,5\n", 2, "before the start"),
        ("measure,scope,year,value\nfirms,all,2003,many\n", 2, "many"),
        ("measure,scope,year,value\nfirms,all,03,5\n", 2, "1999"),
        ("measure,quarter,value\nfirms,2003-4,5\n", 2, "2003Q4"),
        ("indicator,unit,year,value\nthings,firms,2003,5\n", 1, "measure"),
    ],
)
def test_bad_files_are_refused_with_line_and_remedy(tmp_path, text, line, word):
    path = tmp_path / "later.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read_observed(path, "later.csv", park(), (), quarter("2000Q4"))
    assert caught.value.problems[0].line == line
    assert word in caught.value.text("en")


def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path):
    path = tmp_path / "later.csv"
    text = "measure,year,value\nfirms,2003,5\n# 企业"
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(ReadingError, match="UTF-8"):
        read_observed(path, "later.csv", park(), (), quarter("2000Q4"))
    path.write_bytes(text.encode("gbk"))  # as Chinese Excel saves it
    assert [point.value for point in read_observed(path, "later.csv", park(), (), quarter("2000Q4"))] == [5.0]
