"""Names without hidden characters, and email addresses with domains in any script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.inputs.fields import Email, ExternalId, Name, read_address

pytestmark = pytest.mark.unit

NAMES: TypeAdapter[str] = TypeAdapter(Name)
EMAILS: TypeAdapter[str] = TypeAdapter(Email)
EXTERNAL_IDS: TypeAdapter[str] = TypeAdapter(ExternalId)


@pytest.mark.parametrize(
    "name",
    [
        *("José Peña", "Zoë O'Neil", "Trần Minh", "נועה לוי", "محمد", "李小龍"),
        *("علی\u200cرضا", "क्\u200dष", "👩\u200d🏫 Ada"),
    ],
)
def test_names_of_all_scripts_are_accepted(name: str) -> None:
    assert NAMES.validate_python(f"\u00a0{name} ") == name


@pytest.mark.parametrize(
    "char",
    [
        *("\u202e", "\u0085", "\u2028", "\u2029", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"),
        *("\u200e", "\u200f", "\u061c", "\u202a", "\u2066", "\u2069", "\u180e", "\x9f", "\U000e0041"),
    ],
)
def test_hidden_characters_are_refused(char: str) -> None:
    for schema in (NAMES, EXTERNAL_IDS):
        with pytest.raises(ValidationError, match=f"hidden character, U\\+{ord(char):04X} after “Ada”"):
            schema.validate_python(f"Ada{char}Li")


@given(st.text(min_size=1, max_size=20))
def test_an_accepted_name_has_no_control_or_format_characters_but_joiners(name: str) -> None:
    try:
        accepted = NAMES.validate_python(name)
    except ValidationError:
        return
    hidden = {char for char in accepted if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")}
    assert hidden <= {"\u200c", "\u200d"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ada@school.example", "ada@school.example"),
        ("Ada.O'Neil+maths@School.example", "Ada.O'Neil+maths@School.example"),
        ("info@münchen.example", "info@münchen.example"),
        ("info@MÜNCHEN.example", "info@münchen.example"),
        ("info@xn--mnchen-3ya.example", "info@münchen.example"),
        ("info@straße.example", "info@straße.example"),
        ("info@例え。テスト", "info@例え.テスト"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert EMAILS.validate_python(typed) == stored
    assert read_address(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "ada",
            "ada@",
            "@school.example",
            "a@b@c.example",
            "Ada <ada@school.example>",
            "ada@school..example",
        ),
        *("jörg@school.example", "ada@sch ool.example", "ada@-school.example", "ada@xn--999999999.example"),
        *(
            "ada@school.example\n",
            "ada@\u202eschool.example",
            f"ada@{'ü' * 64}.example",
            f"{'a' * 250}@b.example",
        ),
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        EMAILS.validate_python(typed)


@given(st.text(max_size=30))
def test_reading_an_address_never_fails_otherwise(domain: str) -> None:
    try:
        stored = read_address(f"ada@{domain}")
    except ValueError:
        return
    assert read_address(stored) == stored
