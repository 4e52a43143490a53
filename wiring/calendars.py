"""Builds what imports calendars, for the API and the workers."""

from config.settings import Settings
from integrations.outside_calendars import OutsideCalendars
from models.database import Database
from services.calendar_imports import CalendarImports
from wiring.signing import sealer


def calendar_imports(settings: Settings, database: Database) -> CalendarImports:
    calendars = OutsideCalendars(local=settings.allow_private_addresses)
    return CalendarImports(database, calendars, sealer(settings, "imported calendar"))
