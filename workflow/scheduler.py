"""APScheduler, used for nothing but waking: a few ticks, each of which calls one service.

The jobs live in memory; what has to be done stands in the database, so any number of schedulers may run.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from workflow.clock import SHANGHAI, monotonic, real_now
from workflow.services.attachment_checks import run_wanted_check
from workflow.services.audit_verification import run_due_verification
from workflow.services.delivery import deliver
from workflow.services.product import Product
from workflow.services.sweep import record_delivery, record_heartbeat, sweep
from workflow.services.tallies import refresh_tallies

SWEEP_SECONDS = 20
DELIVERY_SECONDS = 10
# How often it is looked whether the dashboard's tallies are due; among several schedulers one counts.
TALLY_SECONDS = 60
CHECK_SECONDS = 30
_log = structlog.get_logger("scheduler")


def start(product: Product) -> BackgroundScheduler:
    """Starts the ticks in threads of this process."""
    started_at = real_now()

    def sweep_and_tell() -> None:
        begun = monotonic()
        facts = sweep(product)
        took = round(1000 * (monotonic() - begun))
        record_heartbeat(product, started_at=started_at, facts=facts, milliseconds=took)

    scheduler = BackgroundScheduler(
        timezone=SHANGHAI,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    ticks: tuple[tuple[str, Callable[[], object], int, bool], ...] = (
        ("sweep", sweep_and_tell, SWEEP_SECONDS, True),
        ("delivery", lambda: record_delivery(product, facts=deliver(product)), DELIVERY_SECONDS, False),
        ("tallies", lambda: refresh_tallies(product), TALLY_SECONDS, True),
        ("attachment_check", lambda: run_wanted_check(product), CHECK_SECONDS, False),
        ("audit_verification", lambda: run_due_verification(product), CHECK_SECONDS, False),
    )
    for name, work, seconds, at_once in ticks:
        first = {"next_run_time": real_now()} if at_once else {}
        scheduler.add_job(_tick(name, work), "interval", seconds=seconds, **first)
    scheduler.start()
    return scheduler


def _tick(name: str, work: Callable[[], object]) -> Callable[[], None]:
    """One that fails is logged and tried again by the next one; nothing is lost meanwhile."""

    def tick() -> None:
        try:
            work()
        except Exception:
            _log.exception(f"{name}_failed")

    return tick


def run(product: Product) -> None:
    """Runs the ticks in the foreground until interrupted."""
    scheduler = start(product)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        scheduler.shutdown(wait=True)
