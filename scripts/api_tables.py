"""Generates the tables of permissions and problem types in docs/api.md from the code."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from api.http import problems
from domain.errors import FormReused, HomeroomError, MailboxBusy, RepeatedTime
from domain.people.access import PERMISSIONS, AccessRole

# Raised where no API client sees them, as are the errors without an HTTP status.
_NEVER_SENT = (MailboxBusy, RepeatedTime, FormReused)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"


def permissions() -> str:
    roles = list(AccessRole)
    head = f"| permission | {' | '.join(roles)} |\n|---|{'---|' * len(roles)}"
    rows = (
        f"| `{permission}` | {' | '.join(granted.get(role, '') for role in roles)} |"
        for permission, granted in PERMISSIONS.items()
    )
    return "\n".join([head, *rows])


def problem_types() -> str:
    rows = sorted({(status, code): columns for status, code, *columns in _problems()}.items())
    head = "| status | code | title | usual next step |\n|---|---|---|---|"
    return "\n".join(
        [head, *(f"| {status} | `{code}` | {' | '.join(columns)} |" for (status, code), columns in rows)]
    )


def _problems() -> Iterator[tuple[int, str, str, str]]:
    for kind in _kinds(HomeroomError):
        status = problems.status_of(kind())
        if status != 500 and kind not in _NEVER_SENT:
            yield status, kind.code, kind.title, kind.usual_step
    for status, (code, step) in problems.HTTP_PROBLEMS.items():
        if code == "method-not-allowed":
            yield status, code, "The method is not one of this address", step
    fault = json.loads(bytes(problems.fault_response().body))
    yield fault["status"], fault["code"], fault["title"], fault["next_step"]


def _kinds(base: type[HomeroomError]) -> Iterator[type[HomeroomError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def with_tables(page: str) -> str:
    for name, table in (("permissions", permissions()), ("problems", problem_types())):
        marker = re.compile(rf"(<!-- {name}:.*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        page = marker.sub(lambda match, generated=table: f"{match[1]}\n{generated}\n\n{match[2]}", page)  # type: ignore[misc]
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
