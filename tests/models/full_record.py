"""An organization whose record has a row in every view, with texts that are hard to encode."""

from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from models.database import Database
from tests.models.rows import Tenant, make_tenant
from tests.stack import DatabaseUrls

HARD = "Zoë said: \"¿½?\"\n<script>alert(1)</script>, 👩🏽‍🏫\t\\N =1+1; 'x' الدرس"
LINES = "first\r\nsecond, with a comma\n\nfourth"

_CONNECTION = {
    "sid": "PA_1",
    "joined_at": "2030-03-04T12:00:01.250000+00:00",
    "joined_by": "announced",
    "left_at": None,
    "left_by": "none",
    "reason": None,
}
_ENGAGEMENT = {
    "talk_seconds": 61.5,
    "talk_share": 0.25,
    "chat_messages": 2,
    "hand_raises": 1,
    "microphone_seconds": 1800.0,
    "camera_seconds": 0.0,
    "worst_quality": "poor",
    "mean_quality": 2.5,
    "concealed_ratio": None,
    "audio_only_seconds": 0.0,
}


async def make_record(database: Database, urls: DatabaseUrls) -> Tenant:
    tenant = await make_tenant(database)
    utterance = tenant["utterance"]["id"]
    statement = {
        "section": "comprehension",
        "text": HARD,
        "question": LINES,
        "answer": "¾",
        "outcome": "partly",
        "citations": [{"utterance_id": str(utterance), "quote": HARD}] * 2,
    }
    plain: dict[str, Any] = {"section": "topics", "text": "Fractions", "citations": []}
    changes: dict[str, dict[str, Any]] = {
        "organization": {"name": HARD},
        "student": {"name": HARD, "external_id": LINES},
        "guardian": {"quiet_until": None},
        "instructor": {
            "certificates": Jsonb(
                [{"name": HARD, "number": "1", "issued_on": "2030-01-01", "expires_on": "2031-01-01"}]
            ),
            "background_checks": Jsonb([{"kind": HARD, "valid_until": "2031-01-01"}]),
            "consents": Jsonb([HARD]),
        },
        "session": {
            "completeness": Jsonb({"have": ["briefing"], "missing": ["summary", HARD], "share": 0.5})
        },
        "attendance": {
            "connections": Jsonb(
                [_CONNECTION, {**_CONNECTION, "sid": "PA_2", "left_at": _CONNECTION["joined_at"]}]
            ),
            "engagement": Jsonb(_ENGAGEMENT),
        },
        "utterance": {
            "text": HARD,
            "identity": str(tenant["participant"]["id"]),
            "words": Jsonb([[0, 250, "Zoë", 0.9], [250, 1250, HARD, 1]]),
        },
        "documentation_revision": {"statements": Jsonb([statement, plain])},
        "exception_case": {"detail": Jsonb({"step": "capture", "text": HARD})},
        "audio_segment": {"identity": "capture-nobody"},
        "telemetry_minute": {"kind": "quality", "source": "webhook", "scores": 1, "score_sum": 2},
        "session_event": {
            "kind": "chat",
            "identity": str(tenant["participant"]["id"]),
            "data": Jsonb({"message_id": "1", "text": HARD}),
        },
    }
    with psycopg.connect(urls.superuser) as connection:
        for table, values in changes.items():
            scope = "id" if table == "organization" else "organization_id"
            named = ", ".join(f"{name} = %s" for name in values)
            connection.execute(
                f"update {table} set {named} where {scope} = %s",
                [*values.values(), tenant.id],
            )
    return tenant


def new_role() -> str:
    """Roles belong to the whole server."""
    return f"reader_test_{uuid4().hex[:12]}"
