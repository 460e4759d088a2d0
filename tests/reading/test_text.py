"""Bytes to tree: what is read, and what is refused in one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from wutong.experiments.reading import Problem, ReadingError
from wutong.experiments.reading.nodes import Node, locate, merge, plain
from wutong.experiments.reading.text import LARGEST, parse, read_tree


def problems(text: str) -> tuple[Problem, ...]:
    """What is wrong with a text, whether or not it could be read at all."""
    try:
        return parse(text, "f.yaml").problems
    except ReadingError as error:
        return error.problems


def codes(text: str) -> list[str]:
    return [p.code for p in problems(text)]


def tree_of(text: str, file: str = "f.yaml") -> Node:
    return parse(text, file).tree


def test_plain_scalars_mean_what_yaml_1_2_says() -> None:
    tree = tree_of("a: [1e3, NO, 010, yes, true, ~, 2022-01-01, '5', .5, 0x10]\n")
    assert plain(tree) == {"a": [1000.0, "NO", 10, "yes", True, None, "2022-01-01", "5", 0.5, "0x10"]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2\n", "duplicate_key"),
        ("a: !!python/object/apply:os.system [x]\n", "tag"),
        ("a: &b 1\n", "alias"),
        ("a: {b: 1\n", "syntax"),
        ("a:\n\tb: 1\n", "tab"),
        ("clock\uff1a 3\nb: 1\n", "wide_colon"),
        ("{a\uff1a 3}\n", "wide_colon"),
        ("a: 1\n---\nb: 1\n", "documents"),
        ("", "empty"),
        ("? [a]\n: 1\n", "key_type"),
        ("a: " + "[" * 100 + "]" * 100, "too_deep"),
    ],
)
def test_each_surprise_has_its_own_message(text: str, code: str) -> None:
    assert codes(text)[0] == code


def test_problems_stand_in_their_line() -> None:
    assert [(p.line, p.column) for p in problems("a: 1\nb: 2\na: 3\nb: 4\n")] == [(3, 1), (4, 1)]


def test_byte_order_mark_and_crlf_are_simply_read(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: \xe5\xb9\xb4\r\n")
    assert plain(read_tree(file).tree) == {"a": 1, "b": "年"}


@pytest.mark.parametrize(("encoding", "guess"), [("gbk", "GBK"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")])
def test_other_encodings_are_named(tmp_path: Path, encoding: str, guess: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes("a: 1  # 年\n".encode(encoding))
    with pytest.raises(ReadingError, match=guess):
        read_tree(file)


def test_large_files_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"# x\n" * (LARGEST // 4 + 1))
    with pytest.raises(ReadingError, match="too large"):
        read_tree(file)


def test_alias_bomb_is_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    assert set(codes(bomb)) == {"alias"}


def test_merged_values_keep_their_place_and_distributions_replace_whole() -> None:
    base = tree_of("a: {x: 1, y: {value: 1, range: [0, 2]}}\nb: [1, 2]\n", "base")
    over = tree_of("a:\n  y: {uniform: [3, 4]}\nb: [3]\n", "over")
    tree = merge(base, over)
    assert plain(tree) == {"a": {"x": 1, "y": {"uniform": [3, 4]}}, "b": [3]}
    assert (locate(tree, ("a", "x")).file, locate(tree, ("a", "y")).file, locate(tree, ("a", "y")).line) == ("base", "over", 2)
