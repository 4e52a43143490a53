"""Views of the classes: sessions, participants, attendance and engagement."""

from typing import Final

from models.record_views.definition import Column, RecordView, organization

C = Column
_SESSION = "The session."
_PARTICIPANT = "The participant: this person in this session."
_OF = "join public.participant p on p.organization_id = a.organization_id and p.id = a.participant_id"

CLASSES: Final = (
    RecordView(
        "sessions",
        "One row per class meeting.",
        "public.session s",
        "s.organization_id",
        ("session_id",),
        (
            organization("s.organization_id"),
            C("session_id", "uuid", "s.id", "Key of the session."),
            C("region", "text", "s.region", "The region it runs in."),
            C("course_id", "uuid", "s.course_id", "The course."),
            C("instructor_id", "uuid", "s.instructor_id", "Who teaches it."),
            C("title", "text", "s.title", "Title of the class."),
            C("starts_at", "timestamp", "s.starts_at", "Planned start."),
            C("ends_at", "timestamp", "s.ends_at", "Planned end."),
            C(
                "planned_seconds",
                "seconds",
                "extract(epoch from s.ends_at - s.starts_at)",
                "Planned length in seconds.",
            ),
            C("time_zone", "text", "s.time_zone", "IANA time zone the class is planned in."),
            C("state", "text", "s.state", "State of the session; docs/operating.md explains the states."),
            C("outcome", "text", "s.outcome", "held, not_held or cancelled; null until the class is over."),
            C("opened_at", "timestamp", "s.opened_at", "When the room opened."),
            C(
                "live_at",
                "timestamp",
                "s.live_at",
                "When the class began: an instructor had joined.",
            ),
            C("ended_at", "timestamp", "s.ended_at", "Actual end of the class."),
            C("closed_at", "timestamp", "s.closed_at", "When its record was filed and the session closed."),
            C(
                "completeness_share",
                "number",
                "(s.completeness ->> 'share')::float8",
                "Share of the expected parts of the record that exist, 0 to 1; null if no class was held.",
            ),
            C(
                "missing_parts",
                "texts",
                "case when jsonb_typeof(s.completeness -> 'missing') = 'array'"
                " then array(select jsonb_array_elements_text(s.completeness -> 'missing')) end",
                "Expected parts of the record that are missing; null until it is filed.",
            ),
            C(
                "external_id",
                "text",
                "s.external_id",
                "Its id in your own system; null: none was given.",
            ),
            C("created_at", "timestamp", "s.created_at", "When it was booked."),
        ),
        sort=("starts_at", "session_id"),
    ),
    RecordView(
        "session_topics",
        "Which topics a session plans to cover.",
        "public.session_topic st",
        "st.organization_id",
        ("session_id", "topic_id"),
        (
            organization("st.organization_id"),
            C("session_id", "uuid", "st.session_id", _SESSION),
            C("topic_id", "uuid", "st.topic_id", "The topic."),
        ),
    ),
    RecordView(
        "participants",
        "People in sessions: one row per person and session.",
        "public.participant p",
        "p.organization_id",
        ("participant_id",),
        (
            organization("p.organization_id"),
            C("participant_id", "uuid", "p.id", "Key of this person in this session."),
            C("session_id", "uuid", "p.session_id", _SESSION),
            C("role", "text", "p.role", "instructor, student or observer."),
            C("student_id", "uuid", "p.student_id", "The student; null for others."),
            C("instructor_id", "uuid", "p.instructor_id", "The instructor; null for others."),
            C("name", "text", "p.name", "The name as shown in class."),
            C(
                "credentialed_at",
                "timestamp",
                "p.credentialed_at",
                "When the join link began to give credentials.",
            ),
        ),
        sort=("session_id", "participant_id"),
    ),
    RecordView(
        "attendance",
        "Who attended and how long, filed when the class is over: one row per participant, absent ones included.",
        f"public.attendance a {_OF}",
        "a.organization_id",
        ("participant_id",),
        (
            organization("a.organization_id"),
            C("session_id", "uuid", "a.session_id", _SESSION),
            C("participant_id", "uuid", "a.participant_id", _PARTICIPANT),
            C("role", "text", "p.role", "instructor, student or observer."),
            C("student_id", "uuid", "p.student_id", "The student; null for others."),
            C(
                "attended_seconds",
                "seconds",
                "a.seconds",
                "Time in the room in seconds, overlaps counted once; 0: never came, or left at once.",
            ),
            C(
                "first_joined_at",
                "timestamp",
                "a.first_joined_at",
                "First moment in the room; null: never came.",
            ),
            C("last_left_at", "timestamp", "a.last_left_at", "Last moment in the room."),
            C(
                "reconnects",
                "integer",
                "a.reconnects",
                "How often the person came back after a lost connection.",
            ),
            C(
                "excused",
                "boolean",
                "a.first_joined_at is null and coalesce(p.cannot_come_for = (select s.starts_at from public.session s"
                " where s.organization_id = a.organization_id and s.id = a.session_id), false)",
                "Whether the family said before the class that the person cannot come, and nobody came.",
            ),
        ),
        sort=("session_id", "participant_id"),
    ),
    RecordView(
        "connections",
        "The connections that attendance is folded from: one row per LiveKit connection.",
        "public.attendance a"
        " cross join lateral jsonb_array_elements(a.connections) with ordinality as e(value, position)",
        "a.organization_id",
        ("participant_id", "position"),
        (
            organization("a.organization_id"),
            C("session_id", "uuid", "a.session_id", _SESSION),
            C("participant_id", "uuid", "a.participant_id", _PARTICIPANT),
            C("position", "integer", "e.position", "Counts the person's connections in the session from 1."),
            C("connection_sid", "text", "e.value ->> 'sid'", "LiveKit's id of the connection."),
            C("joined_at", "timestamp", "(e.value ->> 'joined_at')::timestamptz", "When it began."),
            C(
                "joined_by",
                "text",
                "e.value ->> 'joined_by'",
                "Source of the beginning: announced (by LiveKit), observed or inferred.",
            ),
            C(
                "left_at",
                "timestamp",
                "(e.value ->> 'left_at')::timestamptz",
                "When it ended; null: open when filed.",
            ),
            C(
                "left_by",
                "text",
                "e.value ->> 'left_by'",
                "Source of the end: announced, observed, inferred or none.",
            ),
            C(
                "reason",
                "text",
                "e.value ->> 'reason'",
                "Why it ended, as reported by LiveKit; null: not reported.",
            ),
            C(
                "disputed",
                "boolean",
                "coalesce((e.value ->> 'disputed')::boolean, false)",
                "Whether LiveKit says that it never became active, while other evidence shows that it did.",
            ),
        ),
        sort=("session_id", "participant_id", "position"),
    ),
    RecordView(
        "engagement",
        "What each participant observably did, never what they felt; null where nothing was observed.",
        f"public.attendance a {_OF}",
        "a.organization_id",
        ("participant_id",),
        (
            organization("a.organization_id"),
            C("session_id", "uuid", "a.session_id", _SESSION),
            C("participant_id", "uuid", "a.participant_id", _PARTICIPANT),
            C("role", "text", "p.role", "instructor, student or observer."),
            C("student_id", "uuid", "p.student_id", "The student; null for others."),
            C(
                "talk_seconds",
                "seconds",
                "(a.engagement ->> 'talk_seconds')::float8",
                "Voiced seconds, pauses not counted.",
            ),
            C(
                "talk_share",
                "number",
                "(a.engagement ->> 'talk_share')::float8",
                "Share of all talking in the class, 0 to 1.",
            ),
            C(
                "chat_messages",
                "integer",
                "(a.engagement ->> 'chat_messages')::int8",
                "Chat messages written.",
            ),
            C(
                "hand_raises",
                "integer",
                "(a.engagement ->> 'hand_raises')::int8",
                "How often the hand went up.",
            ),
            C(
                "microphone_seconds",
                "seconds",
                "(a.engagement ->> 'microphone_seconds')::float8",
                "Seconds in which the microphone was on.",
            ),
            C(
                "camera_seconds",
                "seconds",
                "(a.engagement ->> 'camera_seconds')::float8",
                "Seconds in which the camera was on.",
            ),
            C(
                "worst_quality",
                "text",
                "a.engagement ->> 'worst_quality'",
                "Worst connection quality: lost, poor, good or excellent; null: not reported.",
            ),
            C(
                "mean_quality",
                "number",
                "(a.engagement ->> 'mean_quality')::float8",
                "Mean connection quality over time: 0 lost, 1 poor, 2 good, 3 excellent; null: not reported.",
            ),
            C(
                "concealed_ratio",
                "number",
                "(a.engagement ->> 'concealed_ratio')::float8",
                "Share of the person's audio that had to be concealed, 0 to 1; null: not measured.",
            ),
            C(
                "audio_only_seconds",
                "seconds",
                "(a.engagement ->> 'audio_only_seconds')::float8",
                "Seconds in which video was dropped so that audio stayed clear.",
            ),
        ),
        sort=("session_id", "participant_id"),
    ),
)
