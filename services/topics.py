"""The order in which a course's topics are taught."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.course import Course, Topic
from models.repositories import entities, pages

_ALL = 10_000


async def move(db: AsyncSession, course_id: UUID, topic_id: UUID, by: int, now: datetime) -> None:
    """One place up (-1) or down (1); a topic that is at the end already stays. Those that count are not retired.

    The course is locked, so that two who move at once come after each other.
    """
    await entities.lock(db, Course, course_id)
    topics, _ = await pages.page(db, Topic, pages.Asked("position", _ALL, equal={"course_id": course_id}))
    ids = [topic.id for topic in topics]
    if topic_id not in ids:
        return
    here = ids.index(topic_id)
    there = min(max(here + by, 0), len(topics) - 1)
    topics.insert(there, topics.pop(here))
    for position, topic in enumerate(topics):
        if topic.position != position:
            entities.touch(topic, {"position": position}, now)
    await db.flush()
