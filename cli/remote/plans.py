"""`homeroom plans`: lets the engine find instructors for the classes of some days, and publishes what it proposes."""

from pathlib import Path
from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.ids import resolve_id
from cli.remote.json_files import read_json
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from domain.scheduling.term_plans import PlanScope

app = typer.Typer(no_args_is_help=True, help="Plans of a term: find instructors for many classes.")
PATH, _POLICY = "/v1/plans", "/v1/planning-policy"
COLUMNS = ("starts_at", "ends_at", "scope", "state", "rules_version", "created_at", "id")
_ASSIGNMENTS = ("starts_at", "title", "former_instructor_id", "instructor_id", "problem", "class_id")
Id = Annotated[str, typer.Argument(metavar="PLAN", help="Its id, or the start of it.")]


@app.command("list")
@remote
def list_(caller: Caller, limit: Limit = DEFAULT_LIMIT, every: All = False) -> None:
    """List plans, latest first."""
    show_list(caller, PATH, COLUMNS, limit=limit, every=every)


@app.command()
@remote
def start(
    caller: Caller,
    first_day: Annotated[str, typer.Option("--from", help="The first day, such as 2030-03-04.")],
    last_day: Annotated[str, typer.Option("--to", help="The last day.")],
    scope: Annotated[str, typer.Option(help=f"{', '.join(PlanScope)}.")] = "unassigned",
    seconds: Annotated[int, typer.Option(help="How long the engine may look for a better plan.")] = 300,
) -> None:
    """Plan who teaches the classes of some days. Nothing changes before the plan is published."""
    days = {"first_day": first_day, "last_day": last_day}
    made = caller.api.post(PATH, days | {"scope": scope, "most_seconds": seconds})
    caller.screen.done(f"Planning: {made['id']}", made)


@app.command()
@remote
def show(caller: Caller, plan: Id) -> None:
    """Show a plan: its progress, its gap to any better plan, and the terms of its objective."""
    caller.screen.record(caller.api.get(_path_of(caller, plan)))


@app.command()
@remote
def assignments(caller: Caller, plan: Id) -> None:
    """List whom a plan gives each class."""
    caller.screen.rows(caller.api.get(f"{_path_of(caller, plan)}/assignments"), *_ASSIGNMENTS)


@app.command()
@remote
def answers(caller: Caller, plan: Id) -> None:
    """List what those who are asked before a plan is published say to each class."""
    columns = ("recipient_kind", "recipient_id", "class_id", "state", "answered_at")
    caller.screen.rows(caller.api.get(f"{_path_of(caller, plan)}/answers"), *columns)


@app.command()
@remote
def answer(
    caller: Caller,
    plan: Id,
    person: Annotated[str, typer.Option(help="The id of the instructor, guardian or student who was asked.")],
    accepts: Annotated[bool, typer.Option("--accept/--decline", help="What the person says.")],
    classes: Annotated[
        list[str] | None, typer.Option("--class", metavar="ID", help="Repeatable. Left out: all of theirs.")
    ] = None,
) -> None:
    """Record what somebody who is asked says, as when they call."""
    body = {"recipient_id": person, "accepts": accepts, "class_ids": classes or []}
    rows = caller.api.post(f"{_path_of(caller, plan)}/answers", body)
    caller.screen.rows(rows, "class_id", "state", "answered_at")


@app.command()
@remote
def policy(
    caller: Caller,
    replace: Annotated[
        Path | None,
        typer.Option(
            "--set",
            metavar="FILE",
            help="A JSON file with ask_instructors, ask_families, answer_within and silence, as they are shown.",
        ),
    ] = None,
) -> None:
    """Show who is asked before a plan is published, or set it as a whole from a file."""
    if replace is None:
        caller.screen.record(caller.api.get(_POLICY))
        return
    caller.screen.done("Set.", caller.api.put(_POLICY, read_json(replace)))


@app.command()
@remote
def stop(caller: Caller, plan: Id) -> None:
    """Stop looking for a better plan: the best one so far is proposed."""
    caller.api.post(f"{_path_of(caller, plan)}/stop")
    caller.screen.done("Stopped.", {})


@app.command()
@remote
def publish(caller: Caller, plan: Id) -> None:
    """Publish a proposed plan, in batches."""
    caller.api.post(f"{_path_of(caller, plan)}/publish")
    caller.screen.done("It is being published.", {})


@app.command()
@remote
def discard(caller: Caller, plan: Id) -> None:
    """Discard a plan that was not published."""
    caller.api.post(f"{_path_of(caller, plan)}/discard")
    caller.screen.done("Discarded. Nothing has changed.", {})


def _path_of(caller: Caller, plan: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, plan)}"
