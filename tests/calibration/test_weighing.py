"""Weighing of worlds: by hand, against a known posterior, draws that stand as often as they weigh, and known truths found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wutong.experiments.calibration.figures import Calibration, Figure
from wutong.experiments.calibration.posterior import as_csv, posterior_of
from wutong.experiments.calibration.proof import ranks_of
from wutong.experiments.calibration.ranks import Verdict
from wutong.experiments.calibration.runs import Table, table_of
from wutong.experiments.calibration.weighing import (
    drawn_rows,
    log_weights,
    n_effective,
    reached,
    weighted_quantiles,
    weights_of,
)
from wutong.experiments.calibration.words import told
from wutong.experiments.errors import ResultsError
from wutong.model.facts import Label

NAME = Label("试", "try")
NAMES = ("attraction.follow_rate", "attraction.lead_rate")
ERROR = 0.2


def figure(seen, spread=ERROR, key="seen"):
    return Figure(key, Label("数", "Figure"), "firms", seen, spread, "made up")


def calibration(*figures, say=None, names=NAMES):
    return Calibration("made_up", NAME, names, "laptop_episode", figures, say, 100, NAME)


def table(n=4000, seed=1):
    """The first parameter sets the figure, the second nothing."""
    values = np.random.default_rng(seed).random((n, 2))
    return Table(values, np.exp(values[:, :1]))


def test_weights_by_hand():
    said = np.array([[10.0, 5.0], [20.0, 5.0], [0.0, 5.0]])
    logs = log_weights(said, np.array([10.0, 5.0]), np.array([0.5, 0.1]))
    assert logs[0] == 0.0
    assert logs[1] == pytest.approx(-0.5 * (math.log(2.0) / 0.5) ** 2)
    assert logs[2] < -100.0, "a world without any is far from ten, and no error"
    assert n_effective(np.array([0.5, 0.5, 0.0])) == pytest.approx(2.0)
    assert weights_of(np.array([-2000.0, -2000.0])).tolist() == [0.5, 0.5]


def test_draws_stand_as_often_as_they_weigh():
    weights = np.array([0.5, 0.301, 0.199])
    counts = np.bincount(drawn_rows(weights, 100, seed=3), minlength=3)
    assert (np.abs(counts - 100 * weights) < 1.0).all()
    assert drawn_rows(weights, 9, 1).tolist() == drawn_rows(weights, 9, 1).tolist()
    assert weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3]), (0.5, 0.51, 0.8, 1.0)).tolist() == [
        1,
        2,
        2,
        3,
    ]


def test_the_posterior_is_the_one_that_theory_says():
    """A flat prior and a lognormal error: the log of the parameter's figure is normal about the one seen, cut off at the ends."""
    found = posterior_of(calibration(figure(math.exp(0.5))), table(20_000))
    low, middle, high = found.after(NAMES[0])
    assert middle == pytest.approx(0.5, abs=0.02)
    assert (high - low) == pytest.approx(2 * 1.59 * ERROR, rel=0.06)  # 5 to 95 % of a normal cut off at 2.5 sd
    assert found.told() == [NAMES[0]] and found.silent() == [NAMES[1]]
    assert found.after(NAMES[1]) == pytest.approx(found.before(NAMES[1]), abs=0.05)


def test_what_is_foreseen_leaves_its_figure_out_and_has_its_error():
    found = posterior_of(
        calibration(figure(math.exp(0.5)), figure(9.0, 5.0, "other")), Table(table().values, np.exp(table().values))
    )
    low, _, high = found.foreseen(0)
    assert math.log(low) < 0.0 and math.log(high) > 1.0, "nothing else tells of it, and its error reaches beyond the range"


def test_too_few_worlds_are_refused_with_a_way_out():
    with pytest.raises(ResultsError, match="raise -n") as caught:
        posterior_of(calibration(figure(math.exp(0.5), 0.001)), table(500))
    assert "增大 -n" in caught.value.message.zh


def test_known_truths_are_found_and_a_search_that_is_too_sure_is_found_out():
    own = calibration(figure(1.0))
    honest = ranks_of(own, table(), 300)
    assert [s.verdict for s in honest.spreads] == [Verdict.EVEN, Verdict.EVEN]
    assert honest.coverage(NAMES[0]) == pytest.approx(0.9, abs=4 * math.sqrt(0.09 / 300))
    sure = ranks_of(own, table(20_000), 300, spread=np.array([ERROR / 4]))
    assert sure.spreads[0].verdict is not Verdict.EVEN and sure.coverage(NAMES[0]) < 0.6
    words = told(posterior_of(calibration(figure(math.exp(0.5))), table()), honest)
    assert "ranks are even" in words.en and "名次均匀" in words.zh and "next to nothing" in words.en


def test_parts_that_stand_are_not_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr("wutong.experiments.calibration.runs.PART", 3)
    ran = []

    def say(cases, values, jobs):
        ran.append([case.replication for case in cases])
        if len(ran) == 2:
            raise KeyboardInterrupt
        return values[:, :1] * len(cases)

    own = calibration(figure(1.0), say=say)
    with pytest.raises(KeyboardInterrupt):
        table_of(own, 7, folder=tmp_path)
    whole = table_of(own, 7, folder=tmp_path)
    assert ran == [[0, 1, 2], [3, 4, 5], [3, 4, 5], [6]]
    expected = whole.values[:, 0] * [3, 3, 3, 3, 3, 3, 1]
    assert whole.said[:, 0].tolist() == expected.tolist()
    assert len({tuple(row) for row in whole.values}) == 7


def test_a_file_of_draws_says_what_made_it_and_is_the_same_every_time():
    found = posterior_of(calibration(figure(math.exp(0.5))), table())
    text = as_csv(found, seed=4, n_draws=20)
    assert text == as_csv(found, seed=4, n_draws=20) != as_csv(found, seed=5, n_draws=20)
    lines = text.splitlines()
    assert lines[1] == "# Made by: python run.py calibrate made_up -n 4000 --seed 4"
    assert lines[3] == ",".join(NAMES) and len(lines) == 24


def test_worlds_that_are_all_impossible_are_no_agreement():
    """A factor of three at an error of a fifth is five standard deviations: weights alone would call it full agreement."""
    seen, spread = np.array([math.exp(0.5)]), np.array([ERROR])
    assert reached(log_weights(table().said, seen, spread), 1)
    far = log_weights(np.full((50, 1), 3.0 * seen[0]), seen, spread)
    assert n_effective(weights_of(far)) == pytest.approx(50.0) and not reached(far, 1)
    assert not reached(log_weights(np.zeros((50, 1)), seen, spread), 1)
    with pytest.raises(ResultsError, match="no world comes near"):
        posterior_of(calibration(figure(900.0)), table())


def test_a_part_that_was_cut_short_or_damaged_is_run_again(tmp_path):
    own = calibration(figure(1.0), say=lambda cases, values, jobs: values[:, :1])
    whole = table_of(own, 4, folder=tmp_path)
    (part,) = tmp_path.glob("*.part")
    content = part.read_bytes()
    flipped = [content[:n] + bytes([content[n] ^ 1]) + content[n + 1 :] for n in range(0, len(content), 37)]
    for broken in (b"", content[:300], *flipped):
        part.write_bytes(broken)
        assert np.array_equal(table_of(own, 4, folder=tmp_path).values, whole.values)
        assert part.read_bytes() == content, "made and kept anew"
