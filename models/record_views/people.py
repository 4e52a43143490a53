"""Views of the organization, its people, and what is taught."""

from typing import Final

from models.record_views.definition import Column, RecordView, organization

C = Column


def _life(alias: str) -> tuple[Column, ...]:
    """The columns of rows that people create, change and retire."""
    return (
        C(
            "external_id",
            "text",
            f"{alias}.external_id",
            "Its id in your own system; null: none was given.",
        ),
        C("created_at", "timestamp", f"{alias}.created_at", "When it was entered."),
        C("updated_at", "timestamp", f"{alias}.updated_at", "When it was last changed; null: never."),
        C("retired_at", "timestamp", f"{alias}.retired_at", "When it was retired; null: in use."),
    )


def _texts(name: str, alias: str, description: str) -> Column:
    """A column of a list of texts."""
    return C(name, "texts", f"array(select jsonb_array_elements_text({alias}.{name}))", description)


PEOPLE: Final = (
    RecordView(
        "organizations",
        "The organization itself: one row.",
        "public.organization o",
        "o.id",
        ("organization_id",),
        (
            organization("o.id"),
            C("name", "text", "o.name", "Name of the organization."),
            C("region", "text", "o.region", "The region that stores its data."),
            C("time_zone", "text", "o.time_zone", "IANA time zone it plans in."),
            C("language", "text", "o.language", "Its language, ISO 639-1."),
            C("contact_email", "text", "o.contact_email", "Where answers to mails go; null: none was given."),
            C("created_at", "timestamp", "o.created_at", "When it was created."),
        ),
    ),
    RecordView(
        "guardians",
        "Adults who are responsible for students and get the notices.",
        "public.guardian g",
        "g.organization_id",
        ("guardian_id",),
        (
            organization("g.organization_id"),
            C("guardian_id", "uuid", "g.id", "Key of the guardian."),
            C("name", "text", "g.name", "Full name."),
            C("email", "text", "g.email", "Where notices go."),
            C("language", "text", "g.language", "Language of the notices, ISO 639-1."),
            C("time_zone", "text", "g.time_zone", "IANA time zone of the guardian."),
            C("quiet_from", "time", "g.quiet_from", "Start of the quiet hours, local wall time; null: none."),
            C("quiet_until", "time", "g.quiet_until", "End of the quiet hours, local wall time; null: none."),
            C(
                "unsubscribed",
                "texts",
                "array(select jsonb_array_elements_text(g.unsubscribed))",
                "Kinds of notices that are not sent.",
            ),
            *_life("g"),
        ),
    ),
    RecordView(
        "students",
        "The students.",
        "public.student s",
        "s.organization_id",
        ("student_id",),
        (
            organization("s.organization_id"),
            C("student_id", "uuid", "s.id", "Key of the student."),
            C("name", "text", "s.name", "Full name."),
            C("email", "text", "s.email", "The student's own address for notices; null: none."),
            C(
                "email_basis",
                "text",
                "s.email_basis",
                "Why the address may be written to: adult or guardian_consent; null: there is none.",
            ),
            C("language", "text", "s.language", "Language of the notices, ISO 639-1."),
            C(
                "unsubscribed",
                "texts",
                "array(select jsonb_array_elements_text(s.unsubscribed))",
                "Kinds of notices that are not sent.",
            ),
            C("time_zone", "text", "s.time_zone", "IANA time zone of the student."),
            *_life("s"),
            C(
                "class_hours",
                "texts",
                "array(select to_char(date '2024-01-01' + (h ->> 'weekday')::int, 'Dy') || ' ' "
                "|| left(h ->> 'start', 5) || '-' || left(h ->> 'end', 5) from jsonb_array_elements(s.class_hours) h)",
                "When the student can have classes, wall time in their time zone; empty: at any hour.",
            ),
        ),
    ),
    RecordView(
        "student_guardians",
        "Which guardian is responsible for which student.",
        "public.student_guardian sg",
        "sg.organization_id",
        ("student_id", "guardian_id"),
        (
            organization("sg.organization_id"),
            C("student_id", "uuid", "sg.student_id", "The student."),
            C("guardian_id", "uuid", "sg.guardian_id", "The guardian."),
        ),
    ),
    RecordView(
        "instructors",
        "The instructors.",
        "public.instructor i",
        "i.organization_id",
        ("instructor_id",),
        (
            organization("i.organization_id"),
            C("instructor_id", "uuid", "i.id", "Key of the instructor."),
            C("name", "text", "i.name", "Full name."),
            C("email", "text", "i.email", "Where briefings and review requests go."),
            C("language", "text", "i.language", "Language of the notices, ISO 639-1."),
            C("time_zone", "text", "i.time_zone", "IANA time zone of the instructor."),
            *_life("i"),
            _texts("teaching_languages", "i", "The languages in which they teach, ISO 639-1."),
            _texts("regions", "i", "Regions in which they work."),
            _texts("consents", "i", "Consents that they have given."),
        ),
    ),
    RecordView(
        "certificates",
        "The certificates of each instructor.",
        "public.instructor i cross join lateral jsonb_array_elements(i.certificates) with ordinality as x(item, n)",
        "i.organization_id",
        ("instructor_id", "position"),
        (
            organization("i.organization_id"),
            C("instructor_id", "uuid", "i.id", "The instructor."),
            C("position", "integer", "x.n", "Position among the instructor's certificates, from 1."),
            C("name", "text", "x.item ->> 'name'", "Name of the certificate."),
            C("number", "text", "x.item ->> 'number'", "Its number; may be empty."),
            C("issued_on", "text", "x.item ->> 'issued_on'", "The day of issue, ISO 8601; null: not known."),
            C("expires_on", "text", "x.item ->> 'expires_on'", "Its last day; null: it does not expire."),
        ),
    ),
    RecordView(
        "background_checks",
        "The background checks of each instructor.",
        "public.instructor i "
        "cross join lateral jsonb_array_elements(i.background_checks) with ordinality as x(item, n)",
        "i.organization_id",
        ("instructor_id", "position"),
        (
            organization("i.organization_id"),
            C("instructor_id", "uuid", "i.id", "The instructor."),
            C("position", "integer", "x.n", "Position among the instructor's checks, from 1."),
            C("kind", "text", "x.item ->> 'kind'", "Kind of check, in the organization's own words."),
            C("valid_until", "text", "x.item ->> 'valid_until'", "Its last day, ISO 8601."),
        ),
    ),
    RecordView(
        "qualifications",
        "What each instructor may teach.",
        "public.qualification q",
        "q.organization_id",
        ("qualification_id",),
        (
            organization("q.organization_id"),
            C("qualification_id", "uuid", "q.id", "Key of the qualification."),
            C("instructor_id", "uuid", "q.instructor_id", "The instructor."),
            C("subject", "text", "q.subject", "The subject."),
            C("level", "text", "q.level", "The level; empty: every level."),
            C("created_at", "timestamp", "q.created_at", "When it was entered."),
        ),
        sort=("instructor_id", "qualification_id"),
    ),
    RecordView(
        "courses",
        "The courses.",
        "public.course c",
        "c.organization_id",
        ("course_id",),
        (
            organization("c.organization_id"),
            C("course_id", "uuid", "c.id", "Key of the course."),
            C("title", "text", "c.title", "Title of the course."),
            C("subject", "text", "c.subject", "Its subject."),
            C("level", "text", "c.level", "Its level, in the organization's own words; may be empty."),
            *_life("c"),
            C("teaching_language", "text", "c.teaching_language", "Language of its classes; empty: any."),
            C(
                "required_region",
                "text",
                "c.required_region",
                "Where the instructor must work; empty: anywhere.",
            ),
            _texts("required_consents", "c", "Consents that the instructor must have given."),
            _texts("required_certificates", "c", "Certificates that the instructor must hold."),
            C(
                "requires_background_check",
                "boolean",
                "c.requires_background_check",
                "Whether the instructor must have a background check.",
            ),
        ),
    ),
    RecordView(
        "topics",
        "The curriculum: the topics of each course in their order.",
        "public.topic t",
        "t.organization_id",
        ("topic_id",),
        (
            organization("t.organization_id"),
            C("topic_id", "uuid", "t.id", "Key of the topic."),
            C("course_id", "uuid", "t.course_id", "The course it belongs to."),
            C("title", "text", "t.title", "Title of the topic."),
            C("position", "integer", "t.position", "Position in the course."),
            *_life("t"),
        ),
        sort=("course_id", "position", "topic_id"),
    ),
    RecordView(
        "enrollments",
        "Which student is enrolled in which course.",
        "public.enrollment e",
        "e.organization_id",
        ("enrollment_id",),
        (
            organization("e.organization_id"),
            C("enrollment_id", "uuid", "e.id", "Key of the enrollment."),
            C("course_id", "uuid", "e.course_id", "The course."),
            C("student_id", "uuid", "e.student_id", "The student."),
            *_life("e"),
        ),
    ),
)
