"""The page that says of a class why its instructor, and why not others: candidates, refusals, and pairs compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.labels import rule_label
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import CurrentUser
from domain.people.access import Permission
from domain.scheduling.candidates import WhyNot
from matching.ranking import Refusal
from models.course import Course
from models.repositories import entities, sessions
from services.planning.candidates import (
    TEXTS,
    CandidateInstructor,
    ClassCandidates,
    RefusedInstructor,
    candidates_for,
)

router = APIRouter(prefix="/sessions", include_in_schema=False, route_class=PageRoute)
_MOST_REFUSED = 200
Instructor = CandidateInstructor | RefusedInstructor


@dataclass(frozen=True)
class Comparison:
    """An instructor beside another: what each term costs with both."""

    one: Instructor
    other: Instructor
    terms: Sequence[
        tuple[str, float, float]
    ]  # rule, cost with one, cost with the other; the largest difference first

    @property
    def reasons(self) -> list[str]:
        """Why the other and not the one, in words: what refuses them, or where they cost more."""
        if isinstance(self.one, RefusedInstructor):
            return [self.one.text(refusal.rule) for refusal in self.one.refused_by]
        return [TEXTS[rule] for rule, one, other in self.terms if one > other]


@router.get("/{session_id}/candidates", dependencies=[permits(Permission.PEOPLE_READ)])
async def show(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    instructor: UUID | None = None,
) -> Response:
    """`instructor`: who is compared with the class's instructor, or with the best candidate."""
    async with shared.database.tenant(who.organization_id) as db:
        session = await sessions.get_visible(db, session_id, who)
        course = await entities.get(db, Course, session.course_id)
        found = await candidates_for(db, session_id, now)
    everybody: dict[UUID, Instructor] = {one.id: one for one in found.candidates}
    everybody |= {one.id: one for one in found.refused}
    holder = everybody.get(session.instructor_id)
    compared = None
    against = holder if holder and holder.id != instructor else _best(found)
    if instructor in everybody and against is not None and against.id != instructor:
        compared = _compared(everybody[instructor], against)
    unqualified = [one for one in found.refused if _is_unqualified(one)]
    nearly = [one for one in found.refused if not _is_unqualified(one)]
    return page(
        request, "candidates_of_class.html", session=session, course=course, found=found, holder=holder,
        compared=compared, texts=TEXTS, titles=found.titles, label=rule_label, main_terms=_main_terms,
        reason=reason, refused=nearly[:_MOST_REFUSED], left_out=len(nearly[_MOST_REFUSED:]),
        unqualified=unqualified, class_rules=session.rules_version,
    )  # fmt: skip


def _is_unqualified(one: RefusedInstructor) -> bool:
    return any(refusal.rule == WhyNot.NOT_QUALIFIED for refusal in one.refused_by)


def _best(found: ClassCandidates) -> Instructor | None:
    return found.candidates[0] if found.candidates else None


def _compared(one: Instructor, other: Instructor) -> Comparison:
    terms = [(key, one.terms[key], other.terms[key]) for key in one.terms]
    terms.sort(key=lambda term: (-abs(term[1] - term[2]), term[0]))
    return Comparison(one, other, terms)


def _main_terms(terms: Mapping[str, float]) -> list[tuple[str, float]]:
    """What an instructor costs, the most first; rules that cost nothing are left out."""
    return sorted(((key, cost) for key, cost in terms.items() if cost), key=lambda term: (-term[1], term[0]))


def reason(one: RefusedInstructor, refusal: Refusal, titles: Mapping[UUID, str]) -> str:
    """A refusal in words, with the classes in the way."""
    named = [titles[key] for key in refusal.class_ids if key in titles]
    shown = ", ".join(f"“{title}”" for title in named[:3])
    return f"{one.text(refusal.rule)}{f' ({shown})' if shown else ''}"
