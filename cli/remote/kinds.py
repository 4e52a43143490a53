"""The kinds of people and courses: their fields, options and list columns on the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from cli.remote.ids import ID_HELP, resolve_id
from domain.people.languages import TEXT_LANGUAGES
from domain.scheduling import written

if TYPE_CHECKING:
    from cli.api_client import Api

Read = Callable[["Api", str], Any]
"""Turns the text of an option into a value of the request body; may look up ids."""


def _as_text(_: "Api", text: str) -> str:
    return text


def _qualification(_: "Api", text: str) -> dict[str, str]:
    subject, level = text.partition(":")[::2]
    return {"subject": subject, "level": level}


def _written(read: Callable[[str], dict[str, Any]]) -> Read:
    def value(_: "Api", text: str) -> dict[str, Any]:
        try:
            return read(text)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.") from None

    return value


def _plan_item(api: "Api", text: str) -> dict[str, Any]:
    topic, _, sessions = text.rpartition("*")
    if not topic:
        return {"topic_id": resolve_id(api, "/v1/topics", text)}
    if not sessions.isdigit():
        raise typer.BadParameter(
            f"{text!r} isn't valid. Use a form such as ext:fractions*2, for two classes."
        )
    return {"topic_id": resolve_id(api, "/v1/topics", topic), "sessions": int(sessions)}


def _secret(_: "Api", text: str) -> str:
    return _prompted("Secret", text)


def _target(_: "Api", text: str) -> str:
    return _prompted("Address or URL", text)


def _prompted(what: str, text: str) -> str:
    """The text, or for `-` what is typed into a prompt."""
    return str(typer.prompt(what, hide_input=True, err=True)) if text == "-" else text


def _yes_or_no(_: "Api", text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise typer.BadParameter(f"{text!r} isn't valid. Use true or false.")
    return text.lower() == "true"


def id_of(path: str) -> Read:
    return lambda api, text: resolve_id(api, path, text)


@dataclass(frozen=True)
class FieldOption:
    """A field of a request body and its command line option."""

    name: str  # of the field in the API
    help: str = ""
    option: str = ""  # its name; derived from `name` if empty
    required: bool = False
    repeatable: bool = False
    read: Read = _as_text
    editable: bool = True  # can be changed later

    @property
    def key(self) -> str:
        return (self.option or self.name).replace("-", "_")


@dataclass(frozen=True)
class Kind:
    """A kind of resource. `filters` maps an option of `list` to the API's query parameter and how it is read."""

    name: str
    path: str
    help: str
    fields: tuple[FieldOption, ...]
    columns: tuple[str, ...]
    filters: Mapping[str, tuple[str, Read]]
    searchable: bool = True
    importable: bool = True
    grants_access: bool = False  # listed among access commands
    invited: bool = False  # by mail, to sign in
    has_domains: bool = False  # email domains lead to it
    has_absences: bool = False  # can be absent for a while
    has_account: bool = False  # may sign in with an account at an identity provider
    has_duty: bool = False  # people on duty
    tells_alerts: bool = False  # takes test messages
    gets_alerts: bool = False  # with preferences
    changes_classes: bool = False  # the course's coming classes, which the answer tells


_NAME = FieldOption("name", "Their name.", required=True)
_EMAIL = FieldOption("email", "Email address for messages.", required=True)
_LANGUAGE = FieldOption(
    "language",
    f"{', '.join(TEXT_LANGUAGES)}; others get English. For new people, the organization's unless given.",
)
_TIME_ZONE = FieldOption(
    "time_zone", "Such as Europe/Madrid. For new people, the organization's unless given."
)
_EXTERNAL = FieldOption("external_id", "Its id in your own system.")
_COURSE, _STUDENT = id_of("/v1/courses"), id_of("/v1/students")
_BY_EXTERNAL: dict[str, tuple[str, Read]] = {"external_id": ("external_id", _as_text)}
_BY_EMAIL: dict[str, tuple[str, Read]] = {"email": ("email", _as_text)}
_BY_COURSE: dict[str, tuple[str, Read]] = {"course": ("course_id", _COURSE)}

KINDS = (
    Kind(
        "guardian", "guardians", "Guardians of students.",
        (
            _NAME, _EMAIL, _LANGUAGE, _TIME_ZONE,
            FieldOption("quiet_from", "Start of quiet hours, such as 21:00. Messages that can wait are held."),
            FieldOption("quiet_until", "End of quiet hours, such as 08:00."),
            FieldOption(
                "unsubscribed", "Messages that are not sent: reminder, summary. Repeatable.", repeatable=True
            ),
            _EXTERNAL,
        ),
        ("name", "email", "language", "time_zone", "external_id", "id"), _BY_EXTERNAL | _BY_EMAIL,
    ),
    Kind(
        "student", "students", "Students.",
        (
            _NAME,
            FieldOption(
                "guardian_ids", f"Repeatable. {ID_HELP}", "guardian",
                repeatable=True, read=id_of("/v1/guardians"),
            ),
            FieldOption("email", "The student's own address, with --email-basis."),
            FieldOption("email_basis", "adult, or guardian_consent."),
            _LANGUAGE, _TIME_ZONE,
            FieldOption(
                "class_hours", "When they can have classes, such as 'Monday 15:00-19:00'. Repeatable.", "class-hours",
                repeatable=True, read=_written(written.weekly_hours),
            ),
            _EXTERNAL,
        ),
        ("name", "time_zone", "external_id", "id"), _BY_EXTERNAL,
    ),
    Kind(
        "instructor", "instructors", "Instructors and their qualifications.",
        (
            _NAME, _EMAIL, _LANGUAGE, _TIME_ZONE,
            FieldOption(
                "qualifications", "SUBJECT or SUBJECT:LEVEL. Repeatable.", "qualification",
                repeatable=True, read=_qualification,
            ),
            FieldOption(
                "teaching_languages", "Language they teach in, such as es. Repeatable.", "teaches-in", repeatable=True
            ),
            FieldOption(
                "certificates", "NAME, NAME:LAST-DAY or NAME:LAST-DAY:NUMBER. Repeatable.", "certificate",
                repeatable=True, read=_written(written.certificate),
            ),
            FieldOption(
                "background_checks", "KIND:LAST-DAY, such as 'Enhanced DBS:2030-12-31'. Repeatable.",
                "background-check", repeatable=True, read=_written(written.background_check),
            ),
            FieldOption("regions", "Region they work in. Repeatable.", "region", repeatable=True),
            FieldOption("consents", "Consent they have given. Repeatable.", "consent", repeatable=True),
            _EXTERNAL,
        ),
        ("name", "email", "time_zone", "external_id", "id"), _BY_EXTERNAL | _BY_EMAIL,
        has_account=True, has_absences=True,
    ),
    Kind(
        "member", "members", "Staff, who sign in to the console.",
        (_NAME, _EMAIL, FieldOption("role", "admin or ops", required=True), _LANGUAGE, _TIME_ZONE),
        ("name", "email", "role", "id"), {"role": ("role", _as_text)} | _BY_EMAIL,
        importable=False, grants_access=True, invited=True, has_account=True, gets_alerts=True,
    ),
    Kind(
        "rota", "rotas", "On-call rotas: who is on duty, who stands in.",
        (
            FieldOption("name", "Its name.", required=True),
            FieldOption(
                "members", f"In the order of their weekly turns. Repeatable. {ID_HELP}", "member",
                repeatable=True, read=id_of("/v1/members"),
            ),
            FieldOption("hand_over_on", "The day of the hand-over, such as monday."),
            FieldOption("hand_over_at", "Its wall time, such as 09:00."),
            FieldOption("time_zone", "Of the hand-over. The organization's unless given."),
            FieldOption("starts_on", "The day on which the first turn begins, such as 2030-03-04.", required=True),
        ),
        ("name", "hand_over_on", "hand_over_at", "time_zone", "id"), {},
        importable=False, grants_access=True, has_duty=True,
    ),
    Kind(
        "alert channel", "alert-channels", "Where exceptions are told of besides the mail to single people.",
        (
            FieldOption("name", "Its name.", required=True),
            FieldOption(
                "target", "An email address, the https:// URL of a webhook, or the Apprise URL of a hosted service. "
                "Use `-` for a prompt: arguments are visible to others.", required=True, read=_target,
            ),
            FieldOption("secret", "That a webhook's messages are signed with. Use `-` for a prompt.", read=_secret),
            FieldOption("includes_names", "true if alerts may name people and classes.", read=_yes_or_no),
        ),
        ("name", "kind", "shown", "includes_names", "id"), {},
        importable=False, grants_access=True, tells_alerts=True,
    ),
    Kind(
        "identity provider", "identity-providers",
        "OpenID Connect providers, for signing in with an organization's own accounts.",
        (
            FieldOption("issuer", "Its issuer URL, such as https://login.example.org.", required=True),
            FieldOption("client_id", "Homeroom's client id at the provider.", required=True),
            FieldOption("client_secret", "Use `-` for a prompt: arguments are visible to others.", required=True,
                 read=_secret),
            FieldOption("domains", "Email domain. Repeatable.", "domain", repeatable=True),
            FieldOption("addresses_verified", "true if the provider never says that addresses are verified.",
                 read=_yes_or_no),
        ),
        ("issuer", "client_id", "domains", "id"), {"issuer": ("issuer", _as_text)},
        importable=False, grants_access=True, has_domains=True,
    ),
    Kind(
        "course", "courses", "Courses.",
        (
            FieldOption("title", required=True), FieldOption("subject", required=True), FieldOption("level"),
            FieldOption("teaching_language", "Language the instructor must teach in, such as es."),
            FieldOption(
                "required_certificates", "Certificate the instructor must hold. Repeatable.", "certificate",
                repeatable=True,
            ),
            FieldOption(
                "requires_background_check", "true if the instructor needs a background check.", read=_yes_or_no
            ),
            FieldOption("required_region", "Region the instructor must work in."),
            FieldOption(
                "required_consents", "Consent the instructor must have given. Repeatable.", "consent", repeatable=True
            ),
            FieldOption("topics", "Topic title. Repeatable, in order.", "topic", repeatable=True, editable=False),
            _EXTERNAL,
        ),
        ("title", "subject", "level", "external_id", "id"),
        _BY_EXTERNAL | {"subject": ("subject", _as_text), "level": ("level", _as_text)},
    ),
    Kind(
        "topic", "topics", "Topics of a course.",
        (
            FieldOption("course_id", ID_HELP, "course", required=True, read=_COURSE, editable=False),
            FieldOption("title", required=True), FieldOption("position", "Its position. Defaults to last."), _EXTERNAL,
        ),
        ("position", "title", "external_id", "id"), _BY_EXTERNAL | _BY_COURSE,
    ),
    Kind(
        "curriculum plan", "curriculum-plans", "The order of topics and how many classes each one takes.",
        (
            FieldOption("course_id", ID_HELP, "course", required=True, read=_COURSE, editable=False),
            FieldOption("title", required=True),
            FieldOption(
                "items", "TOPIC or TOPIC*CLASSES. Repeatable, in order.", "item",
                repeatable=True, read=_plan_item,
            ),
            _EXTERNAL,
        ),
        ("title", "course_id", "external_id", "id"), _BY_EXTERNAL | _BY_COURSE,
    ),
    Kind(
        "enrollment", "enrollments", "Students in courses.",
        (
            FieldOption("course_id", ID_HELP, "course", required=True, read=_COURSE, editable=False),
            FieldOption("student_id", ID_HELP, "student", required=True, read=_STUDENT, editable=False),
            _EXTERNAL,
        ),
        ("course_id", "student_id", "external_id", "id"),
        _BY_EXTERNAL | _BY_COURSE | {"student": ("student_id", _STUDENT)}, searchable=False, changes_classes=True,
    ),
)  # fmt: skip
