"""Builds what reads calendars of other services, for the API and the workers."""

from config.settings import Settings
from integrations.outside_calendars import OutsideCalendars
from models.database import Database
from services.calendar_imports import CalendarImports
from services.closure_files import ClosureFiles
from wiring.signing import sealer


def calendar_imports(settings: Settings, database: Database) -> CalendarImports:
    return CalendarImports(database, _outside(settings), sealer(settings, "imported calendar"))


def closure_files(settings: Settings, database: Database) -> ClosureFiles:
    return ClosureFiles(database, _outside(settings))


def _outside(settings: Settings) -> OutsideCalendars:
    return OutsideCalendars(local=settings.allow_private_addresses)
