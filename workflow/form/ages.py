"""How old trainees may be when their class begins, by the policy and the day of birth in their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from calendars import add_months, add_years
from workflow.clock import day_cn
from workflow.form.identity import born_on, is_woman
from workflow.policy import Policy, Retirement


@dataclass(frozen=True, slots=True)
class Ages:
    """From ``youngest`` years on, and before the age of retirement, on the first day of the class.

    ``begins_on`` has the classes whose first day is known; another one is taken to begin ``today``, and none
    is taken to begin earlier.
    """

    youngest: int
    youngest_source: str
    retirement: Mapping[str, Retirement]
    begins_on: Mapping[int, date]
    today: date

    @classmethod
    def of_policy(cls, policy: Policy, classes: Iterable[Mapping[str, Any]], today: date) -> Self:
        """The ages that a policy allows in the classes of an opening, as their form document has them."""
        path = "settings.trainee_minimum_age"
        return cls(
            youngest=policy.trainee_minimum_age,
            youngest_source=next(each.source for each in policy.parameters if each.path == path),
            retirement=policy.retirement,
            begins_on={
                each["class_no"]: max(date.fromisoformat(each["starts_on"]), today)
                for each in classes
                if each.get("starts_on") and "class_no" in each
            },
            today=today,
        )

    def fault(self, number: str, class_no: int | None) -> str:
        """What is wrong with the age of whoever has this (clean) number; empty where nothing is."""
        born = born_on(number)
        if born is None:
            return ""
        if born > self.today:
            return f"“证件号码”中的出生日期{day_cn(born)}在今天之后"
        begins = self.today if class_no is None else self.begins_on.get(class_no, self.today)
        if add_years(born, self.youngest) > begins:
            why = f"出生日期{day_cn(born)}；{self.youngest_source}"
            return f"学员开班时（{day_cn(begins)}）未满{self.youngest}周岁（{why}）"
        retirement = self.retirement.get("women" if is_woman(number) else "men")
        if retirement is None:
            return ""
        months = retirement.months(born)
        if add_months(born, months) > begins:
            return ""
        return (
            f"学员开班时（{day_cn(begins)}）已满{_in_words(_months_between(born, begins))}，"
            f"达到法定退休年龄{_in_words(months)}（出生日期{day_cn(born)}；{retirement.source}）"
        )


def _months_between(born: date, day: date) -> int:
    months = 12 * (day.year - born.year) + day.month - born.month
    return months if add_months(born, months) <= day else months - 1


def _in_words(months: int) -> str:
    years, rest = divmod(months, 12)
    return f"{years}周岁{f'{rest}个月' if rest else ''}"
