"""Every expected failure of Homeroom, drawn once.

    HomeroomError
    ├── InvalidInput            the caller must change the request
    │   ├── BookingInPast
    │   ├── RepeatedTime        a wall time that occurs twice because clocks go back
    │   ├── UnknownReference    names a course, topic, person… that this organization does not have
    │   ├── CursorInvalid       a cursor of another list, or of none
    │   ├── KeyReused           an Idempotency-Key that was sent with another request
    │   ├── FileRefused         a file that is not what it says, or that would not fit when unpacked
    │   ├── ProviderUnusable    an identity provider that cannot be signed in with as it is described
    │   └── MalformedEvent      an outside event that cannot be read
    ├── NotFound
    ├── Conflict                the request is sound, the world is in its way
    │   ├── DoubleBooked
    │   ├── InstructorUnavailable   a hard rule of scheduling; most can be set aside with a reason
    │   │   └── OrganizationClosed  the only rule that binds: the class would be on a closed day
    │   ├── TimeTaken           a time that a family chose, and that is free no more
    │   ├── TurnedLate          a cancellation that counts as late, which the family was not told
    │   ├── ClassNotOpen        the join link is good, the door is still shut
    │   ├── ClassLocked         the instructor lets nobody new in
    │   ├── TransitionRefused   the current state does not allow the command
    │   ├── InUse               others depend on it
    │   ├── FormReused          a form of a page that was sent before with other values
    │   ├── RequestInProgress   the same request is at work already
    │   └── StaleRevision       somebody changed it since the caller read it
    ├── StaleVersion            If-Match names a version that is not the present one
    ├── VersionRequired         a change has to name the version it was made from
    ├── Gone                    it was there, and is over
    │   ├── ClassEnded
    │   └── HoldEnded           held time that has expired, was released or is booked
    ├── RateLimited             too many requests
    ├── NotAuthenticated        nobody knows who asks
    ├── NotAllowed              who asks may not
    │   ├── LinkInvalid
    │   ├── LinkExpired
    │   │   └── LinkReplaced    a join link that was renewed since, or whose person has no part in the class any more
    │   ├── LinkUsed            a link that works once, and did
    │   ├── LinkForAnotherClass
    │   ├── RemovedFromClass    the instructor has removed this person
    │   ├── SignInRefused       the identity provider's answer lets nobody in
    │   └── SignatureInvalid
    ├── PayloadTooLarge
    ├── UnsupportedMedia        a body in a form that is not read here
    ├── Undeliverable           a message was refused for good
    ├── DraftingFailed          the drafting endpoint gave no usable answer
    └── Unavailable             an outside part does not answer now: the only branch worth a retry
        └── MailboxBusy         one reader's mailbox takes no mail now; others may

`code` is stable and public (problem+json type, Temporal failure type); `next_step` tells the reader what to do, in
general where whoever raises it knows no better.
"""

from collections.abc import Mapping
from typing import ClassVar


class HomeroomError(Exception):
    """Base of all expected failures. Never carries personal data: its text reaches logs and workflow histories.

    Only what services/clashes.py, services/instructor_rules.py and services/planning/cover.py name is made for the
    caller's answer alone.
    """

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    usual_step: ClassVar[str] = "Try again. If it keeps happening, contact whoever runs this server."

    def __init__(self, detail: str = "", *, next_step: str = "", **extra: str) -> None:
        """`extra` are further members for machine readers, such as `opens_at`."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.next_step = next_step or self.usual_step
        self.extra = extra


class InvalidInput(HomeroomError):
    code = "invalid-input"
    title = "The request isn't valid"
    usual_step = "Correct the request and send it again."


class BookingInPast(InvalidInput):
    code = "booking-in-past"
    title = "The class would start in the past"
    usual_step = "Choose a start time in the future."


class RepeatedTime(InvalidInput):
    """Its `extra` has both moments, `first` and `second`, as ISO 8601 with their offsets."""

    code = "repeated-time"
    title = "This time occurs twice on that day"
    usual_step = "Say which of the two you mean."


class UnknownReference(InvalidInput):
    code = "unknown-reference"
    title = "The request refers to something that doesn't exist"
    usual_step = "Check the ids."


class CursorInvalid(InvalidInput):
    code = "cursor-invalid"
    title = "This cursor doesn't belong to this list"
    usual_step = "Start over without a cursor, or keep `sort` unchanged."


class KeyReused(InvalidInput):
    code = "idempotency-key-reused"
    title = "This Idempotency-Key was already used for a different request"
    usual_step = "Use a new key for each new request."


class FileRefused(InvalidInput):
    code = "file-refused"
    title = "The file can't be accepted"
    usual_step = "Send an unmodified file of an allowed type."


class ProviderUnusable(InvalidInput):
    code = "identity-provider-unusable"
    title = "Nobody can sign in with this provider's configuration"
    usual_step = "Check the issuer: it is the address before `/.well-known/openid-configuration`."


class MalformedEvent(InvalidInput):
    code = "malformed-event"
    title = "The event can't be read"
    usual_step = "Send the event unmodified."


class NotFound(HomeroomError):
    code = "not-found"
    title = "Not found"
    usual_step = "Check the id."


class Conflict(HomeroomError):
    code = "conflict"
    title = "The request conflicts with the current state"
    usual_step = "Check the current state, then try again."


class DoubleBooked(Conflict):
    """Its `extra` has the ids of a person and of the class they are in: `clashing_person_id`, `clashing_session_id`.

    And its time: `clashing_starts_at`, `clashing_ends_at`. For time that is held for another booking it has
    `clashing_hold_id` and `clashing_hold_expires_at` instead of the class. services/clashes.py names them.
    """

    code = "double-booked"
    title = "Someone would be in two classes at once"
    usual_step = "Choose another time, or cancel the other class first."


class InstructorUnavailable(Conflict):
    """Its `extra` has the rules that bind, with commas between, and the instructor's id: `rules`, `instructor_id`.

    The ids of students whom a rule is about are in `closed_to` and `kept_apart`. services/instructor_rules.py names
    all of them to the caller.
    """

    code = "instructor-unavailable"
    title = "A scheduling rule refuses this class"
    usual_step = "Choose another time or instructor, or give an override reason to book anyway."


class OrganizationClosed(InstructorUnavailable):
    """A class would be on a closed day, and nothing else is in its way; a reason books it anyway."""

    code = "organization-closed"
    title = "The organization is closed at that time"
    usual_step = "Choose another day, or give an override reason to book anyway."


class TimeTaken(Conflict):
    """The chosen time is not free any more, or never was."""

    code = "time-taken"
    title = "This time isn't free any more"
    usual_step = "Choose another time."


class TurnedLate(Conflict):
    """Between the page and the cancellation it became late, which the family has not been told."""

    code = "turned-late"
    title = "Cancelling this class counts as late by now"
    usual_step = "Read what it means, then confirm again."


class ClassNotOpen(Conflict):
    code = "class-not-open"
    title = "The class is not open yet"
    usual_step = "Come back when the class opens."


class ClassLocked(Conflict):
    code = "class-locked"
    title = "The class is locked"
    usual_step = "Wait until the instructor opens it again."


class TransitionRefused(Conflict):
    code = "transition-refused"
    title = "The current state does not allow this"
    usual_step = "Look at the current state first."


class InUse(Conflict):
    code = "in-use"
    title = "It is still in use"
    usual_step = "Change what depends on it first."


class FormReused(Conflict):
    code = "form-reused"
    title = "This form was already sent with other values"
    usual_step = "What was saved the first time stays. Open the form again to add something else."


class RequestInProgress(Conflict):
    code = "request-in-progress"
    title = "The same request is already in progress"
    usual_step = "Retry in a moment with the same key."


class StaleRevision(Conflict):
    code = "stale-revision"
    title = "It was changed since you read it"
    usual_step = "Read the current revision and make your change again."


class StaleVersion(HomeroomError):
    code = "stale-version"
    title = "It was changed since you read it"
    usual_step = "Read it again, redo the change, and send the new ETag."


class VersionRequired(HomeroomError):
    code = "version-required"
    title = "The version is missing"
    usual_step = "Send the ETag of your last read as `If-Match`."


class RateLimited(HomeroomError):
    code = "rate-limited"
    title = "Too many requests"
    usual_step = "Wait for the time in Retry-After."


class Gone(HomeroomError):
    code = "gone"
    title = "It is over"
    usual_step = "Check for a newer one."


class ClassEnded(Gone):
    code = "class-ended"
    title = "The class has ended"
    usual_step = "Your next class has its own link."


class HoldEnded(Gone):
    code = "hold-ended"
    title = "The time is no longer held"
    usual_step = "Hold it again, or book without a hold."


class NotAuthenticated(HomeroomError):
    code = "not-authenticated"
    title = "You're not signed in"
    usual_step = "Send the header `Authorization: Bearer <key>`."


class NotAllowed(HomeroomError):
    code = "not-allowed"
    title = "You don't have access"
    usual_step = "Ask whoever gave you access."


class LinkInvalid(NotAllowed):
    code = "link-invalid"
    title = "This link is not valid"
    usual_step = "Ask whoever sent it for a new link."


class LinkExpired(NotAllowed):
    code = "link-expired"
    title = "This link has expired"
    usual_step = "Ask whoever sent it for a new link."


class LinkReplaced(LinkExpired):
    code = "link-replaced"
    title = "This link has been replaced"
    usual_step = "Use the link in your newest message, or ask your school for it."


class LinkUsed(NotAllowed):
    code = "link-used"
    title = "This link has already been used"
    usual_step = (
        "Request a new link. If it wasn't you who used this one, sign in and choose “Sign out everywhere”."
    )


class LinkForAnotherClass(NotAllowed):
    code = "link-for-another-class"
    title = "This link belongs to another class"
    usual_step = "Use the link for this class, or ask for one."


class RemovedFromClass(NotAllowed):
    code = "removed-from-class"
    title = "You were removed from this class"
    usual_step = "If this is a mistake, contact your school."


class SignInRefused(NotAllowed):
    code = "sign-in-refused"
    title = "Sign-in failed"
    usual_step = "Start again on the sign-in page. If it keeps failing, ask an admin of your organization."


class SignatureInvalid(NotAllowed):
    code = "signature-invalid"
    title = "The signature does not match the content"
    usual_step = "Sign the exact body you send, with a key the server knows."


class PayloadTooLarge(HomeroomError):
    code = "payload-too-large"
    title = "The request is too large"
    usual_step = "Send less, or split it into several requests."


class UnsupportedMedia(HomeroomError):
    code = "unsupported-media"
    title = "This media type isn't supported"
    usual_step = "Use a media type listed in the API description."


class Undeliverable(HomeroomError):
    code = "undeliverable"
    title = "The message was refused"
    usual_step = "Check the address."


class DraftingFailed(HomeroomError):
    code = "drafting-failed"
    title = "The drafting endpoint returned no usable answer"
    usual_step = "Check the drafting endpoint and its model."


class Unavailable(HomeroomError):
    code = "unavailable"
    title = "Part of the system isn't responding"
    usual_step = "Try again in a minute."


class MailboxBusy(Unavailable):
    code = "mailbox-busy"
    title = "The mailbox isn't accepting mail right now"


def _tree(base: type[HomeroomError]) -> dict[str, type[HomeroomError]]:
    found = {base.code: base}
    for child in base.__subclasses__():
        found |= _tree(child)
    return found


def as_stored(error: HomeroomError) -> dict[str, str]:
    """An error as values that are kept; `from_stored` makes it again."""
    return {"code": error.code, "detail": error.detail, "next_step": error.next_step} | error.extra


def from_stored(stored: Mapping[str, str]) -> HomeroomError:
    """The error that `as_stored` gave."""
    extra = dict(stored)
    code, detail, next_step = (extra.pop(name, "") for name in ("code", "detail", "next_step"))
    return by_code(code)(detail, next_step=next_step, **extra)


def by_code(code: str | None) -> type[HomeroomError]:
    """The class a stable code stands for, to make an error again on the other side of a wire."""
    return _tree(HomeroomError).get(code or "", HomeroomError)
