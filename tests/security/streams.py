"""Every stream of server-sent events, and who reads it. A stream that the walk of routes finds must stand here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stream:
    """`readers` are the kinds of credentials that may open it: key, member, operator, instructor, link."""

    readers: tuple[str, ...]

    @property
    def by_link(self) -> bool:
        return self.readers == ("link",)


STREAMS = {
    "/today/live": Stream(("member", "operator")),
    "/exceptions/live": Stream(("member", "operator")),
    "/outbox/live": Stream(("member", "operator")),
    "/sessions/{session_id}/live": Stream(("member", "operator", "instructor")),
    "/v1/events": Stream(("key", "member", "operator")),
    "/v1/join/{session_id}/captions": Stream(("link",)),
}
