from uuid import uuid4

import pytest

from cli.desk import desk_url
from config.settings import Settings
from tests.cli.homes import StackUnderTest

pytestmark = pytest.mark.adapter


def test_a_link_opens_the_pages_of_its_organization() -> None:
    settings = Settings.model_validate(
        {
            "admin_token": "a",
            "link_secrets": ["a-secret-of-thirty-two-characters-or-more"],
            "database_url": "postgresql://unused",
            "object_store_url": "memory:///",
            "public_url": "https://classes.example",
        }
    )
    assert desk_url(settings, uuid4()).startswith("https://classes.example/today?desk=")


@pytest.mark.parametrize("verb", ["desk", "demo", "migrate"])
def test_without_a_stack_a_verb_says_what_to_do(stack: StackUnderTest, verb: str) -> None:
    done = stack.run(verb)
    assert done.returncode == 1
    assert "homeroom up" in done.stderr
    assert "Traceback" not in done.stderr
