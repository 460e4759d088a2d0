"""python -m experiments.documents [--check] | end-states | pattern: write the documents, or say whether they are up to date."""

from __future__ import annotations

import argparse
import sys

from experiments.documents import odd
from experiments.documents.markdown import write


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code: 1 if a check fails."""
    options = _parser().parse_args(argv)
    if options.command == "end-states":
        from experiments.documents.end_states import write_end_states

        print("\n".join(map(str, write_end_states(options.n, options.seed, options.jobs))))
        return 0
    if options.command == "pattern":
        from experiments.documents.pattern import write_pattern

        print("\n".join(map(str, write_pattern(options.n, options.seed, options.jobs))))
        return 0
    return check() if options.check else _write_odd()


def _write_odd() -> int:
    write(odd.PATH, odd.odd_text(odd.shipped_scenario()))
    print(odd.PATH)
    return 0


def check() -> int:
    """0 if the description matches the code, else 1 and the command that renews it."""
    present = odd.PATH.read_text(encoding="utf-8") if odd.PATH.exists() else ""
    if present == odd.odd_text(odd.shipped_scenario()):
        return 0
    print(f"{odd.PATH} does not match the code; python -m experiments.documents writes it anew", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m experiments.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if docs/ODD.md does not match the code")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text, n in (
        ("end-states", "run the shipped park to its end and write docs/end_states.md and .csv", 500),
        ("pattern", "run the shipped park with and without one more anchor and write docs/pattern.md and its pictures", 100),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("-n", type=int, default=n, help="worlds (default %(default)s)")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--jobs", type=int, default=2, help="processes (default %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
