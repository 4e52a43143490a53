"""Reorders the topics of a course."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.course import Course, Topic
from models.repositories import entities, pages

_MAX_TOPICS = 10_000


async def move(db: AsyncSession, course_id: UUID, topic_id: UUID, offset: int, now: datetime) -> None:
    """Move a topic up (-1) or down (1) among the topics in use; at either end it stays.

    The course is locked, so that moves made at the same time run one after the other.
    """
    await entities.lock(db, Course, course_id)
    topics, _ = await pages.page(
        db, Topic, pages.PageRequest("position", _MAX_TOPICS, equal={"course_id": course_id})
    )
    ids = [topic.id for topic in topics]
    if topic_id not in ids:
        return
    index = ids.index(topic_id)
    new_index = min(max(index + offset, 0), len(topics) - 1)
    topics.insert(new_index, topics.pop(index))
    for position, topic in enumerate(topics):
        if topic.position != position:
            entities.touch(topic, {"position": position}, now)
    await db.flush()
