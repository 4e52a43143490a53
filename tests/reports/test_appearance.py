"""Mails in Chromium: every notice fits a narrow phone and has enough contrast, in light and dark mode."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page

from domain.notices.kinds import NoticeKind
from tests.console.conftest import started_chromium
from tests.reports.letters import CONTEXT, STATEMENTS, example_mail

pytestmark = pytest.mark.adapter

NARROW = 320  # pixels, the narrowest phone
READABLE = 4.5  # contrast of text, WCAG AA
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
URL = f"https://school.example/join/1?t={'eyJhbGciOiJIUzI1NiJ9' * 20}"
# The lowest contrast of any text with its background.
LEAST_CONTRAST = """() => {
  const channels = color => color.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = channels(getComputedStyle(element).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  return Math.min(...texts.map(e => {
    const pair = [channels(getComputedStyle(e).color), behind(e)].map(light).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  }));
}"""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with started_chromium() as browser:
        yield browser


@pytest.fixture(params=["light", "dark"])
async def phone(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        viewport={"width": NARROW, "height": 640}, color_scheme=request.param, java_script_enabled=True
    )
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize("kind", NoticeKind)
async def test_every_mail_fits_a_phone_and_is_readable(phone: Page, kind: NoticeKind) -> None:
    message = example_mail(
        kind,
        title=LONG,
        students=(LONG, LONG),
        join_urls=((LONG, URL), ("Leo", URL)),
        statements=(replace(STATEMENTS[2], text=LONG), *STATEMENTS),
    )

    await phone.set_content(message.html)

    assert await phone.evaluate("document.documentElement.scrollWidth") == NARROW
    assert await phone.evaluate(LEAST_CONTRAST) >= READABLE


async def test_the_button_is_large_enough_for_a_thumb(phone: Page) -> None:
    await phone.set_content(example_mail(NoticeKind.CONFIRMATION).html)

    button = phone.get_by_role("link", name="Join the class")
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert await button.get_attribute("href") == CONTEXT.join_urls[0][1]


async def test_a_mail_makes_no_request(phone: Page) -> None:
    """So that no sender learns when a mail is read."""
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))

    await phone.set_content(example_mail(NoticeKind.SUMMARY).html, wait_until="networkidle")

    assert not requests
