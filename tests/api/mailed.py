"""Signs in by emailed link as people do: enter an address, open the link, press the button."""

import asyncio
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg

from tests.campus import Campus
from tests.stack import TestMail, wait_until


def forget_attempts(campus: Campus) -> None:
    """Resets the rate limit of sign-in attempts: all tests share one network address."""
    with psycopg.connect(campus.database.superuser) as connection:
        connection.execute("delete from sign_in_attempt")


async def request_link(browser: httpx.AsyncClient, address: str, next: str = "") -> httpx.Response:
    """Submits the sign-in form. `next`: the page to open after signing in."""
    return await browser.post("/sign-in", data={"address": address, "next": next})


async def links_in_mail(mail: TestMail, address: str, *, count: int = 1) -> list[str]:
    """The sign-in links of the newest mail to this address; waits until there are `count` mails."""
    what = f"{count} sign-in mails to {address}"
    await asyncio.to_thread(wait_until, lambda: len(sign_in_mails(mail, address)) >= count, what=what)
    return links_of(sign_in_mails(mail, address)[0]["html"])


def sign_in_mails(mail: TestMail, address: str) -> list[dict[str, Any]]:
    """Mails to the address that contain sign-in links, latest first."""
    return [message for message in mail.messages(address) if links_of(message["html"])]


def links_of(html: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="([^"]+/sign-in/link[^"]+)"', html)]


async def press(browser: httpx.AsyncClient, link: str) -> httpx.Response:
    """Opens the link and presses its button."""
    shown = await browser.get(link)
    assert shown.status_code == 200
    fields = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    return await browser.post("/sign-in/link", data=fields)


async def sign_in(browser: httpx.AsyncClient, mail: TestMail, address: str, next: str = "") -> httpx.Response:
    """Signs in a person with one role in one organization; returns the page they land on."""
    before = len(await asyncio.to_thread(sign_in_mails, mail, address))
    await request_link(browser, address, next)
    (link,) = await links_in_mail(mail, address, count=before + 1)
    return await press(browser, link)
