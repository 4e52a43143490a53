"""The language of pages that are open to everybody: the one that the browser asks for, among those with texts."""

from fastapi import Request

from console.frame.texts import set_page_language
from domain.people.languages import TEXT_LANGUAGES

_MAX_LENGTH = 500  # characters of the header that are read


def use_browser_language(request: Request) -> None:
    """Make the rest of the request speak the browser's language, for pages whose reader is not signed in."""
    set_page_language(accepted_language(request.headers.get("accept-language", "")))


async def in_browser_language(request: Request) -> None:
    """The dependency of such a page."""
    use_browser_language(request)


def accepted_language(header: str) -> str:
    """The most wanted language of an Accept-Language header that has texts; else English."""
    ranked = sorted((_ranked(part) for part in header[:_MAX_LENGTH].split(",")), key=lambda item: -item[0])
    wanted = (tag.partition("-")[0] for weight, tag in ranked if weight > 0)
    return next((language for language in wanted if language in TEXT_LANGUAGES), "en")


def _ranked(part: str) -> tuple[float, str]:
    """The weight of one language range, with the range."""
    tag, _, parameter = part.partition(";")
    name, _, weight = parameter.strip().partition("=")
    try:
        return (float(weight) if name.strip() == "q" else 1.0), tag.strip().lower()
    except ValueError:
        return 0.0, ""
