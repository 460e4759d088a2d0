"""The pictures of a question as SVG for one page: letters shared, names of their own, the colours of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wutong.experiments.report.captions import sentence
from wutong.experiments.report.material import Material
from wutong.experiments.report.page import Picture

ROOM = 4_200_000  # characters that all pictures may take: the page stays below 5 MB
COLOURS = {  # of wutong.experiments.plots.style, by what they are for; the page darkens them
    "#ffffff": "var(--paper)",
    "#22282e": "var(--ink)",
    "#69727a": "var(--grey)",
    "#e2e5e8": "var(--faint)",
    "#3f4b57": "var(--slate)",
}
HEAD = re.compile(r'<svg[^>]*viewBox="([^"]*)"[^>]*>')
DROPPED = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>|</svg>", re.DOTALL)
GLYPH = re.compile(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(0\.015625\)"/>')
NAMED = re.compile(r' id="([^"]*)"')
USED = re.compile(r'xlink:href="#([^"]*)"|url\(#([^)]*)\)')
DRAWN = re.compile(r'\b(d|transform)="([^"]*)"')
LONG = re.compile(r"(-?\d+\.\d{3,})")
EMPTY = re.compile(r"<g>\s*</g>|<g/>|<defs>\s*</defs>")


Drawn = Mapping[str, Mapping[str, str]]  # SVG by language and name


@dataclass
class Letters:
    """Shapes of letters that all pictures of a page share, each once."""

    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def place_of(self, name: str, shape: str) -> str:
        return self.places.setdefault((name, shape), f"letter{len(self.places)}")

    def svg(self) -> str:
        """An invisible drawing that holds them."""
        shapes = "".join(
            f'<path id="{place}" d="{shape}" transform="scale(0.015625)"/>' for (_, shape), place in self.places.items()
        )
        return f'<svg class="letters" aria-hidden="true" width="0" height="0" focusable="false"><defs>{shapes}</defs></svg>'


@dataclass(frozen=True)
class Pictures:
    """The pictures of each language, the letters they share, and how many found no room."""

    by_language: Mapping[str, Sequence[Picture]]
    letters: str
    n_left_out: int


def pictures(material: Material, languages: Sequence[str], ready: Drawn) -> Pictures:
    """Every picture of the experiment's question, drawn from its runs in the languages in which none is ready."""
    drawn = {language: ready[language] if language in ready else _drawn(material, language) for language in languages}
    letters, room = Letters(), ROOM
    found: dict[str, list[Picture]] = {language: [] for language in languages}
    names = list(dict.fromkeys(name for own in drawn.values() for name in own))
    for n, name in enumerate(names):
        tidy = {language: tidied(own[name], f"{language}{n}-", letters) for language, own in drawn.items() if name in own}
        room -= sum(map(len, tidy.values()))
        if room < 0:
            return Pictures(found, letters.svg(), len(names) - n)
        for language, svg in tidy.items():
            found[language].append(Picture(name, svg, sentence(material, name, language)))
    return Pictures(found, letters.svg(), 0)


def _drawn(material: Material, language: str) -> dict[str, str]:
    """SVG by the picture's name, in the order of the question."""
    if not material.histories or material.answers_many_points:
        return {}
    return {one.name: one.svg() for one in material.experiment.question.draw(material.histories, language)}


def tidied(svg: str, prefix: str, letters: Letters) -> str:
    """A drawing without what a page does not need, its names led by a prefix, ready to be labelled by the page."""
    head = HEAD.search(svg)
    box = head.group(1) if head else "0 0 1 1"
    body = DROPPED.sub("", svg[head.end() if head else 0 :])
    shared = {name: letters.place_of(name, _joined(shape)) for name, shape in GLYPH.findall(body)}
    body = GLYPH.sub("", body)
    used = {one or other for one, other in USED.findall(body)} - shared.keys()
    body = NAMED.sub(lambda m: f' id="{prefix}{m.group(1)}"' if m.group(1) in used else "", body)

    def place(name: str) -> str:
        return shared.get(name, prefix + name)

    body = re.sub(r'xlink:href="#([^"]*)"', lambda m: f'href="#{place(m.group(1))}"', body)
    body = re.sub(r"url\(#([^)]*)\)", lambda m: f"url(#{place(m.group(1))})", body)
    body = DRAWN.sub(lambda m: f'{m.group(1)}="{_rounded(_joined(m.group(2)))}"', body)
    for colour, name in COLOURS.items():
        body = body.replace(colour, name)
    return f'<svg viewBox="{box}" BODY>{_without_gaps(body)}</svg>'


def _joined(text: str) -> str:
    return " ".join(text.split())


def _rounded(text: str) -> str:
    """Coordinates to a hundredth of a point; scales keep their digits."""
    return text if "scale" in text and "translate" not in text else LONG.sub(lambda m: _short(m.group(1)), text)


def _short(number: str) -> str:
    value = round(float(number), 2 if abs(float(number)) >= 1.0 else 5)
    return f"{value:g}" if value != round(value) else str(round(value))


def _without_gaps(body: str) -> str:
    body = re.sub(r">\s+<", "><", body.strip())
    body = re.sub(r'\bstyle="([^"]*)"', lambda m: f'style="{m.group(1).replace(": ", ":").replace("; ", ";")}"', body)
    count = 1
    while count:
        body, count = EMPTY.subn("", body)
    return body
