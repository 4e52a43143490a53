"""What the forms of an organization's rules post: which version they were made from."""

from typing import Annotated

from fastapi import Path
from pydantic import Field
from starlette.datastructures import FormData

from console.frame.forms import text
from domain.errors import InvalidInput
from services.inputs.fields import Schema
from services.rule_versions import Base

_MOST = 1_000_000  # versions, so that every number fits its column
Number = Annotated[int, Path(ge=1, le=_MOST)]


class BaseForm(Schema):
    number: int = Field(ge=0, le=_MOST)  # of the rules that the page has shown
    version: int = Field(ge=0, le=_MOST)

    @property
    def base(self) -> Base:
        return Base(self.number, self.version)


class NumberForm(Schema):
    number: int = Field(ge=1, le=_MOST)


def posted_numbers(posted: FormData, *names: str) -> list[int]:
    """Fields that the page has filled in itself. Raises InvalidInput."""
    try:
        return [int(text(posted, name)) for name in names]
    except ValueError as error:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.") from error
