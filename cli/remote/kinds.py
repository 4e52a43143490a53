"""What people and courses are made of, as the command line takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from cli.api_client import Api
from cli.remote.finding import ID_HELP, find

Read = Callable[[Api, str], Any]


def _as_it_is(_: Api, text: str) -> str:
    return text


def _qualification(_: Api, text: str) -> dict[str, str]:
    subject, level = text.partition(":")[::2]
    return {"subject": subject, "level": level}


def _plan_item(api: Api, text: str) -> dict[str, Any]:
    topic, _, sessions = text.rpartition("*")
    if not topic:
        return {"topic_id": find(api, "/v1/topics", text)}
    if not sessions.isdigit():
        raise typer.BadParameter(
            f"{text!r} isn't valid. Use a form such as ext:fractions*2, for two classes."
        )
    return {"topic_id": find(api, "/v1/topics", topic), "sessions": int(sessions)}


def _secret(_: Api, text: str) -> str:
    return typer.prompt("Client secret", hide_input=True, err=True) if text == "-" else text


def one_of(path: str) -> Read:
    return lambda api, text: find(api, path, text)


@dataclass(frozen=True)
class Part:
    """A field of a body, and its option."""

    name: str  # in the API
    help: str = ""
    option: str = ""  # without it, made of the name
    needed: bool = False
    many: bool = False
    read: Read = _as_it_is
    changes: bool = True  # may be changed later

    @property
    def key(self) -> str:
        return (self.option or self.name).replace("-", "_")


@dataclass(frozen=True)
class Kind:
    """`filters` maps an option of the list to the parameter of the API and how it is read."""

    name: str
    path: str
    help: str
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    filters: Mapping[str, tuple[str, Read]]
    searched: bool = True
    by_file: bool = True  # many at once
    of_access: bool = False  # who may come in, not what is taught


_NAME = Part("name", "Their name.", needed=True)
_EMAIL = Part("email", "Email address for messages.", needed=True)
_LANGUAGE = Part("language", "Such as en or es.")
_TIME_ZONE = Part("time_zone", "An IANA time zone, such as Europe/Madrid.")
_EXTERNAL = Part("external_id", "Its id in your own system.")
_COURSE, _STUDENT = one_of("/v1/courses"), one_of("/v1/students")
_BY_EXTERNAL: dict[str, tuple[str, Read]] = {"external_id": ("external_id", _as_it_is)}
_BY_EMAIL: dict[str, tuple[str, Read]] = {"email": ("email", _as_it_is)}
_BY_COURSE: dict[str, tuple[str, Read]] = {"course": ("course_id", _COURSE)}

KINDS = (
    Kind(
        "guardian", "guardians", "Guardians of students.",
        (
            _NAME, _EMAIL, _LANGUAGE, _TIME_ZONE,
            Part("quiet_from", "Start of quiet hours, such as 21:00. Messages that can wait are held."),
            Part("quiet_until", "End of quiet hours, such as 08:00."),
            _EXTERNAL,
        ),
        ("name", "email", "language", "time_zone", "external_id", "id"), _BY_EXTERNAL | _BY_EMAIL,
    ),
    Kind(
        "student", "students", "Students.",
        (
            _NAME,
            Part("guardian_ids", f"Repeatable. {ID_HELP}", "guardian", many=True, read=one_of("/v1/guardians")),
            _TIME_ZONE, _EXTERNAL,
        ),
        ("name", "time_zone", "external_id", "id"), _BY_EXTERNAL,
    ),
    Kind(
        "instructor", "instructors", "Instructors and their qualifications.",
        (
            _NAME, _EMAIL, _LANGUAGE, _TIME_ZONE,
            Part(
                "qualifications", "SUBJECT or SUBJECT:LEVEL. Repeatable.", "qualification",
                many=True, read=_qualification,
            ),
            _EXTERNAL,
        ),
        ("name", "email", "time_zone", "external_id", "id"), _BY_EXTERNAL | _BY_EMAIL,
    ),
    Kind(
        "member", "members", "Staff, who sign in to the console.",
        (_NAME, _EMAIL, Part("role", "admin or ops", needed=True), _LANGUAGE, _TIME_ZONE),
        ("name", "email", "role", "id"), {"role": ("role", _as_it_is)} | _BY_EMAIL,
        by_file=False, of_access=True,
    ),
    Kind(
        "identity provider", "identity-providers", "OpenID Connect providers that people of a domain sign in with.",
        (
            Part("issuer", "Its issuer URL, such as https://login.example.org.", needed=True),
            Part("client_id", "Homeroom's client id at the provider.", needed=True),
            Part("client_secret", "Use `-` for a prompt: arguments are visible to others.", needed=True,
                 read=_secret),
            Part("domains", "Email domain. Repeatable.", "domain", many=True),
        ),
        ("issuer", "client_id", "domains", "id"), {"issuer": ("issuer", _as_it_is)},
        by_file=False, of_access=True,
    ),
    Kind(
        "course", "courses", "Courses.",
        (
            Part("title", needed=True), Part("subject", needed=True), Part("level"),
            Part("topics", "Topic title. Repeatable, in order.", "topic", many=True, changes=False),
            _EXTERNAL,
        ),
        ("title", "subject", "level", "external_id", "id"),
        _BY_EXTERNAL | {"subject": ("subject", _as_it_is), "level": ("level", _as_it_is)},
    ),
    Kind(
        "topic", "topics", "Topics of a course.",
        (
            Part("course_id", ID_HELP, "course", needed=True, read=_COURSE, changes=False),
            Part("title", needed=True), Part("position", "Its position. Defaults to last."), _EXTERNAL,
        ),
        ("position", "title", "external_id", "id"), _BY_EXTERNAL | _BY_COURSE,
    ),
    Kind(
        "curriculum plan", "curriculum-plans", "The order of topics and how many classes each one takes.",
        (
            Part("course_id", ID_HELP, "course", needed=True, read=_COURSE, changes=False),
            Part("title", needed=True),
            Part(
                "items", "TOPIC or TOPIC*CLASSES. Repeatable, in order.", "item",
                many=True, read=_plan_item,
            ),
            _EXTERNAL,
        ),
        ("title", "course_id", "external_id", "id"), _BY_EXTERNAL | _BY_COURSE,
    ),
    Kind(
        "enrollment", "enrollments", "Students in courses.",
        (
            Part("course_id", ID_HELP, "course", needed=True, read=_COURSE, changes=False),
            Part("student_id", ID_HELP, "student", needed=True, read=_STUDENT, changes=False),
            _EXTERNAL,
        ),
        ("course_id", "student_id", "external_id", "id"),
        _BY_EXTERNAL | _BY_COURSE | {"student": ("student_id", _STUDENT)}, searched=False,
    ),
)  # fmt: skip
