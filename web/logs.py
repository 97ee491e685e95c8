"""The log: one JSON object per line on standard output, with the request's id."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logging(*, quiet: bool = False) -> None:
    """Sets structlog up for this process; called once, where a process starts.

    ``quiet`` leaves out the line per request, so that a person at the terminal sees what went wrong.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
