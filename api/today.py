"""Which day it is where the grids are."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# China has one time zone; servers there often run on UTC, and a plan takes effect at midnight.
HERE = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Return the day it is in China, whatever the time zone of the server."""
    return day_of(datetime.now(UTC))


def day_of(moment: datetime) -> date:
    """Return the day it is in China at a moment that knows its time zone."""
    return moment.astimezone(HERE).date()


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in China."""
    return datetime.combine(day, time(), HERE)


def end_of(day: date) -> datetime:
    """Return the midnight in China with which a day ends; not of the last day there is."""
    return midnight(day + timedelta(days=1))
