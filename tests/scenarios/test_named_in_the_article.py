"""Every firm and institution that the newspaper feature of 2022 names in the park stands in the park's files, by its name."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from wutong.experiments.reading import read_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
ROSTER = SCENARIOS / "data" / "roster"

# What the feature names, and where it stands: an entry of the park's files, or, without figures, a row of the roster alone.
# Left out are bodies elsewhere that it names with Li Keqiang, and the zone's own administration and investment company.
ANCHORS = {
    "广达(重庆)制造基地": "quanta",
    "国核铀业": "isotope_base",
    "中国平安科学城大健康科技园": "pingan",
    "中国电子数字经济产业园": "cec_digital",
    "中关村智酷": "zhongguancun",
    "中电(重庆)软件园": "cec_software_park",
    "光大人工智能产业基地": "everbright_ai",
}
LABS = {"金凤实验室": "jinfeng", "李克强院士团队": "likeqiang", "中科院重庆科学中心": "cas_center"}
ZONES = {
    "西永微电园": "xiyong",
    "金凤软件园": "software_sites",
    "科学谷": "software_sites",
    "富力城片区": "university_town",
    "西部生命芯谷": "life_valley",
}
ROWS = {"植恩生物": "anchors.csv", "自动驾驶汽车测试与研究平台": "labs.csv", "西永微电园商务中心区": "zones.csv"}


@pytest.fixture(scope="module")
def park():
    return read_scenario("baseline").park


def narrow(text: str) -> str:
    """Chinese brackets as Latin ones: the feature was printed with these."""
    return text.replace("（", "(").replace("）", ")")


def cells(file: str) -> set[str]:
    with (ROSTER / file).open(encoding="utf-8", newline="") as rows:
        return {row["name_zh"] for row in csv.DictReader(rows)}


@pytest.mark.parametrize(("name", "key"), (ANCHORS | LABS).items())
def test_it_is_an_anchor_or_a_laboratory_of_the_park(park, name, key):
    entry = next(e for e in (*park.anchors, *park.labs) if e.key == key)
    assert name in narrow(entry.label.zh)
    assert entry.source


@pytest.mark.parametrize(("name", "key"), ZONES.items())
def test_it_is_a_zone_of_the_park_or_a_site_of_one(park, name, key):
    zone = next(z for z in park.zones if z.key == key)
    assert name in zone.label.zh + zone.sites.zh


@pytest.mark.parametrize(("name", "file"), ROWS.items())
def test_without_figures_it_stands_in_the_roster(name, file):
    assert name in cells(file)


@pytest.mark.parametrize("name", ["anchors", "labs"])
def test_every_row_of_the_roster_is_an_entry_or_is_told_to_be_left_out(name):
    text = (SCENARIOS / "parks" / "science_city" / f"{name}.yaml").read_text(encoding="utf-8")
    with (ROSTER / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
        keys = {row["key"] for row in csv.DictReader(rows)}
    other_names = {"isotopes", "all_university_projects"}  # isotope_base; the row of totals
    assert [key for key in sorted(keys - other_names) if not re.search(rf"\b{key}\b", text)] == []
