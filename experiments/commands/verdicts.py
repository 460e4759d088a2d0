"""What ``check`` says: a verdict in words or as data, and a file explained value by value."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence

from wutong.experiments.commands.exits import say
from wutong.experiments.commands.language import Language, told
from wutong.experiments.reading import Problem
from wutong.experiments.reading.checks import Checked
from wutong.experiments.reading.explaining import explained, explained_tree, explained_values
from wutong.experiments.reading.messages import told_all
from wutong.experiments.reading.wide import visible


def explanation(checked: Checked, *, as_json: bool, language: Language) -> str:
    """What a run of the file would use: as a file that can be run, or value by value as JSON."""
    if checked.resolved is None:
        return "" if checked.tree is None else explained_tree(checked.tree).rstrip()
    if not as_json:
        return explained(checked.resolved, language).rstrip()
    values = [
        {
            "path": ".".join(map(str, value.path)),
            "value": value.value,
            "file": visible(value.mark.file),
            "line": value.mark.line,
            "drawn": value.drawn,
        }
        for value in explained_values(checked.resolved)
    ]
    return json.dumps(values, ensure_ascii=False, indent=1)


def rows(problems: Sequence[Problem], severity: str) -> list[Mapping[str, object]]:
    found = (dataclasses.replace(problem, file=visible(problem.file)) for problem in problems)
    return [{"severity": severity, **dataclasses.asdict(problem)} for problem in found]


def told_verdict(problems: Sequence[Problem], remarks: Sequence[Problem], n_files: int, language: Language) -> str:
    """What is wrong, or that nothing is; what is odd goes to standard error."""
    for remark in remarks:
        say(told("注意：", "Note: ", language) + remark.text(language))
    if not problems:
        files = "1 file" if n_files == 1 else f"{n_files} files"
        return told(f"已检查 {n_files} 个文件，没有发现问题。", f"{files} checked; nothing is wrong.", language)
    return told_all(problems, language)
