"""`homeroom scheduling`: the rules of who teaches which class, and what they would change before they are published."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, resolve_id
from cli.remote.json_files import read_json
from cli.remote.rule_drafts import publish_draft

app = typer.Typer(no_args_is_help=True, help="Who teaches which class: rules, drafts, what-ifs, candidates.")
PATH = "/v1/scheduling-rules"
_FORM = 'A JSON file: {"rules": {…}, "note": "…"}, as `homeroom scheduling show --json` prints it.'
File = Annotated[Path, typer.Argument(metavar="FILE", help=_FORM)]
OptionalFile = Annotated[Path | None, typer.Argument(metavar="FILE", help=f"{_FORM} Left out: the draft.")]


@app.command()
@remote
def show(
    caller: Caller, draft: Annotated[bool, typer.Option("--draft", help="Show the draft instead.")] = False
) -> None:
    """Show each kind of rule with its weight, or whether it holds."""
    current = caller.api.get(PATH)
    shown = current["draft" if draft else "published"]
    if draft and shown is None:
        raise typer.BadParameter("There is no draft.")
    rules = shown["rules"] if shown else {"weights": {}, "disabled": []}
    if caller.screen.as_json:
        caller.screen.record({"rules": rules, "note": shown["note"] if shown else ""})
        return
    caller.screen.rows([_kind_row(kind, rules) for kind in current["kinds"]], "key", "counts", "text")
    _note_problems(caller, current)


@app.command()
@remote
def versions(caller: Caller) -> None:
    """List all versions of the rules, the latest first."""
    rows = caller.api.get(f"{PATH}/versions")
    caller.screen.rows(rows, "number", "published_at", "published_by", "created_by", "note")


@app.command()
@remote
def draft(caller: Caller, file: File) -> None:
    """Save rules as the draft. They decide nothing until they are published."""
    current = _save(caller, file)
    number = current["draft"]["number"]
    caller.screen.done(f"Saved as draft {number}. See `homeroom scheduling what-if`.", current)
    _note_problems(caller, current)


@app.command()
@remote
def publish(caller: Caller, file: OptionalFile = None) -> None:
    """Choose instructors by the draft from now on, or by the rules of a file."""
    publish_draft(caller, PATH, _save(caller, file) if file else None)


@app.command("what-if")
@remote
def what_if(caller: Caller, file: OptionalFile = None) -> None:
    """Plan last week and next week by the draft, or by the rules of a file, and by the published rules."""
    weeks = caller.api.post(f"{PATH}/what-if", {"rules": _given(file)["rules"]} if file else {})
    if caller.screen.as_json:
        caller.screen.rows(weeks)
        return
    for week in weeks:
        moved, unassigned, cost = len(week["reassigned"]), week["unassigned"], week["objective"]
        caller.screen.note(
            f"The {week['week']} seven days: {moved} of {week['classes']} classes would have another instructor; "
            f"without an instructor {unassigned['before']:g} before and {unassigned['after']:g} after; "
            f"cost {cost['before']:.0f} before and {cost['after']:.0f} after."
        )
        caller.screen.rows(
            week["reassigned"], "starts_at", "title", "before_instructor_id", "after_instructor_id", "session_id",
            nothing="No class would have another instructor.",
        )  # fmt: skip


@app.command()
@remote
def candidates(caller: Caller, session: Annotated[str, typer.Argument(help=f"The class. {ID_HELP}")]) -> None:
    """Rank who could teach a class, and say what refuses the others."""
    found = caller.api.get(f"/v1/sessions/{resolve_id(caller.api, '/v1/sessions', session)}/candidates")
    if caller.screen.as_json:
        caller.screen.record(found)
        return
    rows = [
        {"name": one["name"], "score": f"{one['score']:.1f}", "why": _terms(one["terms"])}
        for one in found["candidates"]
    ]
    rows += [
        {"name": one["name"], "score": "refused", "why": "; ".join(own["text"] for own in one["refused_by"])}
        for one in found["refused"]
    ]
    caller.screen.rows(rows, "name", "score", "why")


def _save(caller: Caller, file: Path) -> Json:
    saved: Json = caller.api.put(PATH, _given(file))
    return saved


def _given(file: Path) -> Json:
    """The content of a file. Raises typer.BadParameter."""
    content: Any = read_json(file)
    if not isinstance(content, dict) or not isinstance(content.get("rules"), dict):
        raise typer.BadParameter(f"{file} has no rules.")
    return content


def _note_problems(caller: Caller, current: Json) -> None:
    for problem in current["problems"]:
        caller.screen.note(f"{problem['field']}: {problem['message']}.")


def _kind_row(kind: Json, rules: Json) -> Json:
    if kind["is_hard"]:
        counts = "set aside" if kind["key"] in rules["disabled"] else "always"
    else:
        counts = f"{rules['weights'].get(kind['key'], kind['weight']):g}"
    return {"key": kind["key"], "counts": counts, "text": kind["text"]}


def _terms(terms: Json) -> str:
    return ", ".join(f"{key} {value:.1f}" for key, value in terms.items() if value)
