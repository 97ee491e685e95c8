"""How often the public may write or ask, and personal data be read in clear: so many times a minute."""

from __future__ import annotations

from collections import deque
from math import ceil
from threading import Lock

from flask import current_app, request

from web.current import require_actor
from workflow.clock import monotonic
from workflow.errors import Refused

_WINDOW_SECONDS = 60.0
_KEYS_LIMIT = 10_000


class TooMany(Refused):
    """The caller has to wait."""

    status = 429
    title = "请求过于频繁"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"请求过于频繁，请在 {retry_after} 秒后再试")
        self.retry_after = retry_after


class SlidingWindow:
    """Counts calls over the last minute, in the memory of this process.

    Each worker process counts for itself: with several, the real limit is a multiple, which a limit against
    floods can bear.
    """

    def __init__(self) -> None:
        self._calls: dict[tuple[str, int], deque[float]] = {}
        self._lock = Lock()

    def take(self, key: tuple[str, int], limit: int) -> int:
        """Counts a call: 0 when it may go on, otherwise the seconds to wait."""
        now = monotonic()
        with self._lock:
            calls = self._calls.setdefault(key, deque())
            while calls and calls[0] <= now - _WINDOW_SECONDS:
                calls.popleft()
            if len(calls) >= limit:
                return max(1, ceil(calls[0] + _WINDOW_SECONDS - now))
            calls.append(now)
            if len(self._calls) > _KEYS_LIMIT:
                self._forget(now)
            return 0

    def _forget(self, now: float) -> None:
        silent = [key for key, calls in self._calls.items() if calls[-1] <= now - _WINDOW_SECONDS]
        for key in silent:
            del self._calls[key]
        # Still too many: a flood from many addresses. The oldest go; memory is worth more than their count.
        for key in list(self._calls)[: len(self._calls) - _KEYS_LIMIT]:
            del self._calls[key]


EXTENSION = "subsidy_rate"


def check_objection_rate(notice_id: int) -> None:
    """Counts one objection by this address to this notice; raises ``TooMany`` beyond the limit."""
    _take((request.remote_addr or "", notice_id), "OBJECTIONS_PER_MINUTE")


def check_reading_rate() -> None:
    """Counts one reading in clear by who is signed in; raises ``TooMany`` beyond the limit."""
    _take(("reading", require_actor().account_id), "READINGS_PER_MINUTE")


def check_verification_rate() -> None:
    """Counts one check of a printed form by this address; raises ``TooMany`` beyond the limit."""
    _take((f"verification {request.remote_addr}", 0), "VERIFICATIONS_PER_MINUTE")


def check_follow_up_rate() -> None:
    """Counts one look at an objection by this address; raises ``TooMany`` beyond the limit."""
    _take((f"follow-up {request.remote_addr}", 0), "FOLLOW_UPS_PER_MINUTE")


def check_registration_rate() -> None:
    """Counts one registration sent by this address; raises ``TooMany`` beyond the limit."""
    _take((f"registration {request.remote_addr}", 0), "REGISTRATIONS_PER_MINUTE")


def check_registration_lookup_rate() -> None:
    """Counts one question by this address how a registration stands; raises ``TooMany`` beyond the limit."""
    _take((f"registration look-up {request.remote_addr}", 0), "REGISTRATION_LOOKUPS_PER_MINUTE")


def _take(key: tuple[str, int], limit: str) -> None:
    window: SlidingWindow = current_app.extensions[EXTENSION]
    wait = window.take(key, current_app.config[limit])
    if wait:
        raise TooMany(wait)
