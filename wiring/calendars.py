"""Builds what reads calendars of other services, for the API and the workers."""

from config.settings import Settings
from integrations.outside_calendars import OutsideCalendars
from models.database import Database
from services.calendar_imports import CalendarImports
from services.closure_files import ClosureFiles
from services.turns import Turns
from wiring.signing import sealer

_AT_ONCE = 4


def calendar_turns() -> Turns:
    """One for all calendars that a process reads: each is read by a process of its own, for up to ten seconds."""
    return Turns(_AT_ONCE)


def calendar_imports(settings: Settings, database: Database, turns: Turns) -> CalendarImports:
    return CalendarImports(database, _outside(settings), turns, sealer(settings, "imported calendar"))


def closure_files(settings: Settings, database: Database, turns: Turns) -> ClosureFiles:
    return ClosureFiles(database, _outside(settings), turns)


def _outside(settings: Settings) -> OutsideCalendars:
    return OutsideCalendars(local=settings.allow_private_addresses)
