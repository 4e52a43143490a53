"""The room page in a browser, as a person uses it."""

from playwright.sync_api import Locator, Page, ViewportSize

from tests.e2e.conftest import screenshot

PHONE: ViewportSize = {"width": 360, "height": 740}


def open_join_page(page: Page, link: str) -> Locator:
    """Opens the link and returns the join button, once the room is open."""
    page.goto(link)
    button = page.get_by_role("button", name="Join the class")
    button.wait_for(timeout=60_000)
    return button


def join(page: Page, link: str) -> None:
    open_join_page(page, link).click()
    in_class(page)


def in_class(page: Page, timeout: float = 30_000) -> None:
    """Waits until the page is connected and shows no connection banner."""
    page.locator(".classroom:not(:has(.banner)) article").first.wait_for(timeout=timeout)


def control(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Controls").get_by_role("button", name=name)


def is_on(page: Page, device: str) -> bool:
    return control(page, device).get_attribute("data-lk-enabled") == "true"


def tab_to(page: Page, target: Locator) -> None:
    """Moves the focus with the Tab key until it is on the target."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reachable with the Tab key")


def fits(page: Page) -> bool:
    """Whether the page has no horizontal scrolling."""
    result: bool = page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    return result


def reachable(page: Page, element: Locator) -> bool:
    """Whether the element is inside the window and not covered."""
    result: bool = element.evaluate(
        """element => {
             const box = element.getBoundingClientRect();
             const x = box.left + box.width / 2, y = box.top + box.height / 2;
             const inside = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
             return inside && element.contains(document.elementFromPoint(x, y));
           }"""
    )
    return result


def in_one_row(page: Page) -> bool:
    """Whether the controls that are shown without the menu stand beside each other."""
    tops: list[float] = page.get_by_role("navigation", name="Controls").evaluate(
        "bar => [...bar.children].filter(one => one.matches('.control') && one.checkVisibility())"
        ".map(one => one.getBoundingClientRect().top)"
    )
    return len(tops) > 1 and len(set(tops)) == 1


def look_at(page: Page, name: str) -> None:
    """Screenshots at desktop and phone width, light and dark, for a reviewer."""
    size = page.viewport_size
    assert size is not None
    for scheme in ("light", "dark"):
        for suffix, viewport in (("", size), ("-phone", PHONE)):
            if file := screenshot(f"{name}-{scheme}{suffix}"):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size(viewport)
                page.screenshot(path=file, full_page=True)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")
