"""Sends the messages about a class."""

from collections.abc import Sequence

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import ProgressWriter
from models.notice import WITHDRAWN, Notice
from services.notices import ClassNotice, ClassNotices
from workflows.contracts.notices import NoticeInput, NoticeResult, Notices


class NoticeActivities(Notices):
    def __init__(self, progress: ProgressWriter, notices: ClassNotices) -> None:
        self._progress = progress
        self._notices = notices

    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        ref = notice.session
        message = ClassNotice(
            ref.organization_id,
            ref.session_id,
            notice.kind,
            notice.occasion,
            notice.starts_at,
            notice.student_ids,
            notice.act_id,
        )
        async with self._progress.step(notice) as note:
            async with heartbeats():
                result = _result(await self._notices.send(message))
            note.text = f"{result.sent} sent" + (
                f", {result.held} held in quiet hours" if result.held else ""
            )
            note.text += f", {result.gathered} with other classes" if result.gathered else ""
            note.done = not result.held
        return result


def _result(after: Sequence[Notice]) -> NoticeResult:
    held = [message.send_after for message in after if message.waits and message.is_sent_by_itself]
    return NoticeResult(
        prepared=len(after),
        sent=sum(message.sent_at is not None for message in after),
        undeliverable=sum(m.failed_at is not None and m.error != WITHDRAWN for m in after),
        held=len(held),
        held_until=min(held, default=None),
        gathered=sum(message.waits and not message.is_sent_by_itself for message in after),
    )
