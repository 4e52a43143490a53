"""The kinds of records with pages in the console, each described once: its fields, columns, filters and texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.frame import choices
from console.frame.forms import Field
from domain.scheduling import written
from services.resources.catalogue import COURSES, GUARDIANS, INSTRUCTORS, MEMBERS, STUDENTS
from services.resources.resource import Resource


@dataclass(frozen=True)
class Column:
    heading: str
    name: str
    style: str = "text"  # text, moment, role


@dataclass(frozen=True)
class RecordKind:
    resource: Resource[Any]
    base: str  # the path of its list
    plural: str  # as a title, such as "Guardians"
    about: str  # what these records are; shown while the list is empty
    fields: tuple[Field, ...]
    columns: tuple[Column, ...]
    retiring: str  # the effect of retiring a record
    filters: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    own_form: str = ""  # the path of a form of its own to add one

    @property
    def new_path(self) -> str:
        return self.own_form or f"{self.base}/new"

    @property
    def noun(self) -> str:
        return self.resource.name

    @property
    def name_column(self) -> str:
        """The column that holds the name or title of a record."""
        return self.columns[0].name

    @property
    def search_label(self) -> str:
        return "Search by " + " or ".join(self.resource.searched)


_ONE_LINE = "Enter single lines of text."
_NAME = Field("name", "Name", wrong="Enter a single line of text.")
_EMAIL = Field("email", "Email", "email", wrong="Enter an email address, such as ada@school.example.")
_LANGUAGE = Field(
    "language",
    "Language",
    "select",
    "Of messages and pages.",
    options=choices.languages,
    other=choices.other_language,
)
_ZONE = Field("time_zone", "Time zone", "select", options=choices.zones)
_EXTERNAL = Field("external_id", "External ID", hint="The ID in another system, such as your CRM.")
_ADDED = Column("Added", "created_at", "moment")
_ZONE_COLUMN = Column("Time zone", "time_zone")

GUARDIAN_KIND = RecordKind(
    GUARDIANS,
    "/people/guardians",
    "Guardians",
    "Guardians get confirmations, reminders, absence notices and approved summaries about their children.",
    (
        _NAME,
        _EMAIL,
        _LANGUAGE,
        _ZONE,
        Field(
            "quiet_from",
            "Quiet from",
            "time",
            "In the guardian's time zone. Messages that can wait are sent afterwards.",
        ),
        Field("quiet_until", "Quiet until", "time"),
        Field(
            "unsubscribed",
            "Unsubscribed from",
            "lines",
            "One per line: reminder, summary. Guardians unsubscribe with the link in these messages.",
            wrong="Use reminder or summary.",
            empty=(),
        ),
        _EXTERNAL,
    ),
    (Column("Name", "name"), Column("Email", "email"), _ZONE_COLUMN, _ADDED),
    "Retired guardians get no more messages. Past messages stay in the record.",
)
STUDENT_KIND = RecordKind(
    STUDENTS,
    "/people/students",
    "Students",
    "Students enroll in courses and join classes from a link.",
    (
        _NAME,
        Field(
            "email",
            "Own email",
            "email",
            "For adults, or with a guardian's consent. Messages go there too.",
            wrong="Enter an email address, such as ada@school.example.",
        ),
        Field(
            "email_basis",
            "Why the student may be written to",
            "select",
            options=choices.email_bases,
        ),
        _LANGUAGE,
        _ZONE,
        Field(
            "class_hours",
            "Can have classes",
            "lines",
            "One line for each time, such as Monday 15:00–19:00, in the student's time zone. Empty: at any hour.",
            wrong="Write a day and hours, such as Monday 15:00–19:00.",
            empty=(),
            item=written.weekly_hours,
            line=written.written_hours,
        ),
        _EXTERNAL,
    ),
    (Column("Name", "name"), _ZONE_COLUMN, _ADDED),
    "Retired students can't be booked. Past classes and summaries stay in the record.",
    own_form="/people/families/new",
)
INSTRUCTOR_KIND = RecordKind(
    INSTRUCTORS,
    "/people/instructors",
    "Instructors",
    "Instructors get a briefing before each class, teach it, and approve its documentation.",
    (
        _NAME,
        _EMAIL,
        _LANGUAGE,
        _ZONE,
        Field(
            "teaching_languages",
            "Teaches in",
            "lines",
            "One language code per line, such as en.",
            wrong="Use codes of two small letters, such as en or es.",
            empty=(),
        ),
        Field("regions", "Regions", "lines", "Where they work; one per line.", wrong=_ONE_LINE, empty=()),
        Field(
            "consents",
            "Consents given",
            "lines",
            "Such as to be recorded; one per line.",
            wrong=_ONE_LINE,
            empty=(),
        ),
        _EXTERNAL,
    ),
    (Column("Name", "name"), Column("Email", "email"), _ZONE_COLUMN, _ADDED),
    "Retired instructors can't be booked. Past classes stay in the record.",
)
MEMBER_KIND = RecordKind(
    MEMBERS,
    "/people/members",
    "Staff",
    "Staff run classes from this console.",
    (_NAME, _EMAIL, Field("role", "Role", "select", options=choices.staff_roles), _LANGUAGE, _ZONE),
    (Column("Name", "name"), Column("Email", "email"), Column("Role", "role", "role"), _ADDED),
    "Retired staff are signed out right away and can't sign in again.",
    filters={"role": (("", "All roles"), ("admin", "Admin"), ("ops", "Ops"))},
)
COURSE_KIND = RecordKind(
    COURSES,
    "/courses",
    "Courses",
    "A course has topics, enrolled students and classes.",
    (
        Field("title", "Title", wrong="Enter a single line of text."),
        Field("subject", "Subject", hint="Instructors qualify by subject and level."),
        Field("level", "Level", empty=""),
        Field(
            "teaching_language",
            "Taught in",
            hint="A language code, such as es, if the instructor must teach in this language.",
            wrong="Use a code of two small letters, such as en or es.",
            empty="",
        ),
        Field(
            "required_certificates",
            "Certificates the instructor needs",
            "lines",
            "One per line, as on the instructors' pages. Each must be valid until the class ends.",
            wrong=_ONE_LINE,
            empty=(),
        ),
        Field("requires_background_check", "The instructor needs a background check", "checkbox"),
        Field(
            "required_region",
            "Region the instructor must work in",
            wrong=_ONE_LINE,
            empty="",
        ),
        Field(
            "required_consents",
            "Consents the instructor must have given",
            "lines",
            "One per line.",
            wrong=_ONE_LINE,
            empty=(),
        ),
        Field(
            "topics",
            "Topics",
            "lines",
            "One per line, in the order they are taught.",
            empty=(),
            new_only=True,
        ),
        _EXTERNAL,
    ),
    (Column("Title", "title"), Column("Subject", "subject"), Column("Level", "level"), _ADDED),
    "Retired courses can't be booked. Past classes stay in the record.",
)

PEOPLE = (STUDENT_KIND, GUARDIAN_KIND, INSTRUCTOR_KIND, MEMBER_KIND)
KINDS = (*PEOPLE, COURSE_KIND)
