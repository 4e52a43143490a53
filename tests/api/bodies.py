"""A valid request body for every route that takes one, and classes to send it to."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.campus import HOUR, Campus, Json, School, school


@dataclass(frozen=True)
class Booked:
    """A school with a booked class."""

    school: School
    session_id: str
    link: str  # a student's join token


OPENS_AT_ONCE = {"room_before": "P1D", "empty_room_for": "PT1H"}  # rules


@asynccontextmanager
async def open_class(campus: Campus) -> AsyncIterator[Booked]:
    """A school whose class is open, two hours before its start."""
    async with school(campus) as opened:
        await opened.api.patch("/v1/policy", json=OPENS_AT_ONCE)
        session_id = await opened.book(2 * HOUR)
        await opened.run_until(session_id, "open")
        yield Booked(opened, session_id, await opened.join_token(session_id))


def sample(**values: Any) -> Json:
    """A quality sample as the join page sends it."""
    return {
        "at": datetime.now(UTC).isoformat(),
        "connection_quality": "good",
        "audio_only": False,
        "packets_lost": 3,
        "jitter_ms": 1.5,
        "audio_concealed_ratio": 0.01,
    } | values


def _times() -> Json:
    start = datetime.now(UTC) + timedelta(days=30)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}


def _closure() -> Json:
    return {"name": "Christmas", "first_day": "2031-12-24", "last_day": "2032-01-06", "region": "Bavaria"}


def _revision() -> Json:
    citation = {"utterance_id": str(uuid4()), "quote": "they add"}
    statement = {"section": "topics", "text": "They added.", "citations": [citation], "outcome": None}
    return {"statements": [statement], "based_on": 0, "reason": "typo"}


def _plan(booked: Booked) -> list[Json]:
    return [{"topic_id": booked.school.ids["topic"], "sessions": 2, "note": "with games"}]


def _booking(booked: Booked) -> Json:
    students = [booked.school.ids["student 0"]]
    return booked.school.booking(student_ids=students, time_zone="UTC", override_reason="agreed by phone")


def _series(booked: Booked) -> Json:
    start = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0, tzinfo=None)
    return {
        "course_id": booked.school.ids["course"],
        "instructor_id": booked.school.ids["instructor"],
        "title": "Sums on Tuesdays",
        "starts_at": start.isoformat(),
        "minutes": 45,
        "recurrence": "FREQ=WEEKLY;COUNT=3",
        "time_zone": "UTC",
        "student_ids": [booked.school.ids["student 0"]],
        "left_out": [(start + timedelta(days=7)).date().isoformat()],
        "override_reason": "agreed by phone",
    }


def _series_change() -> Json:
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    return {"from_day": day, "starts": "18:00:00", "minutes": 50, "recurrence": "FREQ=DAILY;COUNT=2"}


def _series_end() -> Json:
    return {"last_day": LATER[:10], "reason": "weather"}


LATER = (datetime.now(UTC) + timedelta(days=90)).isoformat()
# Path parameters besides the session.


def address(path: str, session_id: str) -> str:
    """An operation's path with this session's id; all other ids in it belong to no row."""
    others = {name: uuid4() for name in _ID.findall(path) if name != "session_id"}
    given = {"revision": 1, "table": "students", "form": "csv", "domain": "nobody.example"}
    return path.format(session_id=session_id, **given, **others)


_ID = re.compile(r"{((?:\w+_)?id)}")
_KINDS = {
    "guardians": "guardian",
    "students": "student 0",
    "instructors": "instructor",
    "courses": "course",
    "topics": "topic",
}


def own_address(path: str, booked: Booked) -> str:
    """As `address`, but with the id of a row of the school, if it has one of that kind."""
    kind = _KINDS.get(path.split("/")[2], "")
    if path.endswith("/{id}") and kind:
        return path.format(id=booked.school.ids[kind])
    return address(path, booked.session_id)


def method_of(path: str) -> str:
    """The method with which the path takes a body."""
    if path.endswith(("/attendance/{participant_id}", "/volunteer-call")) or path in (
        "/v1/case-routing",
        "/v1/scheduling-rules",
        "/v1/students/{student_id}/pairings/{instructor_id}",
        "/v1/members/{id}/alert-preferences",
        "/v1/instructors/{id}/availability",
        "/v1/instructors/{id}/busy-calendar",
        "/v1/substitution-policy",
        "/v1/self-service-policy",
        "/v1/planning-policy",
    ):
        return "PUT"
    changed = path.endswith(("/{id}", "/{closure_id}")) or path in ("/v1/policy", "/v1/organization")
    return "PATCH" if changed else "POST"


PERSON = {"name": "Mia", "email": "mia@family.example", "language": "en", "time_zone": "UTC"}
SCHEDULING = {
    "weights": {"continuity": 60},
    "disabled": ["no_buffer"],
    "by_course": [],
    "parameters": {
        "unassigned": 5_000,
        "known_for_days": 100,
        "assume_qualified": True,
        "rest_hours": 8,
        "target_hours_per_week": 20,
        "unpopular_before": "08:00:00",
        "unpopular_from": "20:00:00",
        "unpopular_days": [6],
        "frozen_hours": 24,
    },
}
POLICY = {
    "reminders_before": ["PT2H"],
    "briefing_before": "PT30M",
    "room_before": 900,
    "check_in_before": "PT10M",
    "instructor_late_after": "PT2M",
    "instructor_absent_after": "PT5M",
    "absent_after": "PT5M",
    "present_share": 0.5,
    "punctual_within": "PT5M",
    "grace_after_end": "PT10M",
    "empty_room_for": "PT5M",
    "review_within": "P1D",
    "review_abandoned_after": "P14D",
    "segment_seconds": 30,
    "languages": ["en"],
    "student_names": "full",
    "captions": True,
}
PROVIDER = {  # no server listens here, which is checked only if everything else is valid
    "issuer": "http://127.0.0.1:1",
    "client_id": "homeroom",
    "client_secret": "secret",
    "domains": ["a.example"],
}
ROTA: Json = {
    "name": "Evenings",
    "members": [],
    "hand_over_on": "monday",
    "hand_over_at": "09:00:00",
    "time_zone": "Europe/Madrid",
    "starts_on": "2030-03-04",
}
CHANNEL: Json = {
    "name": "Ops",
    "target": "http://127.0.0.1:1/alerts",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "includes_names": True,
}
RULE: Json = {
    "name": "Nights",
    "kinds": ["room_lost"],
    "at_least": "high",
    "regions": ["local"],
    "courses": [],
    "weekdays": ["monday"],
    "from_time": "20:00:00",
    "until_time": "08:00:00",
    "queue": "night shift",
    "severity": "critical",
    "acknowledge_within_minutes": 5,
    "ladder": [
        {
            "after_minutes": 0,
            "assignee": True,
            "rotas": [],
            "roles": ["ops"],
            "members": [],
            "mail": True,
            "channels": [],
        }
    ],
}
SESSION, JOIN = "/v1/sessions/{session_id}", "/v1/join/{session_id}"
SERIES = "/v1/series/{series_id}"

CREDENTIALS: Json = {
    "qualifications": [{"subject": "Sums", "level": "6"}],
    "teaching_languages": ["en"],
    "regions": ["EU"],
    "consents": ["Recording"],
    "certificates": [
        {"name": "First Aid", "number": "1", "issued_on": "2030-01-01", "expires_on": "2031-01-01"}
    ],
    "background_checks": [{"kind": "DBS", "valid_until": "2031-01-01"}],
}

# Keyed by the path as in OpenAPI. A request with this body is accepted, or refused for a reason outside the body.
BODIES: dict[str, Callable[[Booked], Json]] = {
    "/v1/organizations": lambda _: {"name": "School", "time_zone": "Europe/Madrid", "language": "es"},
    "/v1/policy": lambda _: POLICY,
    "/v1/substitution-policy": lambda _: {"weights": {"cost": 2}},
    "/v1/guardians": lambda _: PERSON,
    "/v1/instructors": lambda _: PERSON | CREDENTIALS,
    "/v1/students": lambda b: {"name": "Mia", "guardian_ids": [b.school.ids["guardian"]], "time_zone": "UTC"},
    "/v1/courses": lambda _: {
        "title": "Algebra",
        "subject": "Sums",
        "level": "6",
        "topics": ["Sets"],
        "external_id": "c9",
    },
    "/v1/enrollments": lambda b: {
        "course_id": b.school.ids["course"],
        "student_id": b.school.ids["student 0"],
        "external_id": "sis-1",
    },
    "/v1/topics": lambda b: {"course_id": b.school.ids["course"], "title": "Sets", "position": 7},
    "/v1/curriculum-plans": lambda b: {
        "course_id": b.school.ids["course"],
        "title": "Spring",
        "items": _plan(b),
    },
    "/v1/members": lambda _: PERSON | {"role": "ops", "email": f"{uuid4()}@harbour.example"},
    "/v1/identity-providers": lambda _: PROVIDER,
    "/v1/identity-providers/{id}": lambda _: {
        "client_id": "homeroom",
        "client_secret": "s",
        "domains": ["b.example"],
    },
    "/v1/rotas": lambda _: ROTA,
    "/v1/rotas/{id}": lambda _: ROTA,
    "/v1/rotas/{id}/overrides": lambda _: {"member_id": str(uuid4())} | _times(),
    "/v1/alert-channels": lambda _: CHANNEL,
    "/v1/alert-channels/{id}": lambda _: CHANNEL,
    "/v1/case-routing": lambda _: {"rules": [RULE]},
    "/v1/case-routing/compare": lambda _: {"rules": [RULE]},
    "/v1/case-routing/publish": lambda _: {"number": 1},
    "/v1/scheduling-rules": lambda _: {"rules": SCHEDULING, "note": "as agreed"},
    "/v1/scheduling-rules/publish": lambda _: {"number": 1},
    "/v1/scheduling-rules/what-if": lambda _: {"rules": SCHEDULING},
    "/v1/students/{student_id}/pairings/{instructor_id}": lambda _: {
        "family_preference": 0.5,
        "quality": 0.9,
        "do_not_pair": False,
    },
    "/v1/case-routing/try": lambda b: {
        "kind": "room_lost",
        "severity": "high",
        "region": "local",
        "course_id": b.school.ids["course"],
        "at": LATER,
        "draft": False,
        "rules": [RULE],
    },
    "/v1/members/{id}/alert-preferences": lambda _: {
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "only_critical": True,
    },
    "/v1/leave-requests/{leave_id}/approve": lambda _: {"answer": "Get well soon."},
    "/v1/leave-requests/{leave_id}/decline": lambda _: {"answer": "Not that week."},
    "/v1/plans/{run_id}/answers": lambda b: {
        "recipient_id": b.school.ids["instructor"],
        "accepts": True,
        "class_ids": [str(uuid4())],
    },
    "/v1/swaps": lambda b: {
        "session_id": b.session_id,
        "colleague_id": str(uuid4()),
        "return_session_id": str(uuid4()),
        "note": "Please.",
    },
    "/v1/open-classes/{open_class_id}/take": lambda b: {
        "kind": "call",
        "instructor_id": b.school.ids["instructor"],
    },
    f"{SESSION}/volunteer-call": lambda _: {"audience": "course", "note": "Please."},
    "/v1/planning-policy": lambda _: {"ask_families": True, "silence": "declines"},
    "/v1/self-service-policy": lambda _: {"families_move": True, "free_until": "PT12H"},
    "/v1/keys": lambda _: {"name": "billing", "role": "ops", "scopes": ["people:read"], "expires_at": LATER},
    "/v1/organization": lambda _: {"name": "Harbour", "time_zone": "Europe/Madrid", "language": "es"},
    "/v1/guardians/{id}": lambda _: (
        PERSON | {"quiet_from": "21:00", "quiet_until": "08:00", "external_id": "g1"}
    ),
    "/v1/students/{id}": lambda b: {"name": "Mia", "guardian_ids": [b.school.ids["guardian"]]},
    "/v1/instructors/{id}": lambda _: PERSON | CREDENTIALS,
    "/v1/courses/{id}": lambda _: {"title": "Algebra", "subject": "Sums", "level": "6", "external_id": "c1"},
    "/v1/topics/{id}": lambda _: {"title": "Sets", "position": 3},
    "/v1/curriculum-plans/{id}": lambda b: {"title": "Autumn", "items": _plan(b)},
    "/v1/enrollments/{id}": lambda _: {"external_id": "e1"},
    "/v1/members/{id}": lambda _: {"name": "Mia", "role": "admin"},
    "/v1/keys/{key_id}/rotate": lambda _: {"overlap": "PT1H"},
    "/v1/sessions": _booking,
    "/v1/closures": lambda _: {"closures": [_closure()], "booked_classes": "keep"},
    "/v1/closures/{closure_id}": lambda _: {"name": "Autumn break"},
    "/v1/closures/{closure_id}/preview": lambda _: {"name": "Autumn break"},
    "/v1/closures/preview": lambda _: {"closures": [_closure()]},
    "/v1/closures/read": lambda _: {"content": "name,first_day\nNew Year,2031-01-01\n"},
    "/v1/quotes": lambda b: (
        {"course_id": b.school.ids["course"], "student_ids": [b.school.ids["student 0"]]} | _times()
    ),
    "/v1/holds": lambda b: (
        {
            "course_id": b.school.ids["course"],
            "instructor_id": b.school.ids["instructor"],
            "student_ids": [b.school.ids["student 0"]],
            "ttl": "PT1M",
        }
        | _times()
    ),
    "/v1/plans": lambda _: {
        "first_day": LATER[:10],
        "last_day": LATER[:10],
        "scope": "unassigned",
        "most_seconds": 1,
    },
    "/v1/series": _series,
    "/v1/series/preview": _series,
    f"{SERIES}/change": lambda _: _series_change(),
    f"{SERIES}/change/preview": lambda _: _series_change(),
    f"{SERIES}/end": lambda _: _series_end(),
    f"{SERIES}/end/preview": lambda _: _series_end(),
    f"{SERIES}/classes/{{class_id}}/move": lambda _: {"starts_at": LATER[:19], "minutes": 30},
    f"{SERIES}/classes/{{class_id}}/cancel": lambda _: {"reason": "weather"},
    f"{SESSION}/reschedule": lambda _: _times(),
    f"{SESSION}/extend": lambda _: {"ends_at": _times()["ends_at"]},
    f"{SESSION}/reopen": lambda _: {"ends_at": _times()["ends_at"]},
    f"{SESSION}/cancel": lambda _: {"reason": "weather"},
    "/v1/exceptions/{case_id}/assign": lambda _: {"member_id": str(uuid4())},
    "/v1/exceptions/{case_id}/comments": lambda _: {"text": "calls back at noon"},
    "/v1/exceptions/{case_id}/snooze": lambda _: {"duration": "PT2H"},
    "/v1/exception-actions": lambda _: {"action": "acknowledge", "ids": [str(uuid4())]},
    "/v1/session-actions": lambda _: {"action": "move", "ids": [str(uuid4())], "shift": "PT30M"},
    "/v1/exceptions/{case_id}/resolve": lambda _: {"resolution": "called the family"},
    f"{SESSION}/messages": lambda _: {"text": "Please stay in the room."},
    f"{SESSION}/substitute": lambda b: {"instructor_id": b.school.ids["instructor"]},
    f"{SESSION}/substitutions": lambda _: {"reason": "illness"},
    "/v1/instructors/{id}/availability": lambda _: {"buffer_minutes": 10},
    "/v1/instructors/{id}/busy-calendar": lambda _: {
        "content": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
    },
    "/v1/instructors/{id}/absences": lambda _: _times(),
    "/v1/instructors/{id}/cover/find": lambda _: _times(),
    "/v1/instructors/{id}/cover": lambda _: _times() | {"fingerprint": "0" * 32},
    f"{SESSION}/participants": lambda b: {"student_ids": [b.school.ids["student 0"]]},
    "/v1/notices/{notice_id}/send-again": lambda _: {"address": "mia@family.example"},
    f"{SESSION}/participants/{{participant_id}}/renew-link": lambda _: {"keep_in_room": True},
    f"{SESSION}/attendance/{{participant_id}}": lambda _: {"status": "present", "reason": "was there"},
    f"{SESSION}/guests": lambda _: {"name": "Aunt"},
    f"{SESSION}/documentation/revisions": lambda _: _revision(),
    f"{SESSION}/documentation/approve": lambda _: {"revision": 1},
    f"{SESSION}/documentation/request-changes": lambda _: {"revision": 1, "reason": "more detail"},
    f"{JOIN}/credentials": lambda b: {"link": b.link},
    f"{JOIN}/chat": lambda b: {"link": b.link, "message_id": str(uuid4()), "text": "Which page?"},
    f"{JOIN}/mute": lambda b: {"link": b.link, "participant_id": str(uuid4())},
    f"{JOIN}/lower-hands": lambda b: {"link": b.link, "participant_id": None},
    f"{JOIN}/remove": lambda b: {"link": b.link, "participant_id": str(uuid4())},
    f"{JOIN}/readmit": lambda b: {"link": b.link, "participant_id": str(uuid4())},
    f"{JOIN}/lock": lambda b: {"link": b.link, "locked": True},
    f"{JOIN}/end": lambda b: {"link": b.link},
    f"{JOIN}/quality": lambda b: {"link": b.link, "samples": [sample()]},
}
