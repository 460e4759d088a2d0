"""What is wrong with an input, where, and how to mend it, in the two languages of the product."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from experiments.reading.nodes import Mark
from model.facts import Label

TEXTS: Mapping[str, Label] = {
    "no_file": Label("找不到文件“{name}”", "there is no file {name!r}"),
    "too_large": Label("文件过大（{size} 字节，上限 {limit} 字节）", "the file is too large ({size} bytes, at most {limit})"),
    "encoding": Label("文件不是 UTF-8 编码（看起来是 {guess}）", "the file is not UTF-8 (it looks like {guess})"),
    "syntax": Label("YAML 语法错误：{problem}", "not valid YAML: {problem}"),
    "wide_colon": Label("键“{key}”后面是全角冒号", "the key {key!r} is followed by a full-width colon"),
    "tab": Label("缩进里有制表符（Tab）", "a tab is used for indentation"),
    "alias": Label("不支持 YAML 锚点与别名（& 和 *）", "YAML anchors and aliases (& and *) are not supported"),
    "tag": Label("不支持 YAML 标签“{tag}”", "the YAML tag {tag} is not supported"),
    "documents": Label("一个文件只能有一份 YAML 文档", "a file holds one YAML document only"),
    "empty": Label("文件是空的", "the file is empty"),
    "too_deep": Label("嵌套超过 {limit} 层", "nested more than {limit} levels deep"),
    "key_type": Label("键必须是文字", "a key must be text"),
    "duplicate_key": Label("键“{key}”重复（首次出现在第 {first} 行）", "the key {key!r} appears twice (first in line {first})"),
    "unknown_key": Label("未知的键“{key}”", "unknown key {key!r}"),
    "missing_key": Label("缺少键“{key}”", "the key {key!r} is missing"),
    "unknown_name": Label("未知的{kind_zh}“{name}”", "unknown {kind_en} {name!r}"),
    "not_text": Label("这里应为文字，而不是 {given}", "text is expected here, not {given}"),
    "not_mapping": Label("这里应为“键: 值”的映射，而不是 {given}", "a mapping (key: value) is expected here, not {given}"),
    "not_list": Label("这里应为列表，而不是 {given}", "a list is expected here, not {given}"),
    "not_bool": Label("这里应为 true 或 false，而不是 {given}", "true or false is expected here, not {given}"),
    "not_allowed": Label("“{given}”不是可选值", "{given!r} is not one of the choices"),
    "not_a_number": Label("“{given}”不是{unit_zh}", "{given!r} is not {unit_en}"),
    "not_whole": Label("这里应为整数，而不是 {given}", "a whole number is expected here, not {given}"),
    "not_finite": Label("数值必须有限，不能是 {given}", "a number must be finite, not {given}"),
    "unknown_unit": Label("“{given}”的单位“{unit}”无法识别", "the unit {unit!r} of {given!r} is unknown"),
    "wrong_unit": Label("“{given}”的单位不对，这里应为{unit_zh}", "{given!r} has the wrong unit: {unit_en} is expected"),
    "bare_percent": Label("{given} 不是 0 到 1 之间的比重", "{given} is not a share between 0 and 1"),
    "too_small": Label("{given} 低于下限 {low}", "{given} is below the lowest value {low}"),
    "too_large_number": Label("{given} 高于上限 {high}", "{given} is above the highest value {high}"),
    "not_a_quarter": Label("“{given}”不是季度", "{given!r} is not a quarter"),
    "range_length": Label("{form} 需要 {count} 个数", "{form} takes {count} numbers"),
    "range_order": Label("区间次序不对：{given}", "the bounds are out of order: {given}"),
    "forms_mixed": Label("取值写法不完整或互相冲突", "this way of giving a value is incomplete or contradicts itself"),
    "log_uniform_low": Label("log_uniform 的下限必须大于 0", "log_uniform needs a lower bound above 0"),
    "outside_range": Label("默认值 {given} 不在区间 {low} 到 {high} 内", "the default {given} lies outside {low} to {high}"),
    "sum_not_one": Label("各项之和应为 1，现为 {total}", "the shares must sum to 1, not {total}"),
    "order": Label("{later} 应晚于 {earlier}", "{later} must come after {earlier}"),
    "cycle": Label("extends 循环引用：{chain}", "extends goes round in a circle: {chain}"),
    "no_value": Label("--set 应写成 path=value", "--set takes path=value"),
    "unknown_path": Label("--set 的路径“{path}”不存在", "there is no path {path!r} to set"),
    "year_needs_q4": Label("basis: year 只能在第四季度判定", "basis: year is judged in a fourth quarter only"),
    "fate_impossible": Label("{fate} 不适用于状态为 {status} 的龙头", "{fate} does not apply to an anchor that is {status}"),
    "name_differs": Label("name“{name}”与文件名“{stem}”不一致", "the name {name!r} differs from the file's name {stem!r}"),
    "format": Label("不支持的格式版本 {given}，应为 1", "format {given} is not supported, only 1"),
    "overlap": Label("政策工具“{lever}”有两项设置重叠", "two settings of the lever {lever!r} overlap in time and scope"),
    "invalid": Label("无效：{problem}", "invalid: {problem}"),
}  # fmt: skip

HINTS: Mapping[str, Label] = {
    "nearest": Label("是否指“{nearest}”？", "did you mean {nearest!r}?"),
    "allowed": Label("可用：{allowed}", "allowed: {allowed}"),
    "percent": Label("是否指 {percent}%（{share}）？", "did you mean {percent}% ({share})?"),
    "utf8": Label("请另存为 UTF-8 编码", "save it as UTF-8"),
    "half_colon": Label("请改用半角冒号加空格“: ”", "use an ASCII colon and a space"),
    "spaces": Label("请改用空格缩进", "indent with spaces"),
    "quarter": Label("请写成 2022Q3", "write it like 2022Q3"),
    "forms": Label(
        "可写成一个数、{{value: 数, range: [低, 高]}}、{{uniform: [低, 高]}}、{{triangular: [低, 众数, 高]}}"
        "或 {{log_uniform: [低, 高]}}",
        "give a number, {{value: x, range: [low, high]}}, {{uniform: [low, high]}}, {{triangular: [low, mode, high]}}"
        " or {{log_uniform: [low, high]}}",
    ),
    "write_out": Label("请把内容直接写出来", "write the value out in full"),
    "example": Label("例如 {example}", "for example {example}"),
}  # fmt: skip

MANY = 20
Facts = Mapping[str, str]


def fill(label: Label, facts: Facts) -> Label:
    """The label with its blanks filled from ``facts``, which may differ by language: ``unit_zh``, ``unit_en``."""
    return Label(label.zh.format_map(facts), label.en.format_map(facts))


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input."""

    code: str
    file: str
    line: int
    column: int
    path: str
    message: Label
    hint: Label | None = None

    def text(self, language: str) -> str:
        """The problem on one line: place, key, what is wrong and how to mend it."""
        colon, bar = ("：", "；") if language == "zh" else (": ", "; ")
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        hint = "" if self.hint is None else bar + self.hint.in_language(language)
        path = f"{self.path}{colon}" if self.path else ""
        return f"{place}: {path}{self.message.in_language(language)}{hint}"


class ReadingError(Exception):
    """Everything wrong with the inputs, found in one go."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__(self.text("en"))

    def __reduce__(self) -> tuple[type[ReadingError], tuple[tuple[Problem, ...]]]:
        return ReadingError, (self.problems,)

    def text(self, language: str) -> str:
        return "\n".join(p.text(language) for p in self.problems)


def problem(
    code: str, mark: Mark, path: Iterable[str | int] = (), facts: Facts | None = None, hint: Label | None = None
) -> Problem:
    """A problem whose message is the text of its code, filled with ``facts``."""
    shown = ".".join(str(part) for part in path)
    return Problem(code, mark.file, mark.line, mark.column, shown, fill(TEXTS[code], facts or {}), hint)


def hint(code: str, facts: Facts | None = None) -> Label:
    return fill(HINTS[code], facts or {})


def choices(name: str, allowed: Iterable[str]) -> Label:
    """The nearest of the allowed names, if any is near, and the names themselves (some of them if many)."""
    names = sorted(allowed)
    near = difflib.get_close_matches(name, names, n=4, cutoff=0.6)
    shown = names if len(names) <= MANY else (near or names[:MANY])
    more = " …" if len(shown) < len(names) else ""
    listed = hint("allowed", {"allowed": ", ".join(shown) + more})
    if not near:
        return listed
    first = hint("nearest", {"nearest": near[0]})
    return Label(f"{first.zh}{listed.zh}", f"{first.en} {listed.en}")
