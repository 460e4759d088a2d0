"""The one HTML file: both languages, one look, no request to anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from importlib import resources

from wutong.experiments.report.markup import Markup, element, joined
from wutong.experiments.report.page import Block, Cell, Facts, Heading, Page, Paragraphs, Picture, Points, Section, Table
from wutong.model.facts import Label

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"  # nothing leaves the file
LONG = 40  # rows from which on a table scrolls by itself
TAGS = {"zh": "zh-CN", "en": "en"}
COPY = Label("复制表格", "Copy table")
COPIED = Label("已复制", "Copied")
SKIP = Label("跳到正文", "Skip to the report")
CONTENTS = Label("目录", "Contents")
DARK = Label("深色 / 浅色", "Dark / light")
PRODUCT = Label("梧桐 · 模拟报告", "Wutong · report of a simulation")
SORTING = Label("点击列名排序", "Click a heading to sort")


def document(pages: Sequence[Page], letters: str) -> str:
    """The file; it opens with the first page."""
    first = pages[0]
    head = element(
        "head", None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", None, f"{first.title} – {PRODUCT.in_language(first.language)}"),
        element("style", None, _asset("page.css")),
        element("noscript", None, element("style", None, Markup("article[hidden]{display:block!important}.tools{display:none}"))),
    )  # fmt: skip
    main = element("main", {"id": "main", "tabindex": "-1"}, *(_article(page, shown=page is first) for page in pages))
    body = element(
        "body", None,
        element("a", {"class": "skip", "href": "#main"}, _both(SKIP)),
        _banner(pages), Markup(letters), main,
        element("p", {"class": "unseen", "id": "said", "role": "status", "aria-live": "polite"}),
        element("script", None, _asset("page.js")),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{element('html', {'lang': TAGS[first.language]}, head, body)}\n"


def _asset(name: str) -> Markup:
    return Markup(resources.files("wutong.experiments.report").joinpath(name).read_text(encoding="utf-8"))


def _both(label: Label) -> Markup:
    """A text in both languages, of which the page shows that of its own."""
    return joined(*(element("span", {"lang": TAGS[key]}, label.in_language(key)) for key in TAGS))


def _banner(pages: Sequence[Page]) -> Markup:
    names = {"zh": "中文", "en": "English"}
    buttons = [
        element(
            "button",
            {"type": "button", "lang": TAGS[p.language], "data-language": p.language, "aria-pressed": str(p is pages[0]).lower(),
             "data-title": f"{p.title} – {PRODUCT.in_language(p.language)}"},
            names[p.language],
        )
        for p in sorted(pages, key=lambda p: p.language, reverse=True)
    ]  # fmt: skip
    dark = element("button", {"type": "button", "id": "dark", "aria-pressed": "false"}, _both(DARK))
    tools = element("div", {"class": "tools"}, *buttons, dark)
    return element("header", {"class": "banner"}, element("p", {"class": "product"}, _both(PRODUCT)), tools)


def _article(page: Page, *, shown: bool) -> Markup:
    key = page.language
    attributes = {"id": key, "lang": TAGS[key]} | ({} if shown else {"hidden": None})
    links = [element("li", None, element("a", {"href": f"#{key}-{s.key}"}, s.title)) for s in page.sections]
    contents = CONTENTS.in_language(key)
    title = element("div", {"class": "title"}, element("h1", None, page.title), element("p", None, page.subtitle))
    nav = element("nav", {"aria-label": contents}, element("ol", None, *links))
    return element("article", attributes, title, nav, *(_section(page, section) for section in page.sections))


def _section(page: Page, section: Section) -> Markup:
    place = f"{page.language}-{section.key}"
    heading = element("h2", {"id": f"{place}-title"}, section.title)
    blocks = [block_of(block, f"{place}-{n}", page.language) for n, block in enumerate(section.blocks)]
    return element("section", {"id": place, "aria-labelledby": f"{place}-title"}, heading, *blocks)


# ── Blocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@singledispatch
def block_of(block: Block, place: str, language: str) -> Markup:  # noqa: ARG001
    """A block of a section; the place is its id in the page."""
    raise TypeError(f"{type(block).__name__} has no look")


@block_of.register
def _paragraphs(block: Paragraphs, place: str, language: str) -> Markup:  # noqa: ARG001
    texts = [element("p", None, text) for text in block.texts]
    return element("div", {"class": "notice", "role": "note"} if block.warning else {"class": "words"}, *texts)


@block_of.register
def _points(block: Points, place: str, language: str) -> Markup:  # noqa: ARG001
    return element("ul", None, *(element("li", None, text) for text in block.texts))


@block_of.register
def _facts(block: Facts, place: str, language: str) -> Markup:  # noqa: ARG001
    return element("dl", None, *(joined(element("dt", None, name), element("dd", None, text)) for name, text in block.entries))


@block_of.register
def _picture(block: Picture, place: str, language: str) -> Markup:  # noqa: ARG001
    labelled = f'role="img" aria-labelledby="{place}-says" focusable="false"'
    drawing = Markup(block.svg.replace("BODY", labelled, 1))
    scroller = element("div", {"class": "drawing", "role": "group", "tabindex": "0", "aria-labelledby": f"{place}-says"}, drawing)
    return element("figure", {"id": place}, scroller, element("figcaption", {"id": f"{place}-says"}, block.sentence))


@block_of.register
def _table(block: Table, place: str, language: str) -> Markup:
    caption = element("caption", {"id": f"{place}-says"}, block.caption)
    head = element("thead", None, element("tr", None, *(_heading(h) for h in block.headings)))
    rows = [element("tr", None, *_row(block.headings, row)) for row in block.rows]
    table = element("table", {"id": place}, caption, head, element("tbody", None, *rows))
    copy = element(
        "button",
        {"type": "button", "class": "copy", "data-table": place, "data-copied": COPIED.in_language(language),
         "aria-describedby": f"{place}-says"},
        COPY.in_language(language),
    )  # fmt: skip
    shape = "wide long" if len(block.rows) > LONG else "wide"
    region = {"class": shape, "role": "region", "tabindex": "0", "aria-labelledby": f"{place}-says"}
    hint = element("span", None, SORTING.in_language(language))
    return joined(element("div", {"class": "tools"}, copy, hint), element("div", region, table))


def _heading(heading: Heading) -> Markup:
    attributes: dict[str, str | None] = {"scope": "col"}
    attributes |= {"class": "number"} if heading.numeric else {}
    if heading.hidden:
        return element("th", {**attributes, "hidden": None}, heading.text)
    return element(
        "th", {**attributes, "aria-sort": "none", "data-title": heading.text}, element("button", {"type": "button"}, heading.text)
    )


def _row(headings: Sequence[Heading], row: Sequence[Cell]) -> list[Markup]:
    cells = []
    for n, (heading, cell) in enumerate(zip(headings, row, strict=True)):
        attributes: dict[str, str | None] = {"class": "number"} if heading.numeric else {}
        attributes |= {} if cell.value is None else {"data-value": f"{cell.value:.7g}"}
        attributes |= {"hidden": None} if heading.hidden else {}
        attributes |= {"scope": "row"} if n == 0 else {}
        cells.append(element("th" if n == 0 else "td", attributes, cell.text))
    return cells
