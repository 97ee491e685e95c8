"""From 15 November on administrators are reminded, each working day, while next year's notice is missing."""

from __future__ import annotations

import pytest

from tests.journeys.city import City
from tests.journeys.many import NOTICE
from workflow.services import alerts, delivery, holiday_notices
from workflow.services.reminders import remind_of_missing_notice


def _reminders(city: City, login: str = "admin") -> list[str]:
    items = alerts.list_alerts(city.product, actor=city.actors[login], limit=100)["items"]
    return [each["due_on"] for each in items if each["rung"] == "calendar_missing"]


def test_each_working_day_has_one_reminder_from_half_past_eight(city: City) -> None:
    # 13 November is a Friday; the 15th itself is a Sunday.
    for moment in ("2026-11-13", "2026-11-15", "2026-11-16 08:29"):
        city.at(moment).sweep()
        assert _reminders(city) == []
    for moment in ("2026-11-16 08:30", "2026-11-16 14:00", "2026-11-17", "2026-11-21", "2026-11-23"):
        city.at(moment).sweep()
        city.sweep()
    assert _reminders(city) == ["2026-11-23", "2026-11-17", "2026-11-16"]
    assert _reminders(city, "office") == []
    assert _reminders(city, "hr_head") == []


def test_no_reminder_comes_once_the_notice_is_in(city: City) -> None:
    city.at("2026-11-20").sweep()
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=None)
    city.at("2026-11-23").sweep()
    assert _reminders(city) == ["2026-11-20"]


def test_the_reminders_are_settled_when_the_notice_comes(city: City) -> None:
    for moment in ("2026-11-18", "2026-11-19", "2026-11-20"):
        city.at(moment).sweep()
    admin = city.actors["admin"]
    assert alerts.count_unread(city.product, actor=admin) == 3
    holiday_notices.apply_notices(city.product, actor=admin, texts=[NOTICE], year=None)
    assert alerts.count_unread(city.product, actor=admin) == 0


def test_a_year_that_has_begun_without_its_notice_is_reminded_of_too(small_city: City) -> None:
    small_city.at("2027-03-01").sweep()
    (reminder,) = alerts.list_alerts(small_city.product, actor=small_city.actors["admin"])["items"]
    assert "2027年放假安排通知尚未导入" in reminder["message"]
    assert reminder["application_id"] is None
    assert reminder["clock_id"] is None


@pytest.mark.parametrize("moment", ["2026-10-01", "2026-11-14 09:00", "2026-11-22 09:00"])
def test_no_reminder_before_its_time_or_on_a_day_off(small_city: City, moment: str) -> None:
    assert not remind_of_missing_notice(small_city.at(moment).product)


def test_a_reminder_is_mailed_too(small_city: City) -> None:
    city = small_city.at("2026-11-20")
    city.sweep()
    assert delivery.deliver(city.product) == {"sent": 1, "failed": 0}
