"""What the service writes to its log: text or JSON, a line for each request, never a secret."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from api.settings import Settings

# Keys and tokens open something; a point asked about tells where somebody is.
_SECRET = re.compile(
    r"(?i)\b(key|token|password|secret|authorization|lon|lat|bbox)(=|%3D)[^\s&\"'<>]+"
)


def without_secrets(text: str) -> str:
    """
    Strike out the values of parameters that no log may hold.

    The request line is written without its query anyway; this is for texts that others made,
    such as the last line of a traceback.

    >>> without_secrets("GET /tiles/grids.json?at=2026-01-01&key=wg_abc")
    'GET /tiles/grids.json?at=2026-01-01&key=***'
    """
    return _SECRET.sub(r"\1\2***", text)


class TextLines(logging.Formatter):
    """``2026-05-01T08:00:00.123Z INFO wangge.access GET /tiles/... 200 3.1 ms``."""

    def format(self, record: logging.LogRecord) -> str:
        """Spell a record as one line, and the lines of its traceback."""
        text = f"{_when(record)} {record.levelname} {record.name} {record.getMessage()}"
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return text if hasattr(record, "request") else without_secrets(text)


class JsonLines(logging.Formatter):
    """One JSON object a line; members of a request stand beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Spell a record as one line."""
        told: dict[str, object] = {
            "time": _when(record),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        # The members of a request are clean and say all that its message says.
        told |= getattr(record, "request", None) or {
            "message": without_secrets(record.getMessage())
        }
        if record.exc_info:
            told["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def _when(record: logging.LogRecord) -> str:
    second, rest = divmod(record.created, 1)
    return f"{_second(int(second))}.{int(rest * 1000):03}Z"


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def make_logging_cheap() -> None:
    """
    Leave out of every record what no line shows: place in the source, thread, process.

    Python's logging HOWTO names these switches; a line costs 8 microseconds instead of 20.
    """
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def log_config(settings: Settings) -> dict[str, Any]:
    """
    Return the logging configuration of a serving process.

    Wangge's and uvicorn's loggers write to stderr. Uvicorn's own line for each request stays
    off at every level, because it holds the query; so do the statements of SQLAlchemy, because
    they would hold what was asked. Of others only warnings are written.
    """
    level = settings.log_level.upper()
    own = {"handlers": ["stderr"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "api.logs.TextLines"},
            "json": {"()": "api.logs.JsonLines"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": settings.log_format,
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": {
            "wangge": own,
            "uvicorn": own,
            "uvicorn.error": {"level": level},
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
            "asyncio": {**own, "level": "WARNING"},
            "sqlalchemy": {**own, "level": "WARNING"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }
