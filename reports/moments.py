"""Times as a reader says them: in their zone and language."""

from datetime import datetime
from zoneinfo import ZoneInfo

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_DATES = {"en": "{day} {number} {month}", "es": "{day} {number} de {month}"}


def moment(at: datetime, language: str, time_zone: str) -> str:
    """Day and hour, `Monday 2 March, 15:00`."""
    local = at.astimezone(ZoneInfo(time_zone))
    day, month = _DAYS[language].split()[local.weekday()], _MONTHS[language].split()[local.month - 1]
    date = _DATES[language].format(day=day, number=local.day, month=month)
    return f"{date}, {clock(at, time_zone)}"


def clock(at: datetime, time_zone: str) -> str:
    """The hour; of one that comes twice when clocks go back, which of the two."""
    local = at.astimezone(ZoneInfo(time_zone))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local:%Z}" if twice else f"{local:%H:%M}"
