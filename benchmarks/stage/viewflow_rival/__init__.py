"""The rival: the same four approvals as a django-viewflow flow, persisted by the Django ORM.

A Django application; ``open_rival`` sets Django up on a database of the same server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.core.management import call_command

if TYPE_CHECKING:
    from benchmarks.stage.viewflow_rival.approvals import Approvals


def open_rival(conninfo_url: str) -> Approvals:
    """Django on this database, its tables made, with one reviewer signed in."""
    settings.configure(
        USE_TZ=True,
        SECRET_KEY="measuring-only",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "viewflow",
            "viewflow.workflow",
            "benchmarks.stage.viewflow_rival",
        ],
        # All tables straight from the models: an app without migrations cannot inherit from one with some.
        MIGRATION_MODULES={"contenttypes": None, "auth": None, "viewflow": None},
        DATABASES={"default": _database(conninfo_url)},
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    # Models can only be imported now.
    from benchmarks.stage.viewflow_rival.approvals import Approvals

    return Approvals()


def _database(conninfo_url: str) -> dict[str, object]:
    from psycopg.conninfo import conninfo_to_dict

    found = conninfo_to_dict(conninfo_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": found["dbname"],
        "USER": found["user"],
        "HOST": found["host"],
        "CONN_MAX_AGE": None,
    }
