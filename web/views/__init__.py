"""The pages: one module and one blueprint per room; every blueprint that is served stands in ``PAGES``."""

from __future__ import annotations

from flask import Blueprint

from web.views import (
    account,
    admin,
    alerts,
    applications,
    calendar,
    calendar_import,
    calendar_versions,
    closures,
    drafts,
    events,
    feeds,
    home,
    notices,
    oversight,
    policies,
    readings,
    reports,
    rosters,
    sign_in,
    worklist,
)

PAGES: tuple[Blueprint, ...] = (
    sign_in.blueprint,
    home.blueprint,
    worklist.blueprint,
    applications.blueprint,
    drafts.blueprint,
    rosters.blueprint,
    events.blueprint,
    readings.blueprint,
    alerts.blueprint,
    notices.blueprint,
    calendar.blueprint,
    calendar_import.blueprint,
    calendar_versions.blueprint,
    closures.blueprint,
    reports.blueprint,
    account.blueprint,
    feeds.blueprint,
    admin.blueprint,
    oversight.blueprint,
    policies.blueprint,
)
