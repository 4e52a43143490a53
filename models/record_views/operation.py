"""Views of operations: timelines, notices, exception cases and audio segments."""

from typing import Final

from models.record_views.definition import Column, RecordView, organization, uuid_of

C = Column
_SESSION = "The session."
_SUBJECT = "session, guardian, student, instructor, member, course, series, report or organization."
_SESSION_IF_ANY = "The session it is about; null: it is about something else."


def _about(alias: str) -> tuple[Column, ...]:
    return (
        C("subject_kind", "text", f"{alias}.subject_kind", f"What it is about: {_SUBJECT}"),
        C("subject_id", "uuid", f"{alias}.subject_id", "Key of what it is about."),
        C("session_id", "uuid", f"{alias}.session_id", _SESSION_IF_ANY),
    )


OPERATION: Final = (
    RecordView(
        "timeline",
        "The steps of each session with planned and actual times.",
        "public.timeline t",
        "t.organization_id",
        ("session_id", "step", "occasion"),
        (
            organization("t.organization_id"),
            C("session_id", "uuid", "t.session_id", _SESSION),
            C(
                "step",
                "text",
                "t.step",
                "Which step: booking, confirmation, reminder and so on to next_briefing.",
            ),
            C(
                "occasion",
                "text",
                "t.occasion",
                "Distinguishes repetitions of a step; empty where there is only one.",
            ),
            C("position", "integer", "t.position", "Position in the timeline."),
            C("outcome", "text", "t.outcome", "planned, running, done, skipped, failed or cancelled."),
            C(
                "planned_at",
                "timestamp",
                "t.planned_at",
                "Planned time; null: right after the step before.",
            ),
            C("started_at", "timestamp", "t.started_at", "When it began."),
            C("finished_at", "timestamp", "t.finished_at", "When it ended."),
            C("note", "text", "t.note", "Counts, states and codes; may be empty."),
        ),
        sort=("session_id", "position", "step", "occasion"),
    ),
    RecordView(
        "notices",
        "Every message to a person, with its delivery; without the text and without the address.",
        "public.notice n",
        "n.organization_id",
        ("notice_id",),
        (
            organization("n.organization_id"),
            C("notice_id", "uuid", "n.id", "Key of the notice."),
            *_about("n"),
            C("kind", "text", "n.kind", "confirmation, reminder, briefing, absence, summary and so on."),
            C(
                "recipient_kind",
                "text",
                "n.recipient_kind",
                "guardian, student, instructor, member or organization.",
            ),
            C("recipient_id", "uuid", "n.recipient_id", "Key of the recipient."),
            C("subject", "text", "n.subject", "Subject line."),
            C(
                "state",
                "text",
                "case when n.sent_at is not null then 'sent' when n.failed_at is null then 'waiting'"
                " when n.error = 'withdrawn' then 'withdrawn' else 'failed' end",
                "waiting, sent, failed or withdrawn.",
            ),
            C(
                "class_starts_at",
                "timestamp",
                "n.class_starts_at",
                "Start of the class when the notice was written; null: it is about no class.",
            ),
            C("created_at", "timestamp", "n.created_at", "When it was written."),
            C(
                "send_after",
                "timestamp",
                "n.send_after",
                "Earliest time of sending: later than created_at in quiet hours.",
            ),
            C("sent_at", "timestamp", "n.sent_at", "When the mail server accepted it; null: not sent."),
            C("failed_at", "timestamp", "n.failed_at", "When it was given up; null: not given up."),
            C("attempts", "integer", "n.attempts", "Number of attempts to send it."),
        ),
        sort=("session_id", "created_at", "notice_id"),
    ),
    RecordView(
        "exceptions",
        "Exception cases: what went wrong, who owns it, when it is due, and whether it is resolved.",
        "public.exception_case x",
        "x.organization_id",
        ("exception_id",),
        (
            organization("x.organization_id"),
            C("exception_id", "uuid", "x.id", "Key of the case."),
            *_about("x"),
            C("kind", "text", "x.kind", "What went wrong, for instance recording_gap."),
            C(
                "occasion",
                "text",
                "x.occasion",
                "Distinguishes cases of one kind and subject; may be empty.",
            ),
            C("severity", "text", "x.severity", "low, normal, high or critical."),
            C("owner", "text", "x.owner", "The role that has to deal with it."),
            C("queue", "text", "x.queue", "The team that has to deal with it."),
            C(
                "state",
                "text",
                "x.state",
                "open, acknowledged, in_progress, snoozed, resolved or self_resolved.",
            ),
            C("opened_at", "timestamp", "x.opened_at", "When it was opened."),
            C("acknowledge_due_at", "timestamp", "x.acknowledge_due_at", "When it should be acknowledged."),
            C("acknowledged_at", "timestamp", "x.acknowledged_at", "When it was; null: not yet."),
            C("acknowledged_by", "text", "x.acknowledged_by", "Id of who acknowledged it; empty: not yet."),
            C("snooze_ends_at", "timestamp", "x.snoozed_until", "When it comes back; null: not snoozed."),
            C("due_at", "timestamp", "x.due_at", "When it should be resolved."),
            C("resolved_at", "timestamp", "x.resolved_at", "When it was resolved; null: not yet."),
            C("assignee", "text", "x.assignee", "Id of who works on it; empty: nobody yet."),
            C("resolution", "text", "x.resolution", "How it was resolved; may be empty."),
            C("resolved_by", "text", "x.resolved_by", "Id of who resolved it; empty: not yet."),
            C("level", "integer", "x.level", "How often it was escalated."),
            C("incident_id", "uuid", "x.incident_id", "Key of its incident; null: it belongs to none."),
            C("detail", "text", "x.detail", "Codes, counts and ids, as a JSON object."),
            C("evidence", "text", "x.evidence", "What shows that it happened, as a JSON list."),
        ),
        sort=("session_id", "opened_at", "exception_id"),
    ),
    RecordView(
        "exception_history",
        "What happened to each exception, in order: who did what, what was tried, who was told.",
        "public.case_entry e",
        "e.organization_id",
        ("entry_id",),
        (
            organization("e.organization_id"),
            C("entry_id", "uuid", "e.id", "Key of the entry."),
            C("exception_id", "uuid", "e.case_id", "Key of the exception."),
            C("happened_at", "timestamp", "e.happened_at", "When it happened."),
            C("by", "text", "e.by", "Id of who did it; homeroom: it happened by itself."),
            C("kind", "text", "e.kind", "opened, told, acknowledged, tried, resolved and so on."),
            C("text", "text", "e.text", "A comment or a resolution; may be empty."),
            C("detail", "text", "e.detail", "Codes, counts and ids, as a JSON object."),
        ),
        sort=("exception_id", "happened_at", "entry_id"),
    ),
    RecordView(
        "audio_segments",
        "What was recorded: one row per stored piece of one participant's audio.",
        "public.audio_segment a",
        "a.organization_id",
        ("segment_key",),
        (
            organization("a.organization_id"),
            C("segment_key", "text", "a.key", "Key in the object store."),
            C("session_id", "uuid", "a.session_id", _SESSION),
            C("participant_id", "uuid", uuid_of("a.identity"), "Whose audio it is."),
            C("track_sid", "text", "a.track_sid", "LiveKit's id of the audio track."),
            C("sequence", "integer", "a.seq", "Counts the segments of one track and recorder."),
            C("started_at", "timestamp", "a.started_at", "Time of its first sample."),
            C(
                "duration_seconds",
                "seconds",
                "a.samples::float8 / nullif(a.sample_rate, 0)",
                "Length in seconds.",
            ),
            C("sample_rate_hz", "integer", "a.sample_rate", "Samples per second."),
            C("codec", "text", "a.codec", "How it is encoded."),
            C("size_bytes", "integer", "a.size", "Size of the stored object in bytes."),
            C("sha256", "text", "a.sha256", "Checksum of the stored object, hexadecimal."),
            C(
                "is_transcribed",
                "boolean",
                "a.transcribed",
                "Whether all speech that begins in it is in the transcript.",
            ),
        ),
        sort=("session_id", "started_at", "segment_key"),
    ),
)
