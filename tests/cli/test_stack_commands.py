"""The commands `up`, `status`, `down`, `logs` and `reset`, with real servers."""

import os
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest
from dotenv import dotenv_values

from cli.local.ports import PREFERRED
from cli.local.process import Launch, Process
from cli.local.state import supervisor_lives
from tests.cli.homes import StackUnderTest, is_running
from tests.stack import wait_until

pytestmark = pytest.mark.adapter

INFRASTRUCTURE = ("postgres", "temporal", "livekit", "mail")


def test_up_shows_addresses_and_a_restart_keeps_data_and_ports(stack: StackUnderTest) -> None:
    done = stack.run("up", "--only", ",".join(INFRASTRUCTURE))
    assert done.returncode == 0, done.stdout + done.stderr
    state = stack.state()
    for url in (state.service("temporal").urls["ui"], state.service("mail").urls["mailbox"]):
        assert url in done.stdout
        urllib.request.urlopen(url, timeout=10).close()
    assert state.service("migrate").status == "done"
    assert stack.run("status").returncode == 0

    owner = dotenv_values(stack.home.env_file)["HOMEROOM_OWNER_DATABASE_URL"] or ""
    with psycopg.connect(owner) as connection:
        connection.execute("create table kept as select 7 as number")
    secrets = stack.home.secrets_file.read_bytes()

    stack.down()
    assert stack.run("status").returncode == 3
    assert not any(service.pid for service in stack.state().services)

    again = stack.up(*INFRASTRUCTURE)
    assert again.ports == state.ports
    assert stack.home.secrets_file.read_bytes() == secrets
    with psycopg.connect(owner) as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)


def test_files_with_secrets_are_private(stack: StackUnderTest) -> None:
    stack.up("mail")
    for file in (stack.home.secrets_file, stack.home.env_file, stack.home.state_file):
        assert file.stat().st_mode & 0o077 == 0


def test_a_busy_port_is_replaced_and_the_new_one_shown(stack: StackUnderTest) -> None:
    port = stack.up("mail").ports["mailbox"]
    stack.down()
    with socket.create_server(("127.0.0.1", port)):
        done = stack.run("up", "--only", "mail")
        assert done.returncode == 0, done.stdout + done.stderr
        moved = stack.state().ports["mailbox"]
        assert moved != port
        assert f"http://127.0.0.1:{moved}" in done.stdout
        assert moved == PREFERRED["mailbox"] or f"mailbox {moved}" in done.stdout


def test_a_killed_service_is_restarted_and_status_shows_it(stack: StackUnderTest) -> None:
    before = stack.up("mail", "livekit")
    pid = before.service("livekit").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stack.state().service("livekit").restarts == 1, what="it restarts")
    wait_until(lambda: stack.state().settled, what="all serves again")
    after = stack.state().service("livekit")
    assert after.pid != pid
    assert (after.restarts, after.last_exit) == (1, "SIGKILL")
    shown = stack.run("status")
    assert shown.returncode == 0
    assert "SIGKILL" in shown.stdout
    assert "livekit: ended (SIGKILL)" in stack.run("logs", "supervisor").stdout
    assert stack.state().service("mail").pid == before.service("mail").pid


def test_a_killed_supervisor_leaves_no_orphan(stack: StackUnderTest) -> None:
    state = stack.up(*INFRASTRUCTURE)
    pids = [service.pid for service in state.services if service.pid]
    assert len(pids) == len(INFRASTRUCTURE)
    os.kill(state.supervisor_pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, pids)), what="all children have ended")
    shown = stack.run("status")
    assert shown.returncode == 3
    assert "killed" in shown.stderr
    assert stack.up(*INFRASTRUCTURE).ports == state.ports


def test_an_outside_server_replaces_a_service(stack: StackUnderTest) -> None:
    url = "smtp://mail.school.example:2525"
    for _ in range(2):  # the second run must not take the first one's env file for the user's settings
        state = stack.up("mail", "livekit", HOMEROOM_SMTP_URL=url)
        assert state.service("mail").status == "outside"
        settings = dotenv_values(stack.home.env_file)
        assert settings["HOMEROOM_SMTP_URL"] == url
        assert "HOMEROOM_MAILBOX_URL" not in settings
        stack.down()


def test_a_sourced_env_file_is_not_taken_for_outside_servers(stack: StackUnderTest) -> None:
    stack.up("mail")
    stack.down()
    sourced = {name: value or "" for name, value in dotenv_values(stack.home.env_file).items()}
    assert stack.up("mail", **sourced).service("mail").status == "running"


def test_up_shows_why_a_service_does_not_start(stack: StackUnderTest, tmp_path: Path) -> None:
    broken = tmp_path / "livekit-server"
    broken.write_text("#!/bin/sh\necho unknown field in the configuration\nexit 0\n")
    broken.chmod(0o755)
    done = stack.run("up", "--only", "livekit,mail", LIVEKIT_SERVER_BIN=str(broken))
    assert done.returncode == 1
    assert "livekit does not start: exit 0" in done.stderr
    assert "unknown field in the configuration" in done.stderr
    wait_until(lambda: not supervisor_lives(stack.home), what="the supervisor has gone")
    assert not any(service.pid for service in stack.state().services)


def test_up_refuses_unknown_services(stack: StackUnderTest) -> None:
    done = stack.run("up", "--only", "nonsense")
    assert done.returncode == 2
    assert "worker-sessions" in done.stderr


def test_reset_keeps_foreign_files(stack: StackUnderTest) -> None:
    stack.up("mail", "postgres")
    foreign = stack.home.root / "thesis.txt"
    foreign.write_text("mine")
    assert stack.run("reset", "--yes").returncode == 0
    assert [path.name for path in stack.home.root.iterdir()] == ["thesis.txt"]
    foreign.unlink()


def test_logs_of_an_unknown_service_lists_available_ones(stack: StackUnderTest) -> None:
    stack.up("mail")
    done = stack.run("logs", "coffee")
    assert done.returncode == 1
    assert "supervisor" in done.stderr


def test_a_second_up_shows_the_running_stack(stack: StackUnderTest) -> None:
    first = stack.up("mail")
    done = stack.run("up", "--only", "mail")
    assert done.returncode == 0
    assert "already running" in done.stdout
    assert stack.state().supervisor_pid == first.supervisor_pid


def test_up_in_the_foreground_prints_events_and_stops_on_ctrl_c(
    stack: StackUnderTest, tmp_path: Path
) -> None:
    launch = Launch(
        [sys.executable, "-m", "cli.main", "up", "--foreground", "--only", "mail"],
        {**os.environ, "HOMEROOM_HOME": str(stack.home.root)},
        Path.cwd(),
    )
    foreground = Process("up", launch, tmp_path / "up.log")
    foreground.start()
    try:
        wait_until(lambda: "everything is up" in foreground.tail(40), what="it says that all serves")
        os.kill(stack.state().service("mail").pid or 0, signal.SIGKILL)
        wait_until(lambda: "mail: ended (SIGKILL)" in foreground.tail(40), what="it tells of the crash")
        wait_until(lambda: stack.state().settled, what="all serves again")
        os.kill(foreground.pid, signal.SIGINT)
        wait_until(lambda: not foreground.alive, what="it ends")
        assert foreground.poll() == 0
    finally:
        foreground.kill()
    assert "everything has stopped" in foreground.tail(40)
