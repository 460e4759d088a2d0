"""python -m wutong.experiments.documents [--check | COMMAND]: write what is generated, or check it; COMMANDS take runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from wutong.experiments.documents import folder, odd
from wutong.experiments.documents import schemas as schemas_of
from wutong.experiments.documents.markdown import write


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code: 1 if a check fails."""
    options = _parser().parse_args(argv)
    if options.command == "end-states":
        from wutong.experiments.documents.end_states import write_end_states

        print("\n".join(map(str, write_end_states(options.n, options.seed, options.jobs))))
        return 0
    if options.command == "pattern":
        from wutong.experiments.documents.pattern import write_pattern

        print("\n".join(map(str, write_pattern(options.n, options.seed, options.jobs))))
        return 0
    if options.command == "evidence":
        from wutong.experiments.documents.evidence import write_evidence

        print("\n".join(map(str, write_evidence(options.folder))))
        return 0
    if options.command == "gallery":
        from wutong.experiments.documents.gallery import write_gallery

        print("\n".join(map(str, write_gallery(options.jobs))))
        return 0
    return check() if options.check else _write_stale()


def documents() -> Mapping[Path, Callable[[], str]]:
    """What is generated from the code and from the files of the scenarios alone, by its place."""
    schemas = {schemas_of.schema_path(kind): partial(schemas_of.schema_text, kind) for kind in schemas_of.FOLDERS}
    return {odd.PATH: lambda: odd.odd_text(odd.shipped_scenario()), folder.PATH: folder.folder_text, **schemas}


def stale() -> dict[Path, str]:
    """Documents that do not say what the code says, with what they should say."""
    wanted = {path: text() for path, text in documents().items()}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text}


def _write_stale() -> int:
    for path, text in stale().items():
        write(path, text)
    print("\n".join(map(str, documents())))
    return 0


def check() -> int:
    """0 if the documents match the code, else 1 and the command that renews them."""
    found = stale()
    for path in found:
        print(f"{path} does not match the code; python -m wutong.experiments.documents writes it anew", file=sys.stderr)
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m wutong.experiments.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a document does not match the code")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text, n in (
        ("end-states", "run the shipped park to its end and write docs/end_states.md and .csv", 500),
        ("pattern", "run the shipped park with and without one more anchor and write docs/pattern.md and its pictures", 100),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("-n", type=int, default=n, help="worlds (default %(default)s)")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--jobs", type=int, default=2, help="threads (default %(default)s)")
    command = commands.add_parser("evidence", help="write docs/evidence.md and .zh.md from a folder of `run.py evidence`")
    command.add_argument("folder", type=Path)
    gallery = commands.add_parser("gallery", help="draw every picture from a few runs and write docs/gallery.md and .zh.md")
    gallery.add_argument("--jobs", type=int, default=2, help="threads (default %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
