"""APScheduler, used for nothing but waking: a few ticks, each of which calls one service.

The jobs live in memory; what has to be done stands in the database, so any number of schedulers may run.
"""

from __future__ import annotations

import time

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

    def sweep_tick() -> None:
        try:
            begun = monotonic()
            facts = sweep(product)
            took = round(1000 * (monotonic() - begun))
            record_heartbeat(product, started_at=started_at, facts=facts, milliseconds=took)
        except Exception:
            # A tick that fails is tried again by the next one; nothing is lost meanwhile.
            _log.exception("sweep_failed")

    def delivery_tick() -> None:
        try:
            record_delivery(product, facts=deliver(product))
        except Exception:
            _log.exception("delivery_failed")

    def tally_tick() -> None:
        try:
            refresh_tallies(product)
        except Exception:
            _log.exception("tallies_failed")

    def check_tick() -> None:
        try:
            run_wanted_check(product)
        except Exception:
            _log.exception("attachment_check_failed")

    def verification_tick() -> None:
        try:
            run_due_verification(product)
        except Exception:
            _log.exception("audit_verification_failed")

    scheduler = BackgroundScheduler(
        timezone=SHANGHAI,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(sweep_tick, "interval", seconds=SWEEP_SECONDS, next_run_time=real_now())
    scheduler.add_job(delivery_tick, "interval", seconds=DELIVERY_SECONDS)
    scheduler.add_job(tally_tick, "interval", seconds=TALLY_SECONDS, next_run_time=real_now())
    scheduler.add_job(check_tick, "interval", seconds=CHECK_SECONDS)
    scheduler.add_job(verification_tick, "interval", seconds=CHECK_SECONDS)
    scheduler.start()
    return scheduler


def run(product: Product) -> None:
    """Runs the ticks in the foreground until interrupted."""
    scheduler = start(product)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        scheduler.shutdown(wait=True)
