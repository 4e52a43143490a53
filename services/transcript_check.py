"""Compares the words of a transcript with how long each speaker talked, and keeps the exceptions about it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.people.roles import identity_of
from domain.presence.engagement import summarise
from domain.presence.occurrences import events_since
from domain.record.speech_check import Speech, is_empty, missing_speakers, speech_of
from models.repositories import cases, recordings, sessions
from models.session import Participant, Session
from services.attendance import evidence
from services.cases import NewCase, open_case, resolve_by_itself
from workflows.contracts.common import SessionRef

_KINDS = (ExceptionKind.TRANSCRIPT_EMPTY, ExceptionKind.SPEAKER_MISSING)


async def check_transcript(db: AsyncSession, ref: SessionRef, now: datetime) -> None:
    """Open an exception for a transcript without words, or for each speaker who is not in it; resolve the others."""
    session = await sessions.get_session(db, ref.session_id)
    people = {identity_of(person.id): person for person in await sessions.participants(db, session.id)}
    speech = await _speech(db, session, now)
    wanted = _wanted(speech, people)
    for case in await cases.open_of_sessions(db, [session.id], _KINDS):
        if (case.kind, case.occasion) not in wanted:
            resolve_by_itself(case, "The transcript has the words.", now)
    taught_until = session.ended_at or now
    for (kind, occasion), detail in wanted.items():
        new = NewCase.about_session(
            session.organization_id,
            session.id,
            ExceptionKind(kind),
            occasion,
            detail,
            taught_until.isoformat(),
        )
        await open_case(db, new, now)


async def _speech(db: AsyncSession, session: Session, now: datetime) -> dict[str, Speech]:
    recorded = events_since(await evidence(db, session), session.occurrence_since)
    # In a thread: a long class has tens of thousands of events, and others wait for this process.
    engaged = await asyncio.to_thread(summarise, recorded, until=session.ended_at or now)
    talk = {identity: own.talk_seconds for identity, own in engaged.items()}
    return speech_of(talk, await recordings.transcript(db, session.id))


def _wanted(
    speech: Mapping[str, Speech], people: Mapping[str, Participant]
) -> dict[tuple[str, str], dict[str, str]]:
    """The details of the exceptions to have, by kind and occasion."""
    if is_empty(speech):
        return {(ExceptionKind.TRANSCRIPT_EMPTY, ""): _counts(*speech.values())}
    return {
        (ExceptionKind.SPEAKER_MISSING, _occasion(identity, people)): _counts(speech[identity])
        | _named(people.get(identity))
        for identity in missing_speakers(speech)
    }


def _counts(*speech: Speech) -> dict[str, str]:
    return {
        "talk_seconds": f"{sum(one.talk_seconds for one in speech):.0f}",
        "words": str(sum(one.words for one in speech)),
    }


def _occasion(identity: str, people: Mapping[str, Participant]) -> str:
    person = people.get(identity)
    return str((person and (person.student_id or person.instructor_id)) or identity)


def _named(person: Participant | None) -> dict[str, str]:
    if person is None:
        return {}
    ids = {"student_id": person.student_id, "instructor_id": person.instructor_id}
    return {name: str(key) for name, key in ids.items() if key}
