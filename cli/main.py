"""The `homeroom` command: the table of all commands, in the panels of its help page."""

import os
import sys
from typing import ClassVar, NoReturn

import typer

from cli.lazy_commands import Lazy, LazyGroup
from cli.local.env_file import use_local_stack
from cli.local.home import Home
from cli.remote.kinds import KINDS

CLASSES, PEOPLE, RULES, RECORD, MACHINE = (
    "Classes", "People and courses", "Access and rules", "The record", "This machine",
)  # fmt: skip


def _resources(panel: str, *, grants_access: bool) -> dict[str, Lazy]:
    return {
        kind.path: Lazy("cli.remote.resources:GROUPS", kind.help, panel)
        for kind in KINDS
        if kind.grants_access == grants_access
    }


# The help of a command with a function is the first sentence of its docstring.
COMMANDS: dict[str, Lazy] = {
    "board": Lazy(
        "cli.remote.board:board",
        "Show the classes of the hours ahead, as on the console's first page.",
        CLASSES,
    ),
    "sessions": Lazy("cli.remote.sessions:app", "Classes: list, book, move, cancel, invite.", CLASSES),
    "series": Lazy(
        "cli.remote.series:app", "Series: plan classes that recur, change them, end them.", CLASSES
    ),
    "plans": Lazy("cli.remote.plans:app", "Plans of a term: find instructors for many classes.", CLASSES),
    "slots": Lazy(
        "cli.remote.slots:app",
        "When a class can be booked, and time that is held for a booking.",
        CLASSES,
    ),
    "leave": Lazy("cli.remote.leave:app", "Leave that instructors ask for: list, approve, decline.", CLASSES),
    "swaps": Lazy("cli.remote.swaps:app", "Swaps between colleagues: partners, offers, answers.", CLASSES),
    "open-classes": Lazy(
        "cli.remote.open_classes:app",
        "Classes that look for an instructor: list, take, open to volunteers.",
        CLASSES,
    ),
    "files": Lazy("cli.remote.files:app", "Files of a class: list, add, link to, retire.", CLASSES),
    "review": Lazy("cli.remote.review:app", "Drafts waiting for approval.", CLASSES),
    "exceptions": Lazy(
        "cli.remote.exceptions:app", "Exceptions: what went wrong, who owns it and when it is due.", CLASSES
    ),
    "notices": Lazy("cli.remote.notices:app", "Messages to people and their delivery status.", CLASSES),
    **_resources(PEOPLE, grants_access=False),
    **_resources(RULES, grants_access=True),
    "organization": Lazy(
        "cli.remote.organization:organization", "The organization. Operators can create new ones.", RULES
    ),
    "policy": Lazy("cli.remote.organization:policy", "The organization's class rules.", RULES),
    "routing": Lazy("cli.remote.routing:app", "Who is told of exceptions: rules, drafts, what-ifs.", RULES),
    "scheduling": Lazy(
        "cli.remote.scheduling:app", "Who teaches which class: rules, drafts, what-ifs, candidates.", RULES
    ),
    "closures": Lazy("cli.remote.closures:app", "Closures: holidays and other days without classes.", RULES),
    "keys": Lazy("cli.remote.keys:app", "API keys: create, rotate, revoke.", RULES),
    "events": Lazy("cli.remote.changes:events", "List changes in order.", RECORD),
    "audit": Lazy("cli.remote.changes:audit", "Show who changed what, latest first.", RECORD),
    "export": Lazy(
        "cli.export:export",
        "Export an organization's record to a folder, one file per table, with its data dictionary.",
        RECORD,
    ),
    "reader": Lazy("cli.reader:reader", "SQL logins that read one organization's record.", RECORD),
    "setup": Lazy(
        "cli.local.setup:setup", "Find or build the servers and pages that are not Python packages.", MACHINE
    ),
    "up": Lazy("cli.local.commands:up", "Start the stack and show its addresses.", MACHINE),
    "status": Lazy("cli.local.status:status", "Show each service.", MACHINE),
    "logs": Lazy("cli.local.follow:logs", "Print the services' logs.", MACHINE),
    "down": Lazy("cli.local.commands:down", "Stop the stack and keep its data.", MACHINE),
    "reset": Lazy("cli.local.commands:reset", "Stop the stack and delete all its data.", MACHINE),
    "migrate": Lazy("cli.migrate:migrate", "Bring the database and Temporal up to date.", MACHINE),
    "demo": Lazy("cli.demo:demo", "Watch a class happen, from booking to approved summary.", MACHINE),
    "sample": Lazy(
        "cli.sample:sample", "Load a school to look at, with weeks of classes and records.", MACHINE
    ),
    "desk": Lazy("cli.console_link:desk", "Print a sign-in link to the console.", MACHINE),
}


class Commands(LazyGroup):
    table: ClassVar[dict[str, Lazy]] = COMMANDS


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Durable operations for live online classes.",
)


@app.callback()
def prepare() -> None:
    use_local_stack(Home.current())


def run() -> NoReturn:
    """The entry point. Skips the interpreter's shutdown if the Temporal SDK is loaded.

    Its threads may abort an interpreter that is shutting down, which would turn a success into a failure.
    """
    code: int | str | None = 0
    try:
        app()
    except SystemExit as end:
        code = end.code
    if "temporalio" not in sys.modules:
        sys.exit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    run()
