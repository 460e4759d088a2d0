"""``new``: files of a scenario, policy, park, design or anchor episode to begin with, from ``scenarios/templates``."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from wutong.experiments.commands.exits import exits, show
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.listing import LangOption
from wutong.experiments.errors import BadInputError
from wutong.experiments.launcher import launcher
from wutong.experiments.unfinished import building, making, swept
from wutong.model.facts import Label

NAME = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]{0,39}")
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}  # no files on Windows
WORDS = {"true", "false", "null"}  # no text in YAML
PLAIN = re.compile(r"[\w./\\:=-]+")  # words that no terminal needs quotes for
LEVERS_HERE = "#levers\n"


class Kind(enum.StrEnum):
    SCENARIO = "scenario"
    POLICY = "policy"
    PARK = "park"
    DESIGN = "design"
    EPISODE = "episode"


FILES: Mapping[Kind, tuple[str, ...]] = {  # after the name
    Kind.SCENARIO: (".yaml",),
    Kind.POLICY: (".yaml",),
    Kind.PARK: (".yaml", "_scenario.yaml", "/segments.csv", "/anchors.csv"),
    Kind.DESIGN: (".yaml",),
    Kind.EPISODE: (".yaml", "/observed.csv"),
}
RUNS: Mapping[Kind, tuple[str, ...]] = {  # the command that runs it; the last word is the file that is checked
    Kind.SCENARIO: ("run", "{}.yaml"),
    Kind.POLICY: ("run", "baseline", "--policy", "none", "--policy", "{}.yaml"),
    Kind.PARK: ("run", "{}_scenario.yaml"),
    Kind.DESIGN: ("sweep", "{}.yaml"),
    Kind.EPISODE: ("hindcast", "--until", "2012", "--observed", "{}/observed.csv", "{}.yaml"),
}

KindArgument = Annotated[Kind, typer.Argument(help=told("种类：情景、政策方案、园区、试验设计或龙头往事", "what to begin"))]
NameArgument = Annotated[str, typer.Argument(help=told("名字，不带扩展名", "its name, without .yaml"))]
Into = Annotated[
    Path,
    typer.Option(
        "--in", metavar="DIR", show_default=False, help=told("写入的文件夹，默认当前文件夹", "folder; the current one by default")
    ),
]


def new(context: typer.Context, kind: KindArgument, name: NameArgument, into: Into = Path(), lang: LangOption = None) -> None:
    chosen = lang or context.obj
    language = chosen or LOCALE
    with exits(language):
        _check_name(name)
        written = created(kind, name, into, language)
        show(told("已写入：", "Written:", language))
        show("\n".join(f"  {path}" for path in written))
        words, option = [word.format(into / name) for word in RUNS[kind]], ("--lang", chosen) if chosen else ()
        show(told("接下来：", "Next:", language))
        show(f"  {command('check', words[-1], *option)}\n  {command(*words, *option)}")


def created(kind: Kind, name: str, into: Path, language: Language) -> list[Path]:
    """Write the files of a kind under a name, all or none, over nothing.

    Raises
    ------
    BadInputError
        If something has the name already, or the folder cannot be written.
    """
    swept(into, deep=False)
    return _write(into, _texts(kind, name, language), _taken(into, kind, name))


def command(*words: str) -> str:
    """A command line as the user would type it, in the way this one was typed."""
    return " ".join(word if PLAIN.fullmatch(word) else f'"{word}"' for word in (*launcher(), *words))


def _check_name(name: str) -> None:
    """Refuse what some system cannot call a file, what YAML does not read as text, and what is shipped.

    Capital letters make no other name, as on some systems they make no other file.
    """
    from wutong.experiments.reading import list_designs, list_parks, list_policies, list_scenarios

    plain = name.casefold()
    if NAME.fullmatch(name) is None:
        zh = "名字应以字母或汉字开头，只含字母、数字、下划线和汉字，不超过 40 字，不带扩展名"
        en = "a name begins with a letter and has up to 40 letters, digits, underscores or Chinese characters, without .yaml"
    elif plain in DEVICES | WORDS:
        zh, en = "这个词有特殊含义，请换一个名字", "this word has a meaning of its own; choose another name"
    elif plain in {*list_scenarios(), *list_policies(), *list_parks(), *list_designs()}:
        zh, en = "随程序附带的文件已用此名，请换一个名字", "a file that comes with the program has this name; choose another"
    else:
        return
    raise BadInputError(Label(f"“{name}”：{zh}。", f"{name!r}: {en}."))


def _texts(kind: Kind, name: str, language: Language) -> dict[str, str]:
    """Text of each file by its path, from the templates, which are called ``my_scenario`` and so on."""
    from wutong.experiments.reading.resolve import SHIPPED

    folder, stem = SHIPPED / "templates" / language.value, f"my_{kind.value}"
    texts = {end: (folder / f"{stem}{end}").read_text(encoding="utf-8") for end in FILES[kind]}
    if kind is Kind.POLICY:
        texts = {end: text.replace(LEVERS_HERE, lever_lines(language)) for end, text in texts.items()}
    return {f"{name}{end}": text.replace(stem, name) for end, text in texts.items()}


def lever_lines(language: Language) -> str:
    """Every lever as a line that takes effect once its ``#`` is gone, under a line with its name, bounds and cost."""
    from wutong.experiments.wording import amount, amount_range
    from wutong.model.levers import LEVERS, Target

    lines = []
    for lever in LEVERS.values():
        bounds = amount_range(lever.low, lever.high, lever.unit, language.value)
        level = amount(float(f"{lever.high / 2:.1g}"), lever.unit, language.value).replace(",", "")
        aims = {Target.SEGMENTS: "segments", Target.ZONES: told("zones、ready", "zones, ready", language)}
        aim = f"；可加 {aims[lever.target]}" if lever.target in aims else ""
        aim_en = f"; takes {aims[lever.target]}" if lever.target in aims else ""
        says = told(
            f"{lever.label.zh}：{bounds}；成本：{lever.cost.zh}{aim}",
            f"{lever.label.en}: {bounds}; cost: {lever.cost.en}{aim_en}",
            language,
        )
        lines.append(f"# {says}\n#  {{lever: {lever.key}, level: {level}}},\n")
    return "".join(lines)


def _taken(into: Path, kind: Kind, name: str) -> list[Path]:
    """What is there already under a name that the new files would have, or that would be mistaken for theirs."""
    ends = {end for file in FILES[kind] for end in (file.partition("/")[0], file.replace(".yaml", ".yml")) if "/" not in end}
    return [path for end in sorted(ends) if (path := into / f"{name}{end}").exists()]


def _write(into: Path, texts: Mapping[str, str], taken: list[Path]) -> list[Path]:
    """Write all files or none, also where the program is killed; tables with a byte order mark, by which Excel knows UTF-8."""
    if taken:
        names = [", ".join(map(str, taken)), "、".join(map(str, taken))]
        raise BadInputError(
            Label(f"已有 {names[1]}，不会覆盖，什么也没有写。", f"{names[0]} is there already and stays; nothing was written.")
        )
    try:
        with making(into), building(into) as place:
            for file, text in texts.items():
                path = place / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8")
    except OSError as error:
        problem = error.strerror or str(error)
        raise BadInputError(Label(f"无法写入“{into}”：{problem}", f"{str(into)!r} cannot be written: {problem}")) from error
    return [into / file for file in texts]
