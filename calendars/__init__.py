"""Chinese working days: sourced yearly data, provisional years, counting, and the reader of holiday notices.

This room knows no application, no database and no web; it never asks what day it is today.
"""

from calendars.closure import Closure
from calendars.counting import add_months, add_years
from calendars.errors import CalendarRangeError, NoticeError
from calendars.notice import Reading, apply_notices, apply_with_cautions, read_notice
from calendars.statute import provisional_year
from calendars.working_days import ChinaWorkingDays, Due, Explanation
from calendars.year import CalendarYear, Day, Named

__all__ = [
    "CalendarRangeError",
    "CalendarYear",
    "ChinaWorkingDays",
    "Closure",
    "Day",
    "Due",
    "Explanation",
    "Named",
    "NoticeError",
    "Reading",
    "add_months",
    "add_years",
    "apply_notices",
    "apply_with_cautions",
    "provisional_year",
    "read_notice",
]
