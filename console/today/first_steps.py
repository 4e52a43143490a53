"""The checklist on Today from a new organization to its first class: what is done, and where the next step is."""

from dataclasses import dataclass

from console.frame import choices
from console.frame.times import zone_name
from domain.people.access import Permission, Principal
from models.organization import Organization
from models.repositories.first_steps import FirstSteps


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    done: bool
    label: str  # of the button
    path: str  # empty: the reader may not take this step


def checklist(found: FirstSteps, own: Organization, who: Principal) -> list[Step]:
    """The steps in their order; none once the first class is booked and messages go out."""
    if found.complete:
        return []

    def step(title: str, text: str, done: bool, label: str, path: str, needs: Permission) -> Step:
        return Step(title, text, done, label, path if who.may(needs) else "")

    language = dict(choices.languages()).get(own.language, own.language)
    mail_text = (
        "The mail server takes messages."
        if found.mail_sent
        else "No message could be sent so far. The outbox says why."
        if found.mail_failed
        else "Nothing was sent yet. The invitation of a colleague is a good first message."
    )
    mail = (
        ("Open the outbox", "/outbox", Permission.NOTICES_READ)
        if found.mail_failed
        else ("Add a colleague", "/people/members/new?after=today", Permission.MEMBERS_MANAGE)
    )
    return [
        step(
            "Check the time zone and the language",
            f"{zone_name(own.time_zone)}, {language}. New people and classes begin with them.",
            found.set_up,
            "Open settings",
            "/settings/organization",
            Permission.ORGANIZATION_WRITE,
        ),
        step("See that mail is sent", mail_text, found.mail_sent, *mail),
        step(
            "Add an instructor",
            "They get a briefing before each class and approve its documentation.",
            found.instructor,
            "Add an instructor",
            "/people/instructors/new?after=today",
            Permission.PEOPLE_WRITE,
        ),
        step(
            "Add a student with a guardian",
            "The guardian gets confirmations, reminders and summaries.",
            found.student,
            "Add a student",
            "/people/families/new?after=today",
            Permission.PEOPLE_WRITE,
        ),
        step(
            "Add a course with a student in it",
            "Classes belong to a course. The form of a student can make its course too.",
            found.course,
            "Add a course",
            "/courses/new",
            Permission.COURSES_WRITE,
        ),
        step(
            "Book the first class",
            "Homeroom tells everyone, opens the room and files the record.",
            found.class_booked,
            "Book a class",
            "/book",
            Permission.SESSIONS_WRITE,
        ),
    ]
