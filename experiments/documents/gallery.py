"""docs/gallery.md and docs/gallery.zh.md: every picture, small, with the line of Python and the command that make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from wutong.experiments import plots
from wutong.experiments.calibration.funnel import FUNNEL
from wutong.experiments.calibration.posterior import posterior_of
from wutong.experiments.calibration.runs import table_of
from wutong.experiments.documents.exhibits import EXHIBITS, LONG, PARENT, ROOMS, SHORT, Exhibit
from wutong.experiments.documents.markdown import DOCS, write
from wutong.experiments.documents.odd import shipped_scenario
from wutong.experiments.documents.pattern import EXTRA, run_pair
from wutong.experiments.documents.smaller import smaller
from wutong.experiments.evidence.facts import FACTS
from wutong.experiments.evidence.scorecard import scorecard
from wutong.experiments.evidence.seen import seen
from wutong.experiments.hindcast.ask import hindcast
from wutong.experiments.hindcast.subject import of_name
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Request, plan_of
from wutong.experiments.portrait.families import family_of
from wutong.experiments.portrait.world import Portrait, portrait
from wutong.experiments.runner import run_cases
from wutong.model.facts import Label

LANGUAGES = {"en": "gallery.md", "zh": "gallery.zh.md"}
FOLDER = DOCS / "figures" / "gallery"
PAST, WORLDS, PAIRS, DRAWN = 200, 12, 16, 3_000  # runs of the hindcast, the scorecard, the event, the calibration

COMMAND = "python -m wutong.experiments.documents gallery"
HEAD = Label(
    "# 图库\n\n[English](gallery.md)\n\n每幅图下面是画它的一行 Python 和写出它的命令（[Python 用法](python.zh.md)）。"
    f"图由少量模拟画成，只为说明样式；`{COMMAND}` 重新生成本页和全部图片。\n",
    "# Gallery\n\n[中文](gallery.zh.md)\n\nBelow each picture stand the line of Python that draws it and the command that writes "
    "it ([Python](python.md)). They are\ndrawn from few runs, to show what there is; "
    f"`{COMMAND}` makes this page and all pictures anew.\n",
)
FOOT = Label(
    "## 动画：企业如何进驻\n\n"
    '`plots.filling(of, path, "zh")` 把一次模拟逐季写成 GIF 动画；它是文件，不是图，放在本页太大。'
    "`python run.py portrait` 把它写成 `park.gif`。\n",
    "## An animation: the park filling up\n\n"
    '`plots.filling(of, path, "en")` writes one world quarter by quarter as a GIF: a file, no picture, and too large for this '
    "page.\n`python run.py portrait` writes it as `park.gif`.\n",
)


def write_gallery(jobs: int) -> tuple[Path, ...]:
    """Run what the exhibits need, and write both pages and all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = []
    for language, function, picture in _drawn(jobs):
        path = picture_path(function, language)
        path.write_bytes(smaller(picture.png()))
        written.append(path)
    for language, name in LANGUAGES.items():
        write(DOCS / name, gallery_text(language))
        written.append(DOCS / name)
    return tuple(written)


def picture_path(function: str, language: str) -> Path:
    """Where the picture of a function stands."""
    return FOLDER / f"{function}.{language}.png"


def gallery_text(language: str) -> str:
    """The page in one language; it holds no number of any run."""
    parts = [HEAD.in_language(language)]
    for one in EXHIBITS:
        title, path = one.title.in_language(language), picture_path(one.function, language).relative_to(DOCS)
        line = one.line.replace("LANGUAGE", language)
        parts.append(f"## {title}\n\n![{title}]({path.as_posix()})\n\n```python\n{line}\n```\n\n```text\n{one.asked}\n```\n")
    return "\n".join([*parts, FOOT.in_language(language)])


def _drawn(jobs: int) -> Iterator[tuple[str, str, Picture]]:
    """Language, function and picture of every exhibit, room by room."""
    for key in ROOMS:
        yield from _of_room(key, [one for one in EXHIBITS if one.room == key], jobs)
    yield from _of_their_own(jobs)
    yield from _of_one_world()
    yield from _of_a_calibration(jobs)


def _of_room(key: str, exhibits: list[Exhibit], jobs: int) -> Iterator[tuple[str, str, Picture]]:
    plan = ROOMS[key].plan()
    question = ROOMS[key].question(plan, jobs)
    histories = run_cases(question.expanded(plan).cases, jobs=jobs).histories
    for language in LANGUAGES:
        found: Mapping[str, Picture] = {picture.name: picture for picture in question.draw(histories, language)}
        for one in exhibits:
            yield language, one.function, found[one.name]


def _of_their_own(jobs: int) -> Iterator[tuple[str, str, Picture]]:
    found = hindcast(of_name("sophia_antipolis_1999", "en").scenario, 1999, n=60, n_past=PAST, jobs=jobs)
    card = scorecard(seen(WORLDS, 1, jobs), FACTS)
    present, absent = run_pair(shipped_scenario(), PAIRS, 1, jobs)
    for language in LANGUAGES:
        event = plots.anchor_event(present, absent, EXTRA.key, "firms", language)
        yield language, "anchor_event", plots.Named("anchor_event", event)
        yield language, "hindcast_picture", plots.Named("hindcast", plots.hindcast_picture(found, language))
        yield language, "pit_histogram", plots.Named("pit", plots.pit_histogram(found, language))
        yield language, "scorecard", plots.Named("scorecard", plots.scorecard(card, language))


def _of_one_world() -> Iterator[tuple[str, str, Picture]]:
    long, short = (_world(until) for until in (LONG, SHORT))
    for language in LANGUAGES:
        yield language, "family_tree", plots.Named("family", plots.family_tree(long, [family_of(long, PARENT)], language))
        yield language, "site_map", plots.Named("sites", plots.site_map(short, short.ledger.end, language))


def _world(until: str) -> Portrait:
    (case,) = plan_of(Request(("baseline",), (), (0,), until=until)).cases
    return portrait(case)


def _of_a_calibration(jobs: int) -> Iterator[tuple[str, str, Picture]]:
    found = posterior_of(FUNNEL, table_of(FUNNEL, DRAWN, jobs=jobs))
    for language in LANGUAGES:
        yield language, "posterior", plots.Named("posterior", plots.posterior(found, language))
