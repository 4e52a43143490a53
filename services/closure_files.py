"""Reads closures from a file: a calendar of holidays in iCalendar, or CSV."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO

from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.people.access import Principal
from integrations.outside_calendars import OutsideCalendars
from models.database import Database
from services import organizations
from services.bulk_import.csv_files import Readers, csv_rows
from services.inputs.closures import MOST_CLOSURES, ClosureFile, NewClosure
from services.inputs.patterns import problem_in_words
from services.turns import Turns

AHEAD = timedelta(days=731)  # how far ahead a calendar of holidays is read
_COLUMNS: Readers = dict.fromkeys(("name", "first_day", "last_day", "region"), str)


class ClosureFiles:
    def __init__(self, database: Database, calendars: OutsideCalendars, turns: Turns) -> None:
        self._database = database
        self._calendars = calendars
        self._turns = turns

    async def read(self, who: Principal, file: ClosureFile, now: datetime) -> list[NewClosure]:
        """The closures of a file; of a calendar those from today on, two years ahead. Writes nothing.

        Raises InvalidInput, RateLimited.
        """
        content = file.content.encode()
        if "BEGIN:VCALENDAR" not in file.content[:1000].upper():
            return _from_csv(content)
        async with self._database.tenant(who.organization_id) as db:
            zone = (await organizations.organization(db)).time_zone
        async with self._turns.of(who.organization_id):
            found = await self._calendars.closed_days(content, zone, now, now + AHEAD)
        if not found:
            raise InvalidInput("this calendar has no day to come", next_step="Choose another calendar.")
        return [
            _checked({"name": name, "first_day": first, "last_day": last}, name)
            for name, first, last in found
        ]


def _from_csv(content: bytes) -> list[NewClosure]:
    rows = []
    for row in csv_rows(BytesIO(content), _COLUMNS):
        if isinstance(row.content, InvalidInput):
            raise row.content
        rows.append(_checked(row.content, f"line {row.line}"))
        if len(rows) > MOST_CLOSURES:
            raise InvalidInput(
                f"the file has more than {MOST_CLOSURES} closures", next_step="Divide it into several files."
            )
    if not rows:
        raise InvalidInput("the file has no rows", next_step="Write one closure a row.")
    return rows


def _checked(values: Mapping[str, str], place: str) -> NewClosure:
    try:
        return NewClosure.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = f"{first['loc'][0]}: " if first["loc"] else ""
        raise InvalidInput(
            f"{place}: {field}{problem_in_words(first)}", next_step="Correct the file, and read it again."
        ) from error
