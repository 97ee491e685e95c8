"""Invented trainees and courses: every identity number is well-formed, of no real region, and used once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stdnum.iso7064 import mod_11_2

from workflow.vocabulary import CertificateKind, TraineeCategory

INVENTED_REGION = "410499"
_FIRST_BIRTH = date(1974, 3, 1)
# A prime number of birthdays, so that a step through them meets each once before it returns.
_BIRTHDAYS, _STRIDE = 10_007, 37
_FIRST_SEQUENCE = 600
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"
_CATEGORIES = (
    TraineeCategory.MIGRANT_WORKER,
    TraineeCategory.JOBLESS,
    TraineeCategory.MIGRANT_WORKER,
    TraineeCategory.GRADUATE,
    TraineeCategory.VETERAN,
    TraineeCategory.OTHER,
)


@dataclass(frozen=True, slots=True)
class Occupation:
    """An occupation in which the listed institutions train."""

    code: str
    name: str
    kind_of_work: str | None


LATHE = Occupation("6-18-01-01", "车工", "数控车床")
WELDING = Occupation("6-18-02-04", "焊工", "电焊工")
CARE = Occupation("4-10-01-05", "养老护理员", None)


@dataclass(frozen=True, slots=True)
class Course:
    """What one class is taught, and how many sit in it; it is assessed for the level of the occupation."""

    occupation: Occupation
    level: int
    heads: int
    kind: CertificateKind = CertificateKind.SKILL_LEVEL

    @property
    def certified(self) -> int:
        """How many of the class get their certificate."""
        return self.heads - 2 - self.heads // 15


def identity_number(serial: int) -> str:
    """A resident's number with a valid check digit; another one for each serial."""
    born_on = _FIRST_BIRTH + timedelta(days=serial * _STRIDE % _BIRTHDAYS)
    body = f"{INVENTED_REGION}{born_on:%Y%m%d}{_FIRST_SEQUENCE + serial // _BIRTHDAYS:03d}"
    return body + mod_11_2.calc_check_digit(body)


def phone(serial: int) -> str:
    """A telephone number of the kind that the examples use."""
    return f"1380000{serial % 10_000:04d}"


def roster(courses: tuple[Course, ...], serials: Iterator[int], employer: str | None) -> list[dict[str, Any]]:
    """The rows of the classes 1, 2, …; the staff of ``employer``, or whoever looks for work."""
    return [
        _trainee(class_no, course, place, next(serials), employer)
        for class_no, course in enumerate(courses, start=1)
        for place in range(1, course.heads + 1)
    ]


def holders(courses: tuple[Course, ...], serials: Iterator[int], region: str) -> list[dict[str, Any]]:
    """The rows of a list of those who were assessed, without the day on which they got their certificates."""
    return [
        _holder(course, place, next(serials), region) for course in courses for place in range(course.heads)
    ]


def _holder(course: Course, place: int, serial: int, region: str) -> dict[str, Any]:
    return {
        "name": f"{_SURNAMES[serial * 7 % len(_SURNAMES)]}示例{place + 1:02d}",
        "id_type": "resident_id",
        "id_number": identity_number(serial),
        "phone": phone(serial),
        "certificate_kind": course.kind.value,
        "level": course.level,
        "occupation_code": course.occupation.code,
        "occupation": course.occupation.name,
        "certificate_number": f"S{region}{serial:09d}",
    }


def _trainee(class_no: int, course: Course, place: int, serial: int, employer: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "class_no": class_no,
        "name": f"{_SURNAMES[serial * 7 % len(_SURNAMES)]}示例{place:02d}",
        "id_type": "resident_id",
        "id_number": identity_number(serial),
        "phone": phone(serial),
        "category": _CATEGORIES[serial % len(_CATEGORIES)].value,
        "occupation": course.occupation.name,
    }
    if employer is not None:
        row |= {"category": TraineeCategory.ENTERPRISE_EMPLOYEE.value, "employer": employer}
    return row
