"""Input of a calendar to import: the address of a feed, or the content of a file."""

from typing import Self

from pydantic import Field, model_validator

from services.inputs.fields import Schema

MAX_CONTENT = 900_000  # characters


class CalendarIn(Schema):
    url: str | None = Field(
        None, max_length=2_000, description="The https address of a feed, which is read every half hour."
    )
    content: str | None = Field(
        None, max_length=MAX_CONTENT, description="The text of an iCalendar file, which is read once."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.url) == bool(self.content):
            raise ValueError("give either the url of a feed or the content of a file")
        return self

    @property
    def https_url(self) -> str:
        """The address, in which calendar apps write webcal for https; empty for a file."""
        url = (self.url or "").strip()
        return f"https://{url[9:]}" if url.lower().startswith("webcal://") else url
