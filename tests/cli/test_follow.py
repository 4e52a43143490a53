"""Printing and following log files."""

from pathlib import Path

import pytest

from cli.local.follow import print_logs

pytestmark = pytest.mark.unit


def test_the_last_lines_of_each_log_are_printed_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "api.log").write_text("one\ntwo\nthree\n")
    (tmp_path / "mail.log").write_text("")
    out: list[str] = []
    print_logs(sorted(tmp_path.iterdir()), lines=2, follow=False, write=out.append)
    assert out == ["==> api <==", "two\nthree", "==> mail <==", ""]


def test_appended_lines_are_printed_and_truncation_starts_over(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("old\n")
    out: list[str] = []

    def write(line: str) -> None:
        out.append(line)
        if line == "old":
            with log.open("a") as handle:
                handle.write("new\nhalf")
        elif line == "new":
            log.write_text("cut\n")  # shorter than what was read: starts over
        elif line == "cut":
            raise KeyboardInterrupt

    print_logs([log], lines=5, follow=True, write=write)
    assert out == ["old", "new", "cut"]
