"""The commands that start and stop the local stack: `homeroom up`, `down` and `reset`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final, NoReturn

import typer

from cli.local.environment import given_settings, outside_services
from cli.local.home import Home
from cli.local.mail import project_root
from cli.local.postgres import Cluster
from cli.local.process import tail
from cli.local.service import SetupError
from cli.local.services import NAMES, select
from cli.local.setup import prepare_stack
from cli.local.shell_path import how_to_run
from cli.local.state import StackState, read_state, supervisor_lives
from cli.local.supervisor import AlreadySupervisedError, supervise
from cli.local.table import console_of_stack, print_table

console: Final = console_of_stack()
_STOP_SECONDS: Final = 90.0  # that the supervisor may take to stop all services

Only = Annotated[str, typer.Option(help=f"Start only these services, comma-separated: {', '.join(NAMES)}.")]


def up(
    only: Only = "",
    foreground: Annotated[bool, typer.Option(help="Stay in the foreground; stop with Ctrl-C.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for all services.")] = 180.0,
) -> None:
    """Start the stack and show its addresses."""
    home, names = Home.current(), [name for name in only.split(",") if name]
    try:
        chosen = select(names)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    if supervisor_lives(home):
        console.print("The stack is already running.")
        _wait_until_up(home, timeout, None)
        return
    home.make()
    outside = outside_services(given_settings(home, os.environ))
    try:
        prepare_stack({name for name in chosen if name not in outside}, console.print)
    except SetupError as problem:
        _give_up(str(problem))
    if foreground:
        _supervise_here(home, names)
    else:
        _wait_until_up(home, timeout, _start_supervisor(home, names))


def down() -> None:
    """Stop the stack and keep its data."""
    home = Home.current()
    state = read_state(home)
    if not supervisor_lives(home) or state is None:
        console.print("The stack isn't running.")
        return
    console.print("Stopping: workers and API first, the database last")
    os.kill(state.supervisor_pid, signal.SIGTERM)
    if not _wait(lambda: not supervisor_lives(home), _STOP_SECONDS):
        _give_up(f"The supervisor (pid {state.supervisor_pid}) isn't stopping. See {home.log('supervisor')}.")
    console.print("Stopped.")


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
) -> None:
    """Stop the stack and delete all its data: database, workflows, media, emails, secrets."""
    home = Home.current()
    if not home.root.exists():
        console.print("Nothing to delete.")
        return
    if not yes:
        typer.confirm(f"Delete all classes, recordings and emails in {home.root}?", abort=True)
    if supervisor_lives(home):
        down()
    Cluster(home.pg, port=0).destroy()
    for folder in (home.logs, home.temporal, home.media, home.mail, home.store):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (home.state_file, home.secrets_file, home.env_file, home.lock_file, home.demo_file):
        file.unlink(missing_ok=True)
    if not any(home.root.iterdir()):  # the folder stays if it holds other files
        home.root.rmdir()
    console.print("Deleted.")


def _start_supervisor(home: Home, names: list[str]) -> "subprocess.Popen[bytes]":
    log = home.log("supervisor")
    command = [sys.executable, "-m", "cli.local.supervisor", "--home", str(home.root)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*command, "--only", ",".join(names)],
            cwd=project_root(),
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _supervise_here(home: Home, names: list[str]) -> None:
    with home.log("supervisor").open("a") as log:

        def say(text: str) -> None:
            log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n")
            log.flush()
            console.print(text, markup=False)
            state = read_state(home)
            if text == "everything is up" and state:
                print_table(console, state)

        try:
            code = supervise(home, names, say)
        except AlreadySupervisedError as problem:
            _give_up(str(problem))
    state = read_state(home)
    if state and state.problem:
        _give_up(state.problem)
    raise typer.Exit(code)


def _wait_until_up(home: Home, timeout: float, supervisor: "subprocess.Popen[bytes] | None") -> None:
    shown: dict[str, str] = {}
    started = time.monotonic()

    def settled() -> bool:
        state = read_state(home)
        if supervisor is not None and supervisor.poll() is not None:
            _give_up_start(home, state)
        if state is None or (supervisor is not None and state.supervisor_pid != supervisor.pid):
            return False
        _show_changes(state, shown, time.monotonic() - started)
        return state.settled

    if not _wait(settled, timeout):
        not_up = [name for name, status in shown.items() if status not in ("running", "done", "outside")]
        _give_up(
            f"Not everything is up after {timeout:.0f} s: {', '.join(not_up)}. "
            "It keeps trying. See `homeroom status` and `homeroom logs`; stop it with `homeroom down`."
        )
    state = read_state(home)
    if state:
        print_table(console, state)
    if hint := how_to_run():
        console.print(hint, markup=False)


def _show_changes(state: StackState, shown: dict[str, str], seconds: float) -> None:
    for service in state.services:
        if shown.get(service.name) != service.status and service.status != "waiting":
            shown[service.name] = service.status
            why = f" ({service.last_exit})" if service.status == "restarting" else ""
            console.print(f"{seconds:5.1f} s  {service.name} {service.status}{why}", markup=False)


def _give_up_start(home: Home, state: StackState | None) -> NoReturn:
    problem = state.problem if state and state.problem else tail(home.log("supervisor"), 15)
    _give_up(f"{problem}\nThe stack didn't start. Logs: {home.logs}")


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
