"""Forms of pages, as a browser finds them."""

import re

import httpx


def hidden(answer: httpx.Response, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text[:3000]
    return found.group(1)
