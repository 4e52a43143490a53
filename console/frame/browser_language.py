"""The language of pages that are open to everybody: the one that the browser asks for, among those with texts."""

from fastapi import Request

from console.frame.texts import set_page_language
from domain.people.languages import TEXT_LANGUAGES, browser_language


def language_of_browser(request: Request) -> str:
    return browser_language(request.headers.get("accept-language", ""), TEXT_LANGUAGES)


def use_browser_language(request: Request) -> None:
    """Make the rest of the request speak the browser's language, for pages whose reader is not signed in."""
    set_page_language(language_of_browser(request))


async def in_browser_language(request: Request) -> None:
    """The dependency of such a page."""
    use_browser_language(request)
