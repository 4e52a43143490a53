"""`homeroom routing`: the rules of who is told of exceptions, and what they would do before they are published."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, resolve_id
from cli.remote.json_files import read_json
from cli.remote.moments import write_duration
from cli.remote.rule_drafts import publish_draft

app = typer.Typer(no_args_is_help=True, help="Who is told of exceptions: rules, drafts, what-ifs.")
PATH = "/v1/case-routing"
_FORM = 'A JSON file: {"rules": […]}, as `homeroom routing show --json` prints it.'
File = Annotated[Path, typer.Argument(metavar="FILE", help=_FORM)]
OptionalFile = Annotated[Path | None, typer.Argument(metavar="FILE", help=f"{_FORM} Left out: the draft.")]


@app.command()
@remote
def show(
    caller: Caller, draft: Annotated[bool, typer.Option("--draft", help="Show the draft instead.")] = False
) -> None:
    """Show the published rules in their order."""
    current = caller.api.get(PATH)
    shown = current["draft" if draft else "published"]
    if shown is None:
        raise typer.BadParameter("There is no draft." if draft else "No rules are published.")
    if caller.screen.as_json:
        caller.screen.record({"number": shown["number"], "rules": shown["rules"]})
        return
    caller.screen.rows(map(_rule_row, shown["rules"]), "name", "takes", "queue", "severity", "steps")
    if draft or current["draft"] is None:
        _note_problems(caller, current)


@app.command()
@remote
def versions(caller: Caller) -> None:
    """List all versions of the rules, the latest first."""
    rows = caller.api.get(f"{PATH}/versions")
    caller.screen.rows(rows, "number", "published_at", "published_by", "created_by")


@app.command()
@remote
def draft(caller: Caller, file: File) -> None:
    """Save rules as the draft. They route nothing until they are published."""
    current = _save(caller, file)
    number = current["draft"]["number"]
    caller.screen.done(f"Saved as draft {number}. See `homeroom routing last-week`.", current)
    _note_problems(caller, current)


@app.command()
@remote
def publish(caller: Caller, file: OptionalFile = None) -> None:
    """Route exceptions by the draft from now on, or by the rules of a file."""
    publish_draft(caller, PATH, _save(caller, file) if file else None)


@app.command("what-if")
@remote
def what_if(
    caller: Caller,
    kind: Annotated[str, typer.Argument(help="Of the exception, such as instructor_absent.")],
    file: Annotated[Path | None, typer.Option("--rules", metavar="FILE", help=_FORM)] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="By the draft instead of what is published.")
    ] = False,
    at: Annotated[str, typer.Option(help="When it is opened. Defaults to now.")] = "",
    course: Annotated[str, typer.Option(help=f"Its course. {ID_HELP}")] = "",
    severity: Annotated[str, typer.Option(help="Defaults to that of the kind.")] = "",
) -> None:
    """See where a made-up exception would go, and who would be told. Changes nothing."""
    body: Json = {"kind": kind, "draft": draft}
    if file:
        body["rules"] = _rules(file)
    if at:
        body["at"] = caller.moment(at)
    if course:
        body["course_id"] = resolve_id(caller.api, "/v1/courses", course)
    if severity:
        body["severity"] = severity
    tried = caller.api.post(f"{PATH}/try", body)
    if caller.screen.as_json:
        caller.screen.record(tried)
        return
    caller.screen.record(
        {
            "rule": tried["rule"] or "none matches",
            "queue": tried["queue"],
            "severity": tried["severity"],
            "acknowledge_within": write_duration(tried["acknowledge_within"]),
        }
    )
    caller.screen.rows(map(_step_row, tried["steps"]), "after_minutes", "people", "channels")


@app.command("last-week")
@remote
def last_week(caller: Caller, file: OptionalFile = None) -> None:
    """List the exceptions of the last week that the draft, or the rules of a file, would have sent elsewhere."""
    body = {"rules": _rules(file)} if file else {}
    found = caller.api.post(f"{PATH}/compare", body)
    rows = [
        {
            "exception_id": one["exception_id"],
            "kind": one["kind"],
            "opened_at": one["opened_at"],
            "as_published": _route_text(one["before"]),
            "would_go": _route_text(one["after"]),
        }
        for one in found["moved"]
    ]
    if caller.screen.as_json:
        caller.screen.rows(found["moved"])
    else:
        columns = ("opened_at", "kind", "as_published", "would_go", "exception_id")
        caller.screen.rows(rows, *columns, nothing="None would go elsewhere.")
    caller.screen.note(f"{len(rows)} of {found['looked_at']} would have gone elsewhere.")


def _save(caller: Caller, file: Path) -> Json:
    saved: Json = caller.api.put(PATH, {"rules": _rules(file)})
    return saved


def _rules(file: Path) -> Any:
    """The rules of a file. Raises typer.BadParameter."""
    content = read_json(file)
    rules = content.get("rules") if isinstance(content, dict) else content
    if not isinstance(rules, list):
        raise typer.BadParameter(f"{file} has no list of rules.")
    return rules


def _note_problems(caller: Caller, current: Json) -> None:
    for problem in current["problems"]:
        caller.screen.note(f"Rule {problem['rule']}, {problem['field']}: {problem['message']}.")


def _rule_row(rule: Json) -> Json:
    takes = [*rule["kinds"], *([f"{rule['at_least']} or more severe"] if rule["at_least"] else [])]
    takes += [f"{len(rule['courses'])} courses"] if rule["courses"] else []
    takes += rule["regions"] + rule["weekdays"]
    if rule["from_time"]:
        takes.append(f"{rule['from_time'][:5]}-{rule['until_time'][:5]}")
    return {
        "name": rule["name"],
        "takes": ", ".join(takes) or "every exception",
        "queue": rule["queue"],
        "severity": rule["severity"],
        "steps": len(rule["ladder"]),
    }


def _step_row(tried: Json) -> Json:
    return {
        "after_minutes": tried["step"]["after_minutes"],
        "people": ", ".join(person["name"] for person in tried["people"]),
        "channels": ", ".join(channel["name"] for channel in tried["channels"]),
    }


def _route_text(route: Json) -> str:
    return f"{route['queue']} ({route['rule'] or 'no rule'}), {route['severity']}"
