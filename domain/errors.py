"""Every expected failure of Homeroom, drawn once.

    HomeroomError
    ├── InvalidInput            the caller must change the request
    │   ├── BookingInPast
    │   ├── UnknownReference    names a course, topic, person… that this organization does not have
    │   ├── CursorInvalid       a cursor of another list, or of none
    │   ├── KeyReused           an Idempotency-Key that was sent with another request
    │   ├── FileRefused         a file that is not what it says, or that would not fit when unpacked
    │   ├── ProviderUnusable    an identity provider that cannot be signed in with as it is described
    │   └── MalformedEvent      an outside event that cannot be read
    ├── NotFound
    ├── Conflict                the request is sound, the world is in its way
    │   ├── DoubleBooked
    │   ├── ClassNotOpen        the join link is good, the door is still shut
    │   ├── TransitionRefused   the session's state does not allow the command
    │   ├── InUse               others depend on it
    │   ├── RequestInProgress   the same request is at work already
    │   └── StaleRevision       somebody changed it since the caller read it
    ├── StaleVersion            If-Match names a version that is not the present one
    ├── VersionRequired         a change has to name the version it was made from
    ├── Gone                    it was there, and is over
    │   └── ClassEnded
    ├── RateLimited             too many requests
    ├── NotAuthenticated        nobody knows who asks
    ├── NotAllowed              who asks may not
    │   ├── LinkInvalid
    │   ├── LinkExpired
    │   ├── LinkUsed            a link that works once, and did
    │   ├── LinkForAnotherClass
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

from typing import ClassVar


class HomeroomError(Exception):
    """Base of all expected failures. Never carries personal data: its text reaches logs and workflow histories."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    usual_step: ClassVar[str] = "Try again; if it stays, tell whoever runs the server."

    def __init__(self, detail: str = "", *, next_step: str = "", **extra: str) -> None:
        """`extra` are further members for machine readers, such as `opens_at`."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.next_step = next_step or self.usual_step
        self.extra = extra


class InvalidInput(HomeroomError):
    code = "invalid-input"
    title = "The request cannot be understood as it is"
    usual_step = "Correct the request and send it again."


class BookingInPast(InvalidInput):
    code = "booking-in-past"
    title = "The class would start in the past"
    usual_step = "Choose a start that is still to come."


class UnknownReference(InvalidInput):
    code = "unknown-reference"
    title = "The request names something that does not exist"
    usual_step = "Check the ids."


class CursorInvalid(InvalidInput):
    code = "cursor-invalid"
    title = "This cursor is not of this list"
    usual_step = "Begin again without a cursor, or keep `sort` as it was."


class KeyReused(InvalidInput):
    code = "idempotency-key-reused"
    title = "This Idempotency-Key was sent with another request"
    usual_step = "Send each new request with a key of its own."


class FileRefused(InvalidInput):
    code = "file-refused"
    title = "The file is not taken"
    usual_step = "Send a file of one of the allowed kinds, as its program saved it."


class ProviderUnusable(InvalidInput):
    code = "identity-provider-unusable"
    title = "Nobody can sign in with this provider as it is described"
    usual_step = "Check the issuer: it is the address before `/.well-known/openid-configuration`."


class MalformedEvent(InvalidInput):
    code = "malformed-event"
    title = "The event cannot be read"
    usual_step = "Send the event as it was made."


class NotFound(HomeroomError):
    code = "not-found"
    title = "There is no such thing here"
    usual_step = "Check the id."


class Conflict(HomeroomError):
    code = "conflict"
    title = "The request conflicts with the present state"
    usual_step = "Look at the present state, then decide again."


class DoubleBooked(Conflict):
    code = "double-booked"
    title = "A person would be in two classes at once"
    usual_step = "Choose another time, or cancel the other class first."


class ClassNotOpen(Conflict):
    code = "class-not-open"
    title = "The class is not open yet"
    usual_step = "Come back when the class opens."


class TransitionRefused(Conflict):
    code = "transition-refused"
    title = "The session's state does not allow this command"
    usual_step = "Look at the session's state first."


class InUse(Conflict):
    code = "in-use"
    title = "Others depend on it"
    usual_step = "Change what depends on it first."


class RequestInProgress(Conflict):
    code = "request-in-progress"
    title = "The same request is at work already"
    usual_step = "Send it again in a moment, with the same key."


class StaleRevision(Conflict):
    code = "stale-revision"
    title = "It was changed since you read it"
    usual_step = "Read the current one and redo it."


class StaleVersion(HomeroomError):
    code = "stale-version"
    title = "It was changed since you read it"
    usual_step = "Read it again, redo the change, and send the ETag you got."


class VersionRequired(HomeroomError):
    code = "version-required"
    title = "Say which version you change"
    usual_step = "Send the ETag of your last read as `If-Match`."


class RateLimited(HomeroomError):
    code = "rate-limited"
    title = "Too many requests"
    usual_step = "Wait as long as Retry-After says."


class Gone(HomeroomError):
    code = "gone"
    title = "It is over"
    usual_step = "Look for what came after it."


class ClassEnded(Gone):
    code = "class-ended"
    title = "The class has ended"
    usual_step = "Your next class has a link of its own."


class NotAuthenticated(HomeroomError):
    code = "not-authenticated"
    title = "Say who you are"
    usual_step = "Send the header `Authorization: Bearer <key>`."


class NotAllowed(HomeroomError):
    code = "not-allowed"
    title = "You may not do this"
    usual_step = "Ask whoever gave you access."


class LinkInvalid(NotAllowed):
    code = "link-invalid"
    title = "This link is not valid"
    usual_step = "Ask for a new link from whoever sent you this one."


class LinkExpired(NotAllowed):
    code = "link-expired"
    title = "This link has expired"
    usual_step = "Ask for a new link from whoever sent you this one."


class LinkUsed(NotAllowed):
    code = "link-used"
    title = "This link was used already"
    usual_step = "Ask for a fresh one. If it was not you who used it, sign in and sign out everywhere."


class LinkForAnotherClass(NotAllowed):
    code = "link-for-another-class"
    title = "This link belongs to another class"
    usual_step = "Look for the link of this class, or ask for it."


class SignInRefused(NotAllowed):
    code = "sign-in-refused"
    title = "You are not signed in"
    usual_step = "Begin again on the sign-in page; if it stays, ask an admin of your organization."


class SignatureInvalid(NotAllowed):
    code = "signature-invalid"
    title = "The signature does not match the content"
    usual_step = "Sign the body as it is sent, with a key the server knows."


class PayloadTooLarge(HomeroomError):
    code = "payload-too-large"
    title = "The request is too large"
    usual_step = "Send less, or split it into several requests."


class UnsupportedMedia(HomeroomError):
    code = "unsupported-media"
    title = "The body has a form that is not read here"
    usual_step = "Send one of the media types that the API's description names."


class Undeliverable(HomeroomError):
    code = "undeliverable"
    title = "The message was refused"
    usual_step = "Check the address."


class DraftingFailed(HomeroomError):
    code = "drafting-failed"
    title = "The drafting endpoint gave no usable answer"
    usual_step = "Check the endpoint that is set for drafting, and its model."


class Unavailable(HomeroomError):
    code = "unavailable"
    title = "A part of the system does not answer now"
    usual_step = "Try again in a minute."


class MailboxBusy(Unavailable):
    code = "mailbox-busy"
    title = "The mailbox takes no mail now"


def _tree(base: type[HomeroomError]) -> dict[str, type[HomeroomError]]:
    found = {base.code: base}
    for child in base.__subclasses__():
        found |= _tree(child)
    return found


def by_code(code: str | None) -> type[HomeroomError]:
    """The class a stable code stands for, to make an error again on the other side of a wire."""
    return _tree(HomeroomError).get(code or "", HomeroomError)
