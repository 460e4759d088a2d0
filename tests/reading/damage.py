"""Shipped files, damaged at random, are either refused with words or read as what they say.

``python -m tests.reading.damage 10000 --seed 1`` damages that many copies over two processes and prints what became of them;
``--only INDEX --keep FOLDER`` repeats one of them and leaves its files.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import functools
import io
import itertools
import math
import multiprocessing
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import IllegalCharacterError
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from wutong.experiments.design import Design
from wutong.experiments.reading import Problem, ReadingError, read_policy, read_scenario
from wutong.experiments.reading.designs import read_design
from wutong.experiments.reading.nodes import plain
from wutong.experiments.reading.resolve import SHIPPED
from wutong.experiments.reading.tables import read_block, read_rows
from wutong.experiments.reading.text import parse, read_tree
from wutong.model.scenario import Policy, Scenario

WORKBOOKS = 0.3  # of the tables
SECONDS = 5.0  # of one reading, in processor time: other processes may be busy
REMEMBERED = 64  # copies between two clearings of the reader's memory of texts
ODD = "\t\"'[]{}:,#-?&*!|>%@`\\\0\x01\x1b\x7f\x85\u00a0\u200b\u2028\u3000\ufeff\uff1a\uff0c\u201c\u201d\u3010\u3001\r"
ENCODINGS = ("gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "utf-32")
IDLE = re.compile(r"^\S*/(source|note|remark|remark/zh|remark/en|extends|order): ")  # what the model makes nothing of
THROUGH = "format: 1\ntitle: {{zh: 试, en: Try}}\npark: parks/{park}\nclock: {{end: 2060Q4}}\n"

Damage = Callable[[str, random.Random], str]
Meaning = Scenario | Policy | Design


# --- damage


def _span(text: str, rng: random.Random, longest: int) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + rng.randint(1, longest))


def delete_characters(text: str, rng: random.Random) -> str:
    start, end = _span(text, rng, 4)
    return text[:start] + text[end:]


def repeat_characters(text: str, rng: random.Random) -> str:
    start, end = _span(text, rng, 4)
    return text[:end] + text[start:]


def swap_characters(text: str, rng: random.Random) -> str:
    at = rng.randrange(max(len(text) - 1, 1))
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _block(lines: list[str], rng: random.Random) -> tuple[int, int]:
    """A line, or a line with everything that is indented deeper below it."""
    start = rng.randrange(len(lines))
    end = start + 1
    if rng.random() < 0.5:
        depth = len(lines[start]) - len(lines[start].lstrip(" "))
        while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip(" ")) > depth):
            end += 1
    return start, end


def delete_lines(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    start, end = _block(lines, rng)
    return "".join(lines[:start] + lines[end:])


def repeat_lines(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    start, end = _block(lines, rng)
    return "".join(lines[:end] + lines[start:])


def move_lines(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    start, end = _block(lines, rng)
    rest = lines[:start] + lines[end:]
    at = rng.randrange(len(rest) + 1)
    return "".join(rest[:at] + lines[start:end] + rest[at:])


def indent(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    start, end = _block(lines, rng)
    by = rng.choice((-4, -2, -1, 1, 2, 4))
    for i in range(start, end):
        lines[i] = " " * by + lines[i] if by > 0 else re.sub(f"^ {{1,{-by}}}", "", lines[i])
    return "".join(lines)


def widen(text: str, rng: random.Random) -> str:
    """Some ASCII characters as the keyboard's full-width ones."""
    places = [i for i, c in enumerate(text) if "!" <= c <= "~"] or [0]
    chosen = set(rng.sample(places, min(rng.randint(1, 3), len(places))))
    return "".join(chr(ord(c) + 0xFEE0) if i in chosen and "!" <= c <= "~" else c for i, c in enumerate(text))


def insert(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(ODD) * rng.choice((1, 1, 1, 2)) + text[at:]


def cut(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] if rng.random() < 0.7 else text[at:]


def join(text: str, rng: random.Random) -> str:
    other = rng.choice(shipped()).path.read_text(encoding="utf-8")
    return rng.choice((text + other, other + text, text + "---\n" + other, text.rstrip("\n") + other))


def change_digits(text: str, rng: random.Random) -> str:
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return text
    found = rng.choice(numbers)
    new = rng.choice(
        ("", "-1", "0", "1e400", ".inf", "1,000", "0x1F", "١٢", str(rng.randrange(10**6)), found[0] + "." + found[0])
    )
    return text[: found.start()] + new + text[found.end() :]


def _keys(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"(?m)(?<=[\s{])[\w.]+(?=:)|^[\w.]+(?=:)", text))


def change_key(text: str, rng: random.Random) -> str:
    keys = _keys(text)
    if not keys:
        return text
    found = rng.choice(keys)
    letters = list(found[0])
    at = rng.randrange(len(letters))
    letters[at] = rng.choice(("", letters[at] * 2, rng.choice("abcxyz_.Aé键"), letters[at].upper()))
    return text[: found.start()] + "".join(letters) + text[found.end() :]


def repeat_key(text: str, rng: random.Random) -> str:
    """A key of the file once more, at the start of another line of its depth or before an item of a flow."""
    keys = _keys(text)
    if not keys:
        return text
    found, place = rng.choice(keys), rng.choice(keys)
    flowing = text[place.start() - 1 : place.start()] in ("{", " ") and "{" in text[: place.start()].rpartition("\n")[2]
    line = text[: place.start()].rpartition("\n")[2]
    more = f"{found[0]}: 1, " if flowing else f"{found[0]}: 1\n{' ' * len(line)}"
    return text[: place.start()] + more + text[place.start() :]


def change_line_ends(text: str, rng: random.Random) -> str:
    end = rng.choice(("\r\n", "\r", "\n\n", "\x85", "\u2028", "\n\r"))
    if rng.random() < 0.5:
        return text.replace("\n", end)
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at:].replace("\n", end, 1)


def change_values(text: str, rng: random.Random) -> str:
    """What stands behind a key as something else."""
    places = list(re.finditer(r"(?<=: )[^\s{}\[\],#][^\n{}\[\],#]*", text))
    if not places:
        return text
    found = rng.choice(places)
    others = (
        "null",
        "true",
        "[]",
        "{}",
        "~",
        ".nan",
        "''",
        "5",
        "-5%",
        "1e3",
        "2025-12-31",
        "&a 1",
        "*a",
        "!!str x",
        "[1, 2]",
        "{a: 1}",
    )
    return text[: found.start()] + rng.choice((*others, rng.choice(places)[0])) + text[found.end() :]


DAMAGES: tuple[Damage, ...] = (
    delete_characters, repeat_characters, swap_characters, delete_lines, repeat_lines, move_lines, indent, widen, insert, cut,
    join, change_digits, change_key, repeat_key, change_line_ends, change_values,
)  # fmt: skip


def damaged(text: str, rng: random.Random) -> tuple[bytes, str]:
    """The bytes of a damaged text, and the names of what was done to it."""
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        damage = rng.choice(DAMAGES)
        text = damage(text, rng)
        names.append(damage.__name__)
    if rng.random() < 0.05:
        encoding = rng.choice(ENCODINGS)
        names.append(encoding)
        return text.encode(encoding, errors="replace"), ", ".join(names)
    if rng.random() < 0.02:
        content = bytearray(text.encode())
        content[rng.randrange(len(content) + 1) : 0] = bytes([rng.randrange(256)])
        return bytes(content), ", ".join([*names, "byte"])
    return text.encode(), ", ".join(names)


# --- what is damaged, and where the copy stands


@dataclass(frozen=True)
class Shipped:
    """A file that comes with the model."""

    path: Path
    kind: str  # scenario, policy, design, park, block (of a park) or data (a table that a park names)
    park: str = ""  # what a park, a block or data are read with


@functools.cache
def shipped() -> tuple[Shipped, ...]:
    parks = sorted(SHIPPED.glob("parks/*.yaml"))
    found = [Shipped(path, "scenario") for path in sorted(SHIPPED.glob("*.yaml"))]
    found += [Shipped(path, "policy") for path in sorted(SHIPPED.glob("policies/*.yaml"))]
    found += [Shipped(path, "design") for path in sorted(SHIPPED.glob("designs/*.yaml"))]
    found += [Shipped(path, "park", path.stem) for path in parks]
    found += [Shipped(path, "block", path.parent.name) for path in sorted(SHIPPED.glob("parks/*/*"))]
    for path in sorted(SHIPPED.glob("data/*.csv")):
        found += [Shipped(path, "data", park.stem) for park in parks if f": {path.name}" in park.read_text(encoding="utf-8")]
    return tuple(found)


@functools.cache
def weights() -> tuple[float, ...]:
    """Large files take long to read, so they come less often."""
    return tuple((500 + file.path.stat().st_size) ** -0.6 for file in shipped())


@dataclass(frozen=True)
class Copy:
    """A copy of a shipped file in a folder: where it stands, and what to read it through."""

    file: Path
    entrance: Path
    kind: str

    def read(self) -> Meaning:
        if self.kind == "policy":
            return read_policy(str(self.entrance), science_city().park)
        return read_design(self.entrance) if self.kind == "design" else read_scenario(str(self.entrance))

    def tree(self) -> object:
        if self.kind == "data":
            return [dict(cells) for _, cells in read_rows(self.file, self.file.name).rows]
        read = read_block if self.file.suffix in (".csv", ".xlsx") else read_tree
        return plain(read(self.file, self.file.name).tree)


@functools.cache
def science_city() -> Scenario:
    return read_scenario("baseline")


def copied(file: Shipped, folder: Path) -> Copy:
    """A copy in a folder that is laid out as the shipped one."""
    target, park = folder / file.path.relative_to(SHIPPED), file.park
    if not park:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
        return Copy(target, target, file.kind)
    (folder / "parks").mkdir()
    shutil.copyfile(SHIPPED / "parks" / f"{park}.yaml", folder / "parks" / f"{park}.yaml")
    if (SHIPPED / "parks" / park).is_dir():
        shutil.copytree(SHIPPED / "parks" / park, folder / "parks" / park)
    if file.kind == "data":  # a park looks for its data beside itself first
        target = folder / "parks" / file.path.name
        shutil.copyfile(file.path, target)
    entrance = folder / "through.yaml"
    entrance.write_text(THROUGH.format(park=f"{park}.yaml"), encoding="utf-8")
    return Copy(target, entrance, file.kind)


@functools.cache
def undamaged(file: Shipped) -> tuple[object, Meaning]:
    """The tree and the meaning of a shipped file."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(file, Path(folder))
        return copy.tree(), copy.read()


# --- another reader

SPECIAL: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class ContradictionError(Exception):
    """A text says two things at once."""


def otherwise_read(copy: Copy) -> object:
    """What ruamel's own composer makes of a file, with the scalars of the core schema of YAML 1.2; or csv's strict reader."""
    if copy.file.suffix == ".xlsx":
        rows = openpyxl.load_workbook(copy.file).worksheets[0].iter_rows(values_only=True)
        text = io.StringIO()
        csv.writer(text).writerows(["" if cell is None else " ".join(str(cell).split("\n")) for cell in row] for row in rows)
        return _table(text.getvalue(), copy.kind == "block")
    if copy.file.suffix == ".csv":
        return _table(table_of(copy.file), copy.kind == "block")
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    node = reader.compose(copy.file.read_bytes().decode("utf-8-sig"))
    return None if node is None else _value(node)


def _value(node: Node) -> object:
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    if isinstance(node, ScalarNode):
        return node.value if node.style else _scalar(node.value)
    assert isinstance(node, MappingNode)
    mapping: dict[str, object] = {}
    for key, child in node.value:
        if not isinstance(key, ScalarNode) or key.value in mapping:
            raise ContradictionError(str(key.value))
        mapping[key.value] = _value(child)
    return mapping


def _scalar(text: str) -> object:
    """A plain scalar by section 10.3.2 of YAML 1.2.2, without octal and hexadecimal numbers, which are text here."""
    if text in SPECIAL:
        return SPECIAL[text]
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text) if len(text) <= 300 else float(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        return float(text.replace(".", "", 1))
    return unicodedata.normalize("NFC", text)


def _table(text: str, block: bool) -> object:
    """The cells by row and column; of a block by key, with those alone that say something."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_mark(text), strict=True)
    rows = [[cell.strip() for cell in row] for row in lines]
    header, *body = [row for row in rows if any(row) and not row[0].startswith("#")]
    header = header[: max(i + 1 for i, column in enumerate(header) if column)]
    if any(cell for row in body for cell in row[len(header) :]):
        raise ContradictionError("a cell without a column")
    cells = [dict(zip(header, row, strict=False)) for row in body]
    if not block:
        return cells
    entries = [(row.get("key", ""), _nested({c: cell for c, cell in row.items() if cell and c != "key"})) for row in cells]
    if "key" not in header:
        return [entry for _, entry in entries]
    if len({key for key, _ in entries}) < len(entries):
        raise ContradictionError("key")
    return dict(entries)


def _mark(text: str) -> str:
    """What stands between the cells of a table."""
    heads = [line for line in re.split(r"[\r\n]+", text) if line.strip(" ,;\t") and not line.startswith("#")]
    return max(",;\t", key=heads[0].count if heads else "".count)


def _nested(cells: dict[str, str]) -> dict[str, object]:
    entry: dict[str, object] = {}
    for column, cell in cells.items():
        *above, last = column.split(".")
        if any(other.startswith(column + ".") for other in cells):
            above, last = [*above, last], "value"
        place = entry
        for key in above:
            place = place.setdefault(key, {})  # type: ignore[assignment]
        value = _value(YAML(typ="safe", pure=True).compose(cell)) if cell[0] in "[{" else _scalar(cell)
        if last in place:
            raise ContradictionError(column)
        place[last] = value
    return entry


def same(one: object, other: object) -> bool:
    """Whether two trees say the same in the same types and order: anchors and segments stand in a park as in its file."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


# --- verdicts


@dataclass(frozen=True)
class Outcome:
    """What became of a damaged copy: refused, read as the ``same``, as ``changed``, changed to ``no effect``, or ``failed``.

    ``detail`` is the failure, or the change that had no effect.
    """

    index: int
    file: str
    damages: str
    end: str
    detail: str = ""
    codes: tuple[str, ...] = ()
    seconds: float = 0.0  # of processor time


class TooLongError(BaseException):
    """Reading takes too long; no ``except Exception`` of the reader may swallow it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Ends what takes longer in processor time; without a limit where the system has no such timer."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def tried(seed: int, index: int, keep: Path | None = None) -> Outcome:
    """The outcome of one damaged copy, the same whenever it is asked for."""
    rng = random.Random(f"{seed}/{index}")
    file = rng.choices(shipped(), weights())[0]
    content, damages = damaged(file.path.read_text(encoding="utf-8"), rng)
    undamaged(file)  # read before the clock starts
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) if keep is None else keep
        copy = copied(file, place)
        copy.file.write_bytes(content)
        if file.path.suffix == ".csv" and rng.random() < WORKBOOKS:
            copy, more = as_workbook(copy, rng)
            damages = f"{damages}, {more}"
        started = time.process_time()
        end, detail, codes = verdict(file, copy)
        seconds = time.process_time() - started
    return Outcome(index, file.path.relative_to(SHIPPED).as_posix(), damages, end, detail, codes, seconds)


def as_workbook(copy: Copy, rng: random.Random) -> tuple[Copy, str]:
    """A table as the first sheet of a workbook, half of them with bytes changed; as it is where it is no table any more."""
    book = openpyxl.Workbook()
    try:
        text = table_of(copy.file)
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_mark(text)):
            book.active.append([int(cell) if re.fullmatch("[1-9][0-9]{0,8}", cell) else cell for cell in row])
    except (UnicodeError, ValueError, csv.Error, IllegalCharacterError):
        return copy, "no workbook"
    target = copy.file.with_suffix(".xlsx")
    book.save(target)
    copy.file.unlink()
    for park in copy.entrance.parent.glob("parks/*.yaml"):
        named = copy.file.relative_to(park.parent).as_posix()
        text = re.sub(rf"(?<=: ){re.escape(named)}", named.removesuffix(".csv") + ".xlsx", park.read_text(encoding="utf-8"))
        park.write_text(text, encoding="utf-8")
    content = bytearray(target.read_bytes())
    for _ in range(rng.choice((0, 0, 1, 5))):
        content[rng.randrange(len(content))] = rng.randrange(256)
    target.write_bytes(content)
    return dataclasses.replace(copy, file=target), "workbook"


def table_of(path: Path) -> str:
    """The text of a table in UTF-8, or in GBK."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def verdict(file: Shipped, copy: Copy) -> tuple[str, str, tuple[str, ...]]:
    try:
        with within(SECONDS):
            value = copy.read()
    except ReadingError as error:
        wrong = _speechless(error.problems)
        return "failed" if wrong else "refused", wrong, tuple(p.code for p in error.problems)
    except TooLongError:
        return "failed", f"took more than {SECONDS} s", ()
    except Exception:  # noqa: BLE001 - whatever it is, it is the finding
        return "failed", traceback.format_exc(limit=-4), ()
    return *_meaning(file, copy, value), ()


def _speechless(problems: tuple[Problem, ...]) -> str:
    """What is lacking in the words of a refusal."""
    if not problems:
        return "refused without a problem"
    for problem in problems:
        words = [problem.message, *filter(None, [problem.hint])]
        if not problem.file or not all(label.zh and label.en for label in words):
            return f"a problem lacks words: {problem!r}"
        if not (problem.text("zh") and problem.text("en")) or problem.line < 0 or len(problem.text("en")) > 2000:
            return f"a problem cannot be shown: {problem!r}"
    return ""


def _meaning(file: Shipped, copy: Copy, value: Meaning) -> tuple[str, str]:
    """An accepted copy must have been read as it is written, and with unchanged text mean the same."""
    tree, (before, meant) = copy.tree(), undamaged(file)
    try:
        other = otherwise_read(copy)
    except Exception as error:  # noqa: BLE001 - the other reader refuses in many ways
        return "failed", f"accepted, but another reader refuses it: {type(error).__name__}: {str(error)[:300]}"
    if not same(tree, other):
        return "failed", f"read otherwise than another reader does: {difference(tree, other)}"
    if not same(tree, before):
        return ("changed", "") if value != meant else ("no effect", difference(tree, before))
    return ("same", "") if value == meant else ("failed", "the same tree gives another meaning")


def difference(one: object, other: object, path: str = "") -> str:
    """The first place where two trees differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            if key not in one or key not in other or not same(one[key], other[key]):
                return difference(one.get(key, "(none)"), other.get(key, "(none)"), f"{path}/{key}")
        return f"{path}/order: {', '.join(one)} and {', '.join(other)}"
    if isinstance(one, list) and isinstance(other, list):
        for i, pair in enumerate(itertools.zip_longest(one, other, fillvalue="(none)")):
            if not same(*pair):
                return difference(*pair, f"{path}/{i}")
    return f"{path}: {str(one)[:80]!r} and {str(other)[:80]!r}"


# --- many of them


def several(seed: int, indices: range) -> list[Outcome]:
    found = []
    for index in indices:
        found.append(tried(seed, index))
        if index % REMEMBERED == 0:
            parse.cache_clear()  # damaged texts never come again
    return found


def survey(seed: int, count: int, seconds: float) -> tuple[list[Outcome], float]:
    """Outcomes of ``count`` copies over two processes, or of those that end within a time; and the time that they took.

    Failures, and changes without effect that are not to be expected, are shown as they come.
    """
    started = time.perf_counter()
    chunks = [range(first, min(first + 25, count)) for first in range(0, count, 25)]
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for found in pool.map(several, itertools.repeat(seed), chunks):
            outcomes += found
            for outcome in found:
                if outcome.end == "failed" or (outcome.end == "no effect" and not expected(outcome)):
                    show(outcome)
            if time.perf_counter() - started > seconds:
                pool.shutdown(cancel_futures=True)
                break
    return outcomes, time.perf_counter() - started


def expected(outcome: Outcome) -> bool:
    """Whether a change without effect is no surprise: a text, or a table, of which a park uses a few rows."""
    return outcome.file.startswith("data/") or IDLE.search(outcome.detail) is not None


def show(outcome: Outcome) -> None:
    print(f"\n{outcome.index} {outcome.file} ({outcome.damages}): {outcome.end}\n{outcome.detail}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reading.damage")
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="repeat this one alone")
    parser.add_argument("--keep", type=Path, help="folder for the files of --only")
    parser.add_argument("--seconds", type=float, default=3600.0, help="end after this time")
    asked = parser.parse_args()
    if asked.only is not None:
        print(tried(asked.seed, asked.only, asked.keep))
        return 0
    outcomes, took = survey(asked.seed, asked.count, asked.seconds)
    ends = Counter(outcome.end for outcome in outcomes)
    print(f"\n{len(outcomes)} copies in {took:.0f} s ({len(outcomes) / took:.1f} a second), seed {asked.seed}")
    for end, number in ends.most_common():
        print(f"{number:7} {end}")
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    print(f"slowest: {slowest.seconds:.2f} s, copy {slowest.index} of {slowest.file} ({slowest.damages})")
    print("codes:", Counter(code for outcome in outcomes for code in set(outcome.codes)).most_common())
    return int(ends["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
