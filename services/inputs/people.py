"""Inputs that create and change guardians, students and instructors."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from services.inputs import patterns
from services.inputs.fields import (
    LEFT_OUT,
    Email,
    ExternalId,
    Ids,
    Language,
    Level,
    Name,
    OwnLanguage,
    OwnTimeZone,
    ReaderLanguage,
    Schema,
    Text,
    TimeZone,
)

WallTime = Annotated[
    time,
    # JSON Schema's format `time` requires an offset, which a wall time lacks.
    WithJsonSchema(
        {
            "type": "string",
            "pattern": patterns.TIME_OF_DAY,
            "description": "Wall time in `time_zone`.",
            "examples": ["21:00:00"],
        }
    ),
]


class HoursIn(Schema):
    start: WallTime
    end: WallTime = Field(description="00:00 is the end of the day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("hours must be wall time in the person's time zone, without an offset")
        if self.end <= self.start and self.end.isoformat() != "00:00:00":
            raise ValueError("hours must end after they start")
        return self


class WeeklyHoursIn(HoursIn):
    weekday: Annotated[int, Field(ge=0, le=6, description="0 is Monday.")]


ClassHours = Annotated[
    list[WeeklyHoursIn],
    Field(
        max_length=100,
        description="When the student can have classes, in wall time of `time_zone`. Empty: at any hour.",
    ),
]

Unsubscribed = Annotated[
    list[Literal["reminder", "summary"]],
    AfterValidator(lambda kinds: list(dict.fromkeys(kinds))),
    Field(max_length=10, description="Kinds of messages that are not sent. All others always are."),
]


class NewGuardian(Schema):
    name: Name
    email: Email
    language: OwnLanguage = None
    time_zone: OwnTimeZone = None
    quiet_from: WallTime | None = Field(
        None, description="Wall time in `time_zone`. Messages that can wait are sent after `quiet_until`."
    )
    quiet_until: WallTime | None = None
    unsubscribed: Unsubscribed = Field(default_factory=list)
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        check_quiet_hours(self.quiet_from, self.quiet_until)
        return self


def check_quiet_hours(start: time | None, end: time | None) -> None:
    if (start is None) != (end is None):
        raise ValueError("quiet hours need both quiet_from and quiet_until")
    if (start and start.tzinfo) or (end and end.tzinfo):
        raise ValueError("quiet hours must be wall time in `time_zone`, without an offset")


class SendAgainIn(Schema):
    address: Email | None = Field(None, description="The person's corrected address; left out: as on file.")


class GuardianChange(Schema):
    name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    language: ReaderLanguage = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    quiet_from: WallTime | None = None
    quiet_until: WallTime | None = None
    unsubscribed: Unsubscribed = LEFT_OUT
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if ("quiet_from" in self.model_fields_set) != ("quiet_until" in self.model_fields_set):
            raise ValueError("quiet hours need both quiet_from and quiet_until")
        check_quiet_hours(self.quiet_from, self.quiet_until)
        return self


EmailBasis = Annotated[
    Literal["adult", "guardian_consent"],
    Field(description="Why the student's own address may be written to; required with `email`."),
]


class NewStudent(Schema):
    name: Name
    guardian_ids: Ids = Field(default_factory=list, max_length=10)
    email: Email | None = Field(None, description="The student's own address, of adults or by consent.")
    email_basis: EmailBasis | None = None
    language: OwnLanguage = None
    time_zone: OwnTimeZone = None
    unsubscribed: Unsubscribed = Field(default_factory=list)
    class_hours: ClassHours = Field(default_factory=list)
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _basis(self) -> Self:
        check_basis(self.email, self.email_basis)
        return self


def check_basis(email: str | None, basis: str | None) -> None:
    if (email is None) != (basis is None):
        raise ValueError("a student's own address needs both email and email_basis")


class StudentChange(Schema):
    name: Name = LEFT_OUT
    guardian_ids: Annotated[Ids, Field(max_length=10)] = LEFT_OUT
    email: Email | None = None
    email_basis: EmailBasis | None = None
    language: ReaderLanguage = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    unsubscribed: Unsubscribed = LEFT_OUT
    class_hours: ClassHours = LEFT_OUT
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _basis(self) -> Self:
        if ("email" in self.model_fields_set) != ("email_basis" in self.model_fields_set):
            raise ValueError("a student's own address needs both email and email_basis")
        check_basis(self.email, self.email_basis)
        return self


class QualificationIn(Schema):
    subject: Name
    level: Level = Field("", description="Empty: all levels.")


Qualifications = Annotated[list[QualificationIn], Field(max_length=100)]


def _after_1900(day: date) -> date:
    if not 1900 <= day.year < 2100:
        raise ValueError("must be between the years 1900 and 2100")
    return day


DayOnPaper = Annotated[date, AfterValidator(_after_1900)]
"""A day that a certificate or a check names: it may be older than what `fields.Day` allows."""


class CertificateIn(Schema):
    name: Name
    number: Text = Field("", max_length=100)
    issued_on: DayOnPaper | None = None
    expires_on: DayOnPaper | None = Field(None, description="Its last day; `null`: it does not expire.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.issued_on and self.expires_on and self.expires_on < self.issued_on:
            raise ValueError("a certificate can't expire before it is issued")
        self.model_fields_set.update(type(self).model_fields)  # a change stores it as a whole
        return self


class BackgroundCheckIn(Schema):
    kind: Name = Field(examples=["Enhanced DBS"])
    valid_until: DayOnPaper = Field(description="Its last day.")


def _distinct(values: list[str]) -> list[str]:
    """Without those that were given before, whatever their case."""
    return list({value.casefold(): value for value in reversed(values)}.values())[::-1]


Names = Annotated[list[Name], AfterValidator(_distinct), Field(max_length=50)]
TeachingLanguages = Annotated[
    list[Language],
    AfterValidator(_distinct),
    Field(max_length=50, description="ISO 639-1: the languages in which they teach."),
]
Certificates = Annotated[list[CertificateIn], Field(max_length=100)]
BackgroundChecks = Annotated[list[BackgroundCheckIn], Field(max_length=100)]


class NewInstructor(Schema):
    name: Name
    email: Email
    language: OwnLanguage = None
    time_zone: OwnTimeZone = None
    qualifications: Qualifications = Field(default_factory=list)
    teaching_languages: TeachingLanguages = Field(default_factory=list)
    regions: Names = Field(default_factory=list, description="Regions in which they work.")
    consents: Names = Field(default_factory=list, description="Consents that they have given.")
    certificates: Certificates = Field(default_factory=list)
    background_checks: BackgroundChecks = Field(default_factory=list)
    external_id: ExternalId | None = None


class InstructorChange(Schema):
    name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    language: ReaderLanguage = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    qualifications: Qualifications = LEFT_OUT
    teaching_languages: TeachingLanguages = LEFT_OUT
    regions: Names = LEFT_OUT
    consents: Names = LEFT_OUT
    certificates: Certificates = LEFT_OUT
    background_checks: BackgroundChecks = LEFT_OUT
    external_id: ExternalId | None = None
