"""Objections followed by their receipts, and notices found: what anybody may see, and what nobody does."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.city import COMMITMENT, City
from workflow.errors import Malformed, NotFound
from workflow.services import notices, objections
from workflow.vocabulary import NoticeStanding

OBJECTION = {"name": "李示例", "contact": "13900000009", "content": "名单中的王示例没有参加培训"}


def follow(city: City, receipt: str) -> dict[str, Any]:
    return objections.follow_objection(city.product, receipt=receipt)


def object_to_notice(city: City) -> str:
    (notice,) = notices.list_public_notices(city.product)["items"]
    answer = notices.file_public_objection(city.product, notice_id=notice["id"], body=OBJECTION)
    receipt: str = answer["receipt"]
    return receipt


def resolve(city: City, outcome: str, reply: str = "经核实") -> None:
    open_ones = [each for each in city.look()["form"]["claim"]["objections"] if not each["outcome"]]
    city.send("hr2", "resolve_objection", objection_id=str(open_ones[0]["id"]), outcome=outcome, reply=reply)


def test_an_objection_is_followed_from_its_receipt_to_its_reply(city: City) -> None:
    city.to_notice()
    receipt = object_to_notice(city)
    found = follow(city, receipt)
    assert (found["state"], found["due_on"], found["overdue"]) == ("in_hand", "2026-10-22", False)
    assert (found["limit_days"], found["reply"], found["outcome"]) == (5, None, None)
    assert "本地" in found["source"]
    city.at("2026-10-23")
    assert follow(city, receipt)["overdue"] is True
    resolve(city, "dismissed", "经核实，名单人员参加了全部课时")
    found = follow(city, receipt)
    assert (found["state"], found["outcome_label"]) == ("answered", "异议不成立")
    assert found["reply"] == "经核实，名单人员参加了全部课时"
    assert (found["due_on"], found["overdue"]) == (None, False)
    assert found["answered_at"].startswith("2026-10-23")


def test_nothing_of_the_objector_is_told(city: City) -> None:
    city.to_notice()
    told = json.dumps(follow(city, object_to_notice(city)), ensure_ascii=False)
    assert not any(part in told for part in ("李", "1390000", "王示例", "没有参加"))


def test_a_receipt_rests_while_the_notice_is_down_and_ends_with_the_application(city: City) -> None:
    city.to_notice()
    receipt = object_to_notice(city)
    city.send("hr_head", "suspend", reason="核查")
    assert follow(city, receipt)["state"] == "paused"
    assert follow(city, receipt)["notice_state"] == "suspended"
    city.send("hr_head", "resume", reason="核查完毕")
    city.send("hr1", "publish", site="平顶山市人社局网站")
    assert follow(city, receipt)["state"] == "in_hand"
    city.send("institution", "withdraw", reason="不再申请")
    found = follow(city, receipt)
    assert (found["state"], found["due_on"], found["reply"]) == ("ended", None, None)


def test_a_receipt_is_taken_as_people_type_it(small_city: City) -> None:
    small_city.to_notice()
    receipt = object_to_notice(small_city)
    wide = receipt.translate({ord(sign): ord(sign) + 0xFEE0 for sign in receipt if sign != "-"})
    for typed in (receipt.lower(), f"  {wide}\t", receipt.replace("-", " - "), receipt.replace("-", "－")):
        assert follow(small_city, typed)["receipt"] == receipt
    assert follow(small_city, receipt.replace("0", "o"))["receipt"] == receipt
    with pytest.raises(NotFound, match="没有回执编号"):
        follow(small_city, receipt[:-7])
    with pytest.raises(NotFound, match="没有回执编号"):
        follow(small_city, receipt[:-1] + ("A" if receipt[-1] != "A" else "B"))


@given(typed=st.text(max_size=80).filter(lambda text: "Y" not in unicodedata.normalize("NFKC", text).upper()))
def test_what_is_no_receipt_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(Malformed, match="回执编号"):
        objections._typed(typed)


def test_notices_are_found_by_region_standing_number_and_name_of_an_organisation(city: City) -> None:
    city.to_notice()
    (notice,) = notices.list_public_notices(city.product)["items"]

    def found(**filters: Any) -> int:
        return len(notices.list_public_notices(city.product, **filters)["items"])

    assert found(region="410400") == found(standing=NoticeStanding.OPEN) == 1
    assert found(region="410421") == found(standing=NoticeStanding.ENDED) == 0
    assert found(text=notice["application_number"]) == found(text="institution") == 1
    assert found(text="%") == found(text="没有的名称") == found(text="institution2") == 0
    city.at("2026-10-23").send("hr2", "close_notice")
    assert (found(standing=NoticeStanding.OPEN), found(standing=NoticeStanding.ENDED)) == (0, 1)


def test_a_person_is_not_found_by_name_on_the_public_pages(small_city: City) -> None:
    small_city.at("2026-10-09").apply_as_individual()
    lines = [{"class_no": 1, "heads": 1, "amount": "1200.00"}]
    small_city.send("individual", "submit", claim={"lines": lines, "commitment": COMMITMENT})
    small_city.send("industry1", "accept")
    for login in ("industry1", "industry2"):
        small_city.send(login, "approve", opinion="同意")
    small_city.send("hr1", "publish", site="平顶山市人社局网站")
    name, number = small_city.look()["form"]["applicant"]["name"], small_city.application["number"]
    assert notices.list_public_notices(small_city.product, text=name)["items"] == []
    (shown,) = notices.list_public_notices(small_city.product, text=number)["items"]
    assert name not in json.dumps(shown, ensure_ascii=False)
    assert shown["applicant_name"] == f"{name[0]}{'*' * (len(name) - 1)}"
