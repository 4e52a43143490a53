"""Reads values from the forms of a page."""

import re

import httpx


def hidden(answer: httpx.Response, name: str) -> str:
    """The value of a hidden input."""
    match = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', answer.text)
    assert match, answer.text[:3000]
    return match.group(1)
