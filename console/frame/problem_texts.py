"""Errors in the reader's language: title, detail and next step as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.frame.texts import SOURCE, gettext, mark, page_language, translation_of
from domain import errors
from domain.errors import HomeroomError
from reports.moments import about

# The errors that pages of families and instructors meet. Any other is shown as its nearest ancestor among these.
ERRORS: tuple[type[HomeroomError], ...] = (
    HomeroomError,
    errors.InvalidInput,
    errors.RepeatedTime,
    errors.NotFound,
    errors.Conflict,
    errors.ClassNotOpen,
    errors.TransitionRefused,
    errors.StaleRevision,
    errors.RateLimited,
    errors.Gone,
    errors.ClassEnded,
    errors.NotAllowed,
    errors.LinkInvalid,
    errors.LinkExpired,
    errors.LinkReplaced,
    errors.LinkUsed,
    errors.SignInRefused,
    errors.PayloadTooLarge,
    errors.Unavailable,
)
# Details and next steps that are translated. Where another one has no translation, the general text of the error
# stands alone.
_SPECIFIC = (
    mark("your role doesn't include this page"),
    mark("Select your name at the top to get to your own page."),
    mark("nothing is at this address"),
    mark("Check it for a typing error, or go to your start page."),
    mark("this class has no draft yet"),
    mark("The draft is written once the class is over and transcribed."),
    mark("Correct it and try again."),
    mark("this class has already started"),
    mark("Its documentation is decided. Book a new class instead."),
    mark("Contact your school."),
    mark("your school doesn't let instructors swap this class here"),
    mark("the rules of your school don't allow this swap any more"),
    mark("this class is offered to a colleague already"),
    mark("one of the classes has changed since the page was opened"),
    mark("this swap was accepted already"),
    mark("this swap was declined already"),
    mark("your colleague has withdrawn this offer"),
    mark("this offer has expired"),
    mark("one of the classes was moved, cancelled or given to somebody else"),
    mark("somebody else has taken this class, or it needs nobody any more"),
    mark("the rules of your school don't let you take this class"),
    mark("you would teach more hours in that week than you have said you accept"),
    mark("See the open classes for what is left."),
    mark("See your swaps for what holds now."),
    mark("this leave would be over already"),
    mark("leave lasts at most 366 days"),
    mark("leave must end within the next two years"),
    mark("two entries of leave overlap"),
    mark("this day is listed twice"),
    mark("you have asked for leave in this time already"),
    mark("you are on leave in all of this time already"),
    mark("Choose other days, or take the earlier request back first."),
    mark("you have changed this many times in the last hour; what you said last counts"),
    mark("this class was offered many times in the last hour"),
)


@dataclass(frozen=True)
class ShownProblem:
    """An error as a page shows it."""

    code: str
    title: str
    detail: str  # the title again if there is no more to say
    next_step: str
    extra: Mapping[str, str]


def shown(error: HomeroomError) -> ShownProblem:
    """The error in the language of the page."""
    if page_language() == SOURCE:
        return ShownProblem(error.code, error.title, error.detail, error.next_step, error.extra)
    if wait := error.extra.get("retry_after"):
        step = gettext("Try again in %(length)s.", length=about(float(wait), page_language()))
        title = gettext(error.title)
        return ShownProblem(error.code, title, translation_of(error.detail) or title, step, error.extra)
    known = next(kind for kind in type(error).__mro__ if kind in ERRORS)
    title = gettext(known.title)
    return ShownProblem(
        error.code,
        title,
        translation_of(error.detail) or title,
        translation_of(error.next_step) or gettext(known.usual_step),
        error.extra,
    )
