"""`homeroom desk`, and how commands fail without a stack."""

from uuid import uuid4

import pytest

from cli.console_link import console_url
from config.settings import Settings
from tests.cli.homes import StackUnderTest

pytestmark = pytest.mark.adapter


def test_the_link_opens_the_console() -> None:
    settings = Settings.model_validate(
        {
            "admin_token": "a",
            "link_secrets": ["a-secret-of-thirty-two-characters-or-more"],
            "database_url": "postgresql://unused",
            "object_store_url": "memory:///",
            "public_url": "https://classes.example",
        }
    )
    assert console_url(settings, uuid4()).startswith("https://classes.example/sign-in/operator?token=")


@pytest.mark.parametrize("verb", ["desk", "demo", "migrate"])
def test_without_a_stack_a_command_says_what_to_do(stack: StackUnderTest, verb: str) -> None:
    done = stack.run(verb)
    assert done.returncode == 1
    assert "homeroom up" in done.stderr
    assert "Traceback" not in done.stderr
