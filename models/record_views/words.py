"""Views of the transcript and the documentation."""

from typing import Final

from models.record_views.definition import Column, RecordView, organization, uuid_of

C = Column
_SESSION = "The session."
_REVISION = "Which revision of the documentation; counts from 1."
_STATEMENTS = (
    "public.documentation_revision r"
    " cross join lateral jsonb_array_elements(r.statements) with ordinality as e(value, position)"
)

WORDS: Final = (
    RecordView(
        "utterances",
        "The transcript: one row per utterance of a participant.",
        "public.utterance u",
        "u.organization_id",
        ("utterance_id",),
        (
            organization("u.organization_id"),
            C("utterance_id", "uuid", "u.id", "Key of the utterance."),
            C("session_id", "uuid", "u.session_id", _SESSION),
            C("participant_id", "uuid", uuid_of("u.identity"), "Who spoke, by the audio track."),
            C("starts_at", "timestamp", "u.starts_at", "When it began."),
            C("ends_at", "timestamp", "u.ends_at", "When it ended."),
            C(
                "duration_seconds",
                "seconds",
                "extract(epoch from u.ends_at - u.starts_at)",
                "Length in seconds.",
            ),
            C("text", "text", "u.text", "The transcribed text."),
            C("word_count", "integer", "jsonb_array_length(u.words)", "Number of words with times."),
            C("language", "text", "u.language", "Detected language, ISO 639-1."),
            C("confidence", "number", "u.confidence", "Mean word probability, 0 to 1."),
            C("engine", "text", "u.engine", "The speech engine and its model."),
            C("track_sid", "text", "u.track_sid", "LiveKit's id of the audio track."),
        ),
        sort=("session_id", "starts_at", "utterance_id"),
    ),
    RecordView(
        "words",
        "The transcript word by word.",
        "public.utterance u"
        " cross join lateral jsonb_array_elements(u.words) with ordinality as e(value, position)",
        "u.organization_id",
        ("utterance_id", "position"),
        (
            organization("u.organization_id"),
            C("session_id", "uuid", "u.session_id", _SESSION),
            C("utterance_id", "uuid", "u.id", "The utterance."),
            C("position", "integer", "e.position", "Counts the words of the utterance from 1."),
            C(
                "starts_at",
                "timestamp",
                "u.starts_at + (e.value ->> 0)::float8 * interval '1 millisecond'",
                "When the word began.",
            ),
            C(
                "ends_at",
                "timestamp",
                "u.starts_at + (e.value ->> 1)::float8 * interval '1 millisecond'",
                "When the word ended.",
            ),
            C("text", "text", "e.value ->> 2", "The word."),
            C("probability", "number", "(e.value ->> 3)::float8", "Confidence of the speech engine, 0 to 1."),
        ),
        sort=("session_id", "utterance_id", "position"),
    ),
    RecordView(
        "chat_messages",
        "The chat: one row per message, those before a move of the class included.",
        "public.session_event e",
        "e.organization_id",
        ("session_id", "source_id"),
        (
            organization("e.organization_id"),
            C("session_id", "uuid", "e.session_id", _SESSION),
            C("source_id", "text", "e.source_id", "Key of the message within the session."),
            C("participant_id", "uuid", uuid_of("e.identity"), "Who wrote it; null: not a participant."),
            C("sent_at", "timestamp", "e.occurred_at", "When it was sent."),
            C("text", "text", "e.data ->> 'text'", "What was written."),
        ),
        where="e.kind = 'chat' and e.data ->> 'implausible_time' is null",
        sort=("session_id", "sent_at", "source_id"),
    ),
    RecordView(
        "documentation",
        "The documentation of each class: its current state.",
        "public.documentation d",
        "d.organization_id",
        ("session_id",),
        (
            organization("d.organization_id"),
            C("session_id", "uuid", "d.session_id", _SESSION),
            C("status", "text", "d.status", "draft, changes_requested or approved."),
            C("revision", "integer", "d.revision", "The current revision."),
            C(
                "changes_wanted",
                "text",
                "d.changes_wanted",
                "What the last request for changes asked for; may be empty.",
            ),
            C("approved_by", "text", "d.approved_by", "Id of who approved it; null: nobody yet."),
            C("approved_at", "timestamp", "d.approved_at", "When it was approved; null: not yet."),
        ),
    ),
    RecordView(
        "documentation_revisions",
        "Every revision of the documentation, the first draft included.",
        "public.documentation_revision r",
        "r.organization_id",
        ("session_id", "revision"),
        (
            organization("r.organization_id"),
            C("session_id", "uuid", "r.session_id", _SESSION),
            C("revision", "integer", "r.revision", _REVISION),
            C("author", "text", "r.author", "engine:<name>, or the id of who wrote it."),
            C("reason", "text", "r.reason", "Why it was revised; may be empty."),
            C("statement_count", "integer", "jsonb_array_length(r.statements)", "Number of its statements."),
            C("created_at", "timestamp", "r.created_at", "When it was written."),
        ),
    ),
    RecordView(
        "statements",
        "The statements of every revision; the view citations has the quotes that support each.",
        f"{_STATEMENTS} left join public.documentation d"
        " on d.organization_id = r.organization_id and d.session_id = r.session_id",
        "r.organization_id",
        ("session_id", "revision", "position"),
        (
            organization("r.organization_id"),
            C("session_id", "uuid", "r.session_id", _SESSION),
            C("revision", "integer", "r.revision", _REVISION),
            C("position", "integer", "e.position", "Position in the revision, from 1."),
            C(
                "is_current",
                "boolean",
                "coalesce(r.revision = d.revision, false)",
                "Whether this is the current revision.",
            ),
            C(
                "section",
                "text",
                "e.value ->> 'section'",
                "topics, practised, comprehension, homework or next_steps.",
            ),
            C("text", "text", "e.value ->> 'text'", "What it says."),
            C(
                "question",
                "text",
                "e.value ->> 'question'",
                "The question of a comprehension check; else null.",
            ),
            C(
                "answer",
                "text",
                "e.value ->> 'answer'",
                "The answer to a comprehension check; else null.",
            ),
            C(
                "outcome",
                "text",
                "e.value ->> 'outcome'",
                "The outcome of a comprehension check: correct, partly, incorrect, unanswered or unclear; else null.",
            ),
            C(
                "audience",
                "text",
                "coalesce(e.value #>> '{audience,kind}', 'staff')",
                "Who may read it besides staff: everybody (all families of the class), students (the families of those"
                " in audience_student_ids) or staff (nobody else).",
            ),
            C(
                "audience_student_ids",
                "texts",
                "array(select jsonb_array_elements_text(coalesce(e.value #> '{audience,students}', '[]')))",
                "The students whose families may read it; empty unless the audience is students.",
            ),
            C(
                "citation_count",
                "integer",
                "jsonb_array_length(coalesce(e.value -> 'citations', '[]'))",
                "Number of its citations.",
            ),
        ),
    ),
    RecordView(
        "citations",
        "The quotes from the transcript that support each statement.",
        f"{_STATEMENTS} cross join lateral"
        " jsonb_array_elements(coalesce(e.value -> 'citations', '[]')) with ordinality as q(value, position)",
        "r.organization_id",
        ("session_id", "revision", "statement_position", "position"),
        (
            organization("r.organization_id"),
            C("session_id", "uuid", "r.session_id", _SESSION),
            C("revision", "integer", "r.revision", _REVISION),
            C("statement_position", "integer", "e.position", "Position of the statement in the revision."),
            C("position", "integer", "q.position", "Position of the citation in the statement, from 1."),
            C("utterance_id", "uuid", "(q.value ->> 'utterance_id')::uuid", "The utterance."),
            C("quote", "text", "q.value ->> 'quote'", "The quote, verbatim from the utterance."),
        ),
    ),
)
