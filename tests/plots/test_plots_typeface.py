"""The typeface: every word of the project is in it, and what is not never becomes a box."""

from __future__ import annotations

import dataclasses
import unicodedata
import warnings
from pathlib import Path

import pytest
import synthetic
from matplotlib.font_manager import FontProperties, findfont, get_font

from wutong.experiments import plots
from wutong.experiments.plots import typeface
from wutong.model.facts import Label

ROOT = Path(typeface.__file__).parents[2]
OWN = set(get_font(str(typeface.FILE)).get_charmap())


def test_it_holds_ascii_signs_level_one_and_stays_small():
    level_one = {
        c for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for c in bytes((high, low)).decode("gb2312", "ignore")
    }
    signs = set(map(chr, range(0x20, 0x7F))) | set("−–—…·“”‘’、。《》：；，（）！？％≥≤×±℃αβΔΩé〓○◆")
    assert {c for c in level_one | signs if ord(c) not in OWN} == set()
    assert typeface.FILE.stat().st_size < 1_400_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (typeface.FILE.parent / "OFL.txt").read_text(encoding="utf-8")


def test_it_holds_every_chinese_character_of_the_projects_texts():
    folders = ("model", "experiments", "scenarios")
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in (".py", ".yaml", ".csv", ".md")]
    words = {c for p in files for c in p.read_text(encoding="utf-8", errors="ignore") if unicodedata.east_asian_width(c) in "WF"}
    assert sorted(c for c in words if ord(c) not in OWN) == [], "run experiments/plots/fonts/rebuild.py"


def test_all_texts_of_a_picture_are_set_in_it():
    figure = plots.attainment(synthetic.histories(2, 5), "zh")
    found = {str(findfont(FontProperties(family=t.get_fontfamily()))) for t in figure.findobj(plots.style.Text) if t.get_text()}
    assert found == {str(typeface.FILE)}


def titled(title):
    history = synthetic.history(n_worlds=5)
    scenario = dataclasses.replace(history.cases[0].scenario, title=Label(title, title))
    return dataclasses.replace(history, cases=tuple(dataclasses.replace(c, scenario=scenario) for c in history.cases))


def test_a_character_that_no_font_draws_is_named_once_and_stood_in_for(tmp_path):
    strange = "\U000e0fff"
    typeface.family_with.cache_clear()
    with pytest.warns(UserWarning, match="no font on this machine draws") as seen:
        figure = plots.trajectory([titled(f"园区{strange}")], "firms", "all", "zh")
        plots.trajectory([titled(f"园区{strange}")], "firms", "all", "zh")
    assert len([w for w in seen if "no font" in str(w.message)]) == 1
    assert any("园区〓" in t.get_text() for t in figure.findobj(plots.style.Text))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.save(figure, tmp_path, "strange")


def test_a_character_outside_the_subset_comes_from_a_real_font(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert typeface.family_with("Ж") not in (None, "Last Resort")  # DejaVu Sans comes with matplotlib
        plots.save(plots.trajectory([titled("园区 Ж")], "firms", "all", "zh"), tmp_path, "cyrillic")


def test_dollar_signs_in_names_are_not_mathematics(tmp_path):
    plots.save(plots.trajectory([titled("$\\frac{1}$ 与 $x_1$")], "firms", "all", "zh"), tmp_path, "money")


@pytest.mark.parametrize(
    "text",
    ["在园区内实际经营的企业，不含仅注册未经营的企业（见口径说明）。", "Firms that operate in the park, and a " + "x" * 60],
)
def test_lines_fit_their_room_and_break_well(text):
    lines = typeface.wrap(text, 1.2, 8.0)
    assert len(lines) > 1
    assert all(typeface.width(line, 8.0) <= 1.2 + 1e-9 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。）" or line[-1] in "（" for line in lines)
