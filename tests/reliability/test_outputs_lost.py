"""What is said and cannot be heard ends no run: standard output and standard error full, closed, or nobody at the other end."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import worlds

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
QUICK = """
import sys
sys.path.insert(0, {root!r})
from wutong.experiments.questions import goals
goals.figures = lambda *_: ()
from wutong.experiments.commands import main
main()
"""
RUN = ("run", "sophia_antipolis", "-n", "2", "--until", "2004Q1", "--jobs", "1", "--lang", "en", "--out", "here")
LIST = ("list", "policies", "--lang", "en")


def shell(place: Path, words: tuple[str, ...], redirected: str) -> subprocess.CompletedProcess[str]:
    """A command line with its streams as a shell leaves them."""
    launcher = place / "launcher.py"
    launcher.write_text(QUICK.format(root=str(worlds.ROOT)), encoding="utf-8")
    line = f'"$0" -B launcher.py "$@" {redirected}'
    command = ["bash", "-c", f"set -o pipefail; {line}", sys.executable, *words]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=120)


def complete(folder: Path) -> bool:
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return record["status"] == "complete" and (folder / "answer.txt").exists() and not record["counts"]["skipped"]


def test_a_run_whose_standard_error_is_full_and_whose_output_nobody_reads_is_whole(tmp_path):
    done = shell(tmp_path, RUN, "2>/dev/full | head -c 1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "S", "")
    assert complete(tmp_path / "here")


def test_a_run_without_any_stream_is_whole_and_nothing_is_said_into_its_files(tmp_path):
    done = shell(tmp_path, RUN, "<&- >&- 2>&-")
    assert done.returncode == 0 and complete(tmp_path / "here")
    for path in (tmp_path / "here").rglob("*.csv"):
        assert "Results:" not in path.read_text(encoding="utf-8-sig")


def test_an_answer_that_is_lost_is_told_and_not_well(tmp_path):
    done = shell(tmp_path, LIST, ">/dev/full")
    assert done.returncode == 1 and "No space left on device" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_terminal_that_goes_leaves_what_can_be_taken_up(tmp_path):
    """Its end is an interruption like Ctrl-C: what finished is kept, and the record says so."""
    (tmp_path / "launcher.py").write_text(QUICK.format(root=str(worlds.ROOT)), encoding="utf-8")
    terminal, own = pty.openpty()
    words = [*RUN[:3], "40000", *RUN[4:]]  # more than can end before the terminal goes, on a busy machine too
    command = [sys.executable, "-B", "launcher.py", *words]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=own, stdout=own, stderr=own, start_new_session=True)
    os.close(own)
    deadline = time.monotonic() + 60
    while not (tmp_path / "here" / "manifest.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 130
    assert json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))["status"] == "interrupted"
