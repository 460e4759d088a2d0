"""The list of training series, and what was seen of each.

The parks and measures were chosen before a first score; which rows are read of each was written down after a first fit had been
scored, and a restlessness of each series was added to the fit (:mod:`wutong.experiments.pooled.likelihood`) because that fit's
50 % bands had held too much.  From here on the list stays as it is.

A series is in the list if it tells of firms, employees or revenue of one place in one scope, with two dates at least.  Left out:
totals over a changing number of parks (Spain, Turkey, Korea), registered firms (Dubai), exports, revenue above a scale or of part
of a year (Zhongguancun), and the second of two overlapping scopes (Adlershof's whole site, three of the Basque parks with a
fourth, Bizkaia among them, Granada with its hospital, Gijon's surroundings): each park counts once.  Lower bounds are left out.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from wutong.experiments.reading.resolve import SHIPPED
from wutong.model.facts import Floats

PRICES = "national_prices.csv"
MEASURES = ("firms", "employees", "revenue")
COUNTRIES: Mapping[str, str] = {
    "PTA Malaga": "Spain",
    "Basque technology parks (3)": "Spain",
    "Gijon Science Park": "Spain",
    "PTS Granada (health technology park)": "Spain",
    "Adlershof Berlin (core technology park)": "Germany",
    "High Tech Campus Eindhoven": "Netherlands",
    "Cyberpark Kozhikode": "India",
    "Infopark Kochi": "India",
    "Technopark Trivandrum": "India",
    "Porto Digital Recife": "Brazil",
    "Saigon Hi-Tech Park": "Vietnam",
    "Skolkovo": "Russia",
    "China national high-tech zones (Torch)": "China",
    "Sophia Antipolis": "France",
    "Hsinchu Science Park": "Taiwan",
    "Research Triangle Park": "United States",
}
FILES = ("parks.csv", "sophia_antipolis.csv", "hsinchu_science_park.csv", "research_triangle_park.csv")
INDICATORS: Mapping[str, tuple[str, ...]] = {
    "firms": ("firms or entities", "firms", "tenants", "organisations located"),
    "employees": ("employees", "jobs"),
    "revenue": ("revenue (turnover)", "revenue"),
}
OTHER_SCOPES = ("lower bound", "registered", "ten years before", "incl. foreign", "growth", "first half", "stated", "1e9 USD")
UNITS = ("firms", "projects", "persons", "1e4 persons", "jobs", "1e6 EUR", "1e9 BRL", "1e9 RUB", "1e8 CNY", "1e9 NTD")
ROUGH = ("approx", "about", "nearly")


@dataclass(frozen=True)
class Training:
    """What was seen of one measure of a park.

    Attributes
    ----------
    years : end of the year or month, in years
    logs : logarithms; of revenue at constant national prices where these are known
    rough : whether a value is told as approximate
    """

    place: str
    country: str
    measure: str
    years: Floats
    logs: Floats
    rough: Floats


@cache
def training() -> tuple[Training, ...]:
    """All series of the list, by place and measure."""
    found: dict[tuple[str, str], dict[float, tuple[bool, float]]] = {}
    for place, measure, year, rough, value in _seen():
        own = found.setdefault((place, measure), {})
        if year not in own or own[year][0]:  # an exact value counts before an approximate one of the same date
            own[year] = (rough, value)
    return tuple(_series(*key, points) for key, points in sorted(found.items()) if len(points) > 1)


def _seen() -> Iterator[tuple[str, str, float, bool, float]]:
    for name in FILES:
        with (SHIPPED / "data" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                measure, year = measure_of(row["indicator"], row["unit"]), year_of(row.get("date") or row["year"])
                if row["place"] in COUNTRIES and measure and year is not None and row["value"]:
                    yield row["place"], measure, year, any(word in row["indicator"] for word in ROUGH), float(row["value"])


def measure_of(indicator: str, unit: str) -> str | None:
    """The measure that an indicator tells of in the scope of the list."""
    if unit not in UNITS or any(word in indicator for word in OTHER_SCOPES) or ":" in indicator:
        return None
    stem = indicator.partition(" (")[0]
    return next((m for m, names in INDICATORS.items() if indicator in names or stem in names), None)


def year_of(text: str) -> float | None:
    """The end of a year (2004), or of a month (2004-06), in years; None of any other text."""
    year, _, month = text.partition("-")
    if not (year.isdigit() and len(year) == 4 and (not month or month[:2].isdigit())):
        return None
    return float(year) + (int(month[:2]) / 12.0 if month else 1.0)


def _series(place: str, measure: str, points: Mapping[float, tuple[bool, float]]) -> Training:
    years = np.array(sorted(points))
    logs = np.array([math.log(points[y][1]) for y in years])
    if measure == "revenue":
        logs = logs - np.array([price_level(COUNTRIES[place], year) for year in years])
    return Training(place, COUNTRIES[place], measure, years, logs, np.array([float(points[y][0]) for y in years]))


def price_level(country: str, year: float) -> float:
    """Logarithm of national prices at the end of a year, relative to some fixed year; 0 where they are not known."""
    own = _prices().get(country, {})
    return sum(math.log1p(rate) for y, rate in own.items() if y < year - 1e-6)


@cache
def _prices() -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    with (SHIPPED / "data" / PRICES).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["place"], {})[int(row["year"])] = float(row["value"]) / 100.0
    return found
