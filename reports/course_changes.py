"""The mail that tells a family which coming classes a child has joined or left with a course."""

from collections.abc import Sequence
from datetime import datetime

from domain.notices.kinds import CourseNoticeKind
from reports.catalogue import supported_language, words_in
from reports.contexts import RenderedMessage
from reports.letters import render
from reports.moments import moment

_MOST_LISTED = 12  # classes


def render_course_change(
    kind: CourseNoticeKind,
    *,
    reader: str,
    student: str,
    course: str,
    organization: str,
    starts: Sequence[datetime],
    family_url: str,
    language: str,
    time_zone: str,
    now: datetime,
) -> RenderedMessage:
    """`starts` are those of the classes, in order of time; `family_url` is empty for a reader who has no such page."""
    words, language = words_in(language), supported_language(language)
    further = len(starts) - _MOST_LISTED
    values = {
        "w": words,
        "language": language,
        "hello": words.fill("hello", name=reader),
        "lead": words.fill(kind, student=student, course=course),
        "classes": [moment(start, language, time_zone, now=now) for start in starts[:_MOST_LISTED]],
        "further": words.fill("further_classes", count=further) if further > 0 else "",
        "zone": time_zone.replace("_", " "),
        "actions": [(words["family_page"], family_url)] if family_url else [],
        "footer": words.fill("footer", organization=organization),
    }
    subject = words.fill(f"{kind}_subject", student=student, course=course)
    return render("course_change", subject, values)
