"""The mail that asks a person about their classes of a plan, before it is published."""

from collections.abc import Sequence
from datetime import datetime

from reports.catalogue import supported_language, words_in
from reports.contexts import RenderedMessage
from reports.letters import render
from reports.moments import moment

_MOST_LISTED = 12  # classes


def render_plan_question(
    *,
    for_instructor: bool,
    reader: str,
    organization: str,
    classes: Sequence[tuple[str, datetime]],
    answer_by: datetime,
    url: str,
    language: str,
    time_zone: str,
    now: datetime,
) -> RenderedMessage:
    """`classes` are their titles and starts, in order of time; `url` is that of the page to answer on."""
    words, language = words_in(language), supported_language(language)
    further = len(classes) - _MOST_LISTED
    lead = words["plan_question_instructor" if for_instructor else "plan_question_family"]
    by = words.fill("plan_question_by", when=moment(answer_by, language, time_zone, now=now))
    values = {
        "w": words,
        "language": language,
        "hello": words.fill("hello", name=reader),
        "lead": f"{lead} {by}",
        "classes": [
            words.fill("plan_question_class", title=title, when=moment(start, language, time_zone, now=now))
            for title, start in classes[:_MOST_LISTED]
        ],
        "further": words.fill("further_classes", count=further) if further > 0 else "",
        "zone": time_zone.replace("_", " "),
        "actions": [(words["plan_question_answer"], url)],
        "footer": words.fill("footer", organization=organization),
    }
    return render("course_change", words.fill("plan_question_subject", organization=organization), values)
