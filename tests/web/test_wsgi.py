"""Where a web server process starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workflow.services.product import Product

ROOT = Path(__file__).parents[2]
REQUEST = "import web.wsgi; print(web.wsgi.app.test_client().get('/healthz').status_code)"


def start(url: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A process that loads the application as gunicorn does, and asks it for its health."""
    environment = os.environ | {"DATABASE_URL": url} | more
    return subprocess.run(
        [sys.executable, "-c", REQUEST],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment,
        text=True,
    )


@pytest.mark.parametrize("scheduler", ["0", "1"])
def test_a_process_starts_from_its_environment_and_logs_json(product: Product, scheduler: str) -> None:
    done = start(product.settings.database_url, SUBSIDY_SCHEDULER=scheduler)
    assert done.returncode == 0, done.stderr
    # The scheduler's threads may write at any moment.
    lines = done.stdout.splitlines()
    lines.remove("200")
    logged = [json.loads(line) for line in lines]
    assert any(line["event"] == "request" and line["path"] == "/healthz" for line in logged)


def test_a_process_does_not_start_with_settings_that_cannot_be_read(sqlite_url: str) -> None:
    done = start(sqlite_url, SUBSIDY_TEST_CLOCK="maybe")
    assert done.returncode != 0
    assert "SUBSIDY_TEST_CLOCK" in done.stderr
