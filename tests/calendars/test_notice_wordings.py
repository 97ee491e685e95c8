"""Careless but plain wordings are read to the same days, and nothing false in them passes in silence."""

from itertools import islice

import pytest

from calendars import ChinaWorkingDays, Reading, read_notice
from tests.calendars.falsified import falsifications, judged
from tests.calendars.test_notice import NOTICE_2027
from tests.calendars.test_notice_falsified import STRIDE
from tests.calendars.texts import Issued
from tests.calendars.wordings import reworded

PUBLISHED = ChinaWorkingDays.published()
REWORDED = reworded()


@pytest.mark.parametrize("wording", REWORDED)
def test_a_careless_wording_is_read_to_the_same_days(wording: str) -> None:
    def days(reading: Reading) -> set[object]:
        return {*reading.days_off, *(named.on for named in reading.workdays)}

    read, truth = read_notice(REWORDED[wording][0]), read_notice(NOTICE_2027)
    weekend = {named for named in truth.days_off if named.on.day in (2, 3) and named.on.month == 1}
    assert days(read) | weekend == days(truth)
    assert read.complete
    assert read.cautions == ()


def check(wording: str, stride: int) -> None:
    text, line = REWORDED[wording]
    one = Issued("2027", 2027, text, PUBLISHED)
    there = (falsified for falsified in falsifications(text) if falsified.line == line)
    for falsified in islice(there, 0, None, stride):
        assert judged(one, falsified).outcome != "silent", falsified


@pytest.mark.parametrize("wording", REWORDED)
def test_nothing_false_in_a_careless_wording_passes_in_silence(wording: str) -> None:
    check(wording, STRIDE)


@pytest.mark.soak
@pytest.mark.parametrize("wording", REWORDED)
def test_nothing_false_at_all_in_a_careless_wording_passes_in_silence(wording: str) -> None:
    check(wording, 1)
