"""The longer briefing of who takes over a class: more classes of the course, the files, and who planned it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models.people import Instructor
from models.repositories import class_files, documents, entities, substitutions
from models.session import Session
from reports.briefings import for_substitute

_CLASSES = 5  # of the course, the last one included


async def with_history(db: AsyncSession, session: Session, briefing: dict[str, Any]) -> dict[str, Any]:
    """The briefing of a class, made longer if its instructor has taken it over from somebody."""
    search = await substitutions.taken_over(db, session.id, session.instructor_id)
    if search is None:
        return briefing
    absent = await entities.get(db, Instructor, search.absent_instructor_id)
    files = (await class_files.of_sessions(db, [session.id])).get(session.id, [])
    known = await documents.latest_briefings(db, session.course_id, _CLASSES)
    names = [file.name for file in files]
    return for_substitute(briefing, in_place_of=absent.name, earlier=known[1:], files=names)
