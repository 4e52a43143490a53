"""What can be done about a case from its page now: links, dialogs of commands to the class, and forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from console.frame.subjects import PAGES
from domain.cases.kinds import Action
from domain.people.access import Permission, Principal
from domain.sessions.states import OVER_STATES, ROOM_STATES, SessionState, Trigger, allowed
from domain.subjects import SubjectKind
from models.exception_case import ExceptionCase
from models.session import Session


@dataclass(frozen=True)
class CaseAction:
    """One of `href`, `opens` and `posts` says what the button does."""

    label: str
    href: str = ""
    opens: str = ""  # the id of a dialog
    posts: str = ""  # the URL of a form that answers in a new tab
    danger: bool = False


@dataclass(frozen=True)
class Reach:
    """What the actions of a case can reach, and who wants to act."""

    who: Principal
    case: ExceptionCase
    session: Session | None
    notice_id: UUID | None

    def may(self, permission: Permission, trigger: Trigger) -> bool:
        """Whether the reader may give this command, and the class takes it now."""
        return self.session is not None and self.who.may(permission) and allowed(self.session.state, trigger)


def case_actions(reach: Reach, wanted: Sequence[Action]) -> list[CaseAction]:
    """Those that can be done now, the most obvious first. The class of a case can always be opened."""
    ordered = [*wanted, *([Action.OPEN_CLASS] if Action.OPEN_CLASS not in wanted else [])]
    found = [_ACTIONS[action](reach) for action in ordered if action in _ACTIONS]
    return [action for action in found if action]


def notice_of(case: ExceptionCase) -> UUID | None:
    """The message that a case is about."""
    named = [case.detail.get("notice_id"), *(row["id"] for row in case.evidence if row["kind"] == "notice")]
    return next((UUID(str(key)) for key in named if key), None)


def _open_class(reach: Reach) -> CaseAction | None:
    if reach.session is None or not reach.who.may(Permission.SESSIONS_READ):
        return None
    return CaseAction("Open the class", href=f"/sessions/{reach.session.id}")


def _observe(reach: Reach) -> CaseAction | None:
    if reach.session is None or reach.session.state not in ROOM_STATES:
        return None
    if not reach.who.may(Permission.SESSIONS_RUN):
        return None
    return CaseAction("Join as observer", posts=f"/exceptions/{reach.case.id}/observe")


def _extend(reach: Reach) -> CaseAction | None:
    takes = reach.may(Permission.SESSIONS_RUN, Trigger.END)
    return CaseAction("Extend the class", opens="dialog-extend") if takes else None


def _reopen(reach: Reach) -> CaseAction | None:
    was_held = reach.session is not None and reach.session.live_at is not None
    takes = was_held and reach.may(Permission.SESSIONS_RUN, Trigger.REOPEN)
    return CaseAction("Reopen the class", opens="dialog-reopen") if takes else None


def _book_again(reach: Reach) -> CaseAction | None:
    """Of a class that cannot be reopened any more."""
    if reach.session is None or reach.session.state not in OVER_STATES:
        return None
    if allowed(reach.session.state, Trigger.REOPEN) or not reach.who.may(Permission.SESSIONS_WRITE):
        return None
    return CaseAction("Book the missing time", href=f"/courses/{reach.session.course_id}/book")


def _cancel(reach: Reach) -> CaseAction | None:
    takes = reach.may(Permission.SESSIONS_WRITE, Trigger.CANCEL)
    return CaseAction("Cancel the class", opens="dialog-cancel", danger=True) if takes else None


def _substitute(reach: Reach) -> CaseAction | None:
    running = reach.session is not None and reach.session.state == SessionState.LIVE
    takes = running and reach.who.may(Permission.SESSIONS_WRITE)
    if not takes and not reach.may(Permission.SESSIONS_WRITE, Trigger.CANCEL):
        return None
    return CaseAction("Find a substitute", opens="dialog-substitute")


def _review(reach: Reach) -> CaseAction | None:
    waits = reach.session is not None and reach.session.state == SessionState.REVIEW
    if reach.session is None or not waits or not reach.who.may(Permission.DOCUMENTATION_REVIEW):
        return None
    return CaseAction("Review the draft", href=f"/sessions/{reach.session.id}/review")


def _message(reach: Reach) -> CaseAction | None:
    if reach.notice_id is None or not reach.who.may(Permission.NOTICES_READ):
        return None
    return CaseAction("Open the message", href=f"/outbox/{reach.notice_id}")


def _person(reach: Reach) -> CaseAction | None:
    about, detail = reach.case.about, reach.case.detail
    if not reach.who.may(Permission.PEOPLE_READ):
        return None
    for kind in (SubjectKind.STUDENT, SubjectKind.INSTRUCTOR):
        if person := detail.get(f"{kind}_id"):
            return CaseAction(f"Open the {kind}", href=PAGES[kind].format(person))
    if about.kind in _PEOPLE:
        return CaseAction(f"Open the {about.noun}", href=PAGES[about.kind].format(about.id))
    return None


def _decide_leave(reach: Reach) -> CaseAction | None:
    takes = reach.who.may(Permission.PEOPLE_WRITE) and reach.who.may(Permission.SESSIONS_WRITE)
    return CaseAction("Decide about the leave", href="/people/leave-requests") if takes else None


def _correct_rows(reach: Reach) -> CaseAction | None:
    if not reach.who.may(Permission.SESSIONS_WRITE):
        return None
    return CaseAction("Correct the rows", href=PAGES[SubjectKind.IMPORT].format(reach.case.subject_id))


_PEOPLE = (SubjectKind.STUDENT, SubjectKind.GUARDIAN, SubjectKind.INSTRUCTOR)
_ACTIONS: Mapping[Action, Callable[[Reach], CaseAction | None]] = {
    Action.OPEN_CLASS: _open_class,
    Action.JOIN_AS_OBSERVER: _observe,
    Action.EXTEND: _extend,
    Action.CANCEL: _cancel,
    Action.FIND_SUBSTITUTE: _substitute,
    Action.OPEN_REVIEW: _review,
    Action.OPEN_MESSAGE: _message,
    Action.OPEN_PERSON: _person,
    Action.DECIDE_LEAVE: _decide_leave,
    Action.CORRECT_ROWS: _correct_rows,
    Action.REOPEN: _reopen,
    Action.BOOK_AGAIN: _book_again,
}
