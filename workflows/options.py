"""Every time-out and retry policy of the activities, in one table.

`start_to_close` bounds one attempt, `schedule_to_close` all attempts together: when it is over, the step has failed,
an exception case is opened and the session goes on. Activities mark the errors that must not be retried, in
activities/failures.py.
"""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType


class ActivityOptions(TypedDict, total=False):
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType


class LocalActivityOptions(TypedDict, total=False):
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


def _s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


_QUICK = RetryPolicy(initial_interval=_s(0.5), backoff_coefficient=2, maximum_interval=_s(10))
_PATIENT = RetryPolicy(initial_interval=_s(1), backoff_coefficient=2, maximum_interval=_s(60))
_AT_ONCE = RetryPolicy(initial_interval=_s(1), backoff_coefficient=1, maximum_interval=_s(1))

# The local attempt of workflows/local_first.py. After a retryable error the step becomes a regular activity with one of
# the options below.
LOCAL_ATTEMPT = LocalActivityOptions(
    start_to_close_timeout=_s(5),
    schedule_to_close_timeout=_s(5),
    retry_policy=RetryPolicy(maximum_attempts=1),
)
# One transaction. The caller of an update waits for it.
DATABASE = ActivityOptions(
    start_to_close_timeout=_s(15), schedule_to_close_timeout=timedelta(minutes=2), retry_policy=_QUICK
)
# Rows that a session needs: retried until the database is back.
DURABLE_RECORD = ActivityOptions(
    start_to_close_timeout=_s(60), schedule_to_close_timeout=timedelta(days=2), retry_policy=_PATIENT
)
# A batch of bookings and changes, each of which waits for the workflow of its class.
SERIES = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=_s(10),
    schedule_to_close_timeout=timedelta(days=2),
    retry_policy=_PATIENT,
)
# The time of a plan's assignments, in batches. The holds live longer than all attempts together.
HOLDS = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=30),
    heartbeat_timeout=_s(60),
    schedule_to_close_timeout=timedelta(hours=2),
    retry_policy=_PATIENT,
)
# The engine, which says every second how good its plan is; a lost worker is noticed by its silence.
PLANNING = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=30),
    heartbeat_timeout=_s(30),
    schedule_to_close_timeout=timedelta(hours=6),
    retry_policy=_PATIENT,
)
# A class without a room is lost, so opening it is retried for as long as a class lasts.
ROOM = ActivityOptions(
    start_to_close_timeout=_s(20), schedule_to_close_timeout=timedelta(hours=1), retry_policy=_QUICK
)
# A mail server that is down comes back; a message that is later than this is of no use.
NOTICES = ActivityOptions(
    start_to_close_timeout=_s(120),
    heartbeat_timeout=_s(10),
    schedule_to_close_timeout=timedelta(hours=4),
    retry_policy=_PATIENT,
)
# What is left undone in this time is done by the next run.
HOUSEKEEPING = ActivityOptions(
    start_to_close_timeout=_s(60), schedule_to_close_timeout=timedelta(minutes=10), retry_policy=_PATIENT
)
# Outside servers, a few at a time; what is left is read by the next run.
CALENDARS = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=25),
    schedule_to_close_timeout=timedelta(minutes=25),
    retry_policy=_PATIENT,
)
# A lost capture worker is noticed after `heartbeat` and replaced at once.
CAPTURE = ActivityOptions(
    start_to_close_timeout=timedelta(hours=13),
    heartbeat_timeout=_s(5),
    retry_policy=_AT_ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
TRANSCRIPTION = ActivityOptions(
    start_to_close_timeout=timedelta(hours=24),
    heartbeat_timeout=_s(60),
    retry_policy=RetryPolicy(
        initial_interval=_s(1), backoff_coefficient=2, maximum_interval=_s(60), maximum_attempts=120
    ),
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
DRAFTING = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=_s(30),
    schedule_to_close_timeout=timedelta(hours=2),
    retry_policy=_PATIENT,
)
# A watch runs for an hour, then the workflow starts the next. One that dies is noticed soon enough for the next to open
# the case of a class that is not recorded within 15 s of whatever died (docs/adr/0038).
WATCH = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=70),
    heartbeat_timeout=_s(10),
    retry_policy=_AT_ONCE,
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)

# From the room's closing to the recorder's last segment: a class is documented with all its audio, so it waits for a
# store that takes none.
CAPTURE_DRAIN = timedelta(hours=6)
TRANSCRIPT_DRAIN = timedelta(hours=6)  # from the recorder's last segment to the last word


def delivery(within: timedelta) -> ActivityOptions:
    """Options for one notice that somebody waits for: retried after about 1, 4, 12 and 43 s, then every minute.

    A lost worker is noticed after the heartbeat time-out, not after the minutes that a slow mail server may take.
    """
    policy = RetryPolicy(initial_interval=_s(1), backoff_coefficient=3.5, maximum_interval=_s(60))
    return ActivityOptions(
        start_to_close_timeout=_s(120),
        heartbeat_timeout=_s(10),
        schedule_to_close_timeout=within,
        retry_policy=policy,
    )
