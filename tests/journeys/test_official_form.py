"""The official form of whole applications: in every state, for whom it is, and how a print is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, update

from tests.journeys.city import City
from tests.journeys.holders import ROW_OF, TODAY, apply_with, claim, plain
from tests.journeys.test_calendar_import import NOTICE
from tests.workflow.printing.printed import pages_of
from workflow.errors import Forbidden, Malformed, NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.sealing import KeyRing, check_code, key_name, read_check_code, secrets_of_code
from workflow.services import audit_verification, holiday_notices, keys, official_forms
from workflow.services.official_forms import PrintedForm
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.settings import read_settings

OLD, NEW = "old-key-" * 4, "new-key-" * 4


def printed(city: City, login: str = "auditor") -> PrintedForm:
    """The form of the application under way, as this person downloads it."""
    return official_forms.print_official_form(
        city.product, actor=city.actors[login], application_id=city.application["id"]
    )


def text_of(city: City, login: str = "auditor") -> str:
    """What stands on it."""
    return "".join(pages_of(printed(city, login).pdf))


def check(city: City, form: PrintedForm, **typed: str) -> dict[str, Any]:
    """What the public is told of it."""
    return official_forms.check_printed_form(
        city.product, **({"number": form.number, "code": form.code} | typed)
    )


# --- in every state ----------------------------------------------------------------------------------------


def to_draft(city: City) -> City:
    """A draft of 31 August 2026."""
    city.at("2026-08-31").apply()
    return city


def to_training(city: City) -> City:
    """Under way, with an inspection of the first day."""
    city.to_training().at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=50,
        sign_in="签到50人",
        materials="齐全",
    )
    return city


def to_money(city: City) -> City:
    """Paid on 2 November 2026."""
    city.to_payment().at("2026-11-02").pay()
    return city


WAYS: list[tuple[Callable[[City], City], tuple[str, ...], tuple[str, ...]]] = [
    (to_draft, ("办理状态：草稿", "50人"), ("签到50人",)),
    (
        to_training,
        (
            "复核意见：同意。同意（2026年9月4日）",
            "初审人：示例hr1复核人：示例hr2盖章（公章）2026年9月4日",
            "学员人数：50签到情况：签到50人",
            "检查人员签字示例inspector",
        ),
        ("实训楼", "平均出勤人数48人"),
    ),
    (
        City.to_claim_draft,
        (
            "时间：2026年9月10日地点：实训楼",
            "平均出勤人数48人",
            "2026年9月24日（2026年9月21日提出）",
            "参加职业技能等级评定人数47人取证人数45人",
            "取证总人数45人",
            "审核人：示例hr1盖章（公章）2026年9月28日",
        ),
        ("申请补贴人数45人",),
    ),
    (
        City.to_notice,
        (
            "申请补贴人数45人申请补贴资金5.4000万元大写：人民币伍万肆仟元整",
            "申请承诺人：示例负责人2026年9月28日",
            "受理日期：2026年9月29日，受理人：示例industry1",
            "2026年10月15日至2026年10月22日在市人力资源和社会保障局官网进行公示，公示期天，",
        ),
        ("公示期9天", "支付"),
    ),
    (
        to_money,
        (
            "2026年10月15日至2026年10月23日在市人力资源和社会保障局官网进行公示，公示期9天，",
            "处理情况：无异议。",
            "初审人：示例finance1复核人：示例finance2盖章（公章）2026年10月30日",
            "拨付时间2026年11月2日",
            "实付合计：54,000.00元",
            "凭证号：V-1经办人：示例cashier",
            "办理状态：已拨付",
        ),
        ("草稿",),
    ),
]


@pytest.mark.parametrize(("way", "there", "absent"), WAYS, ids=[way.__name__ for way, _, _ in WAYS])
def test_the_form_is_filled_as_far_as_the_case_has_come(
    city: City, way: Callable[[City], City], there: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    way(city)
    text = text_of(city, "institution")
    assert [words for words in there if words not in text] == [], text
    assert [words for words in absent if words in text] == []


def test_the_same_version_is_the_same_file_for_whoever_may_read_it_and_numbers_are_masked(
    small_city: City,
) -> None:
    small_city.to_notice()
    files = {printed(small_city, login).pdf for login in ("institution", "hr1", "cashier", "auditor")}
    assert len(files) == 1
    # Time alone changes nothing on it.
    small_city.at("2027-03-01 17:00")
    assert printed(small_city).pdf in files
    text = text_of(small_city)
    applicant = small_city.look()["form"]["applicant"]
    assert applicant["bank_account"] in text
    assert applicant["contact_phone"] in text
    assert "*" in applicant["bank_account"]


def test_a_form_is_printed_for_whom_the_application_may_be_read_alone(small_city: City) -> None:
    small_city.at("2026-08-31").apply()
    for login in ("institution2", "industry1", "hr1_bf"):
        with pytest.raises(Forbidden):
            printed(small_city, login)
    small_city.send("institution", "submit")
    assert printed(small_city, "industry1").pdf.startswith(b"%PDF")
    with pytest.raises(Forbidden):
        printed(small_city, "hr1_bf")
    with pytest.raises(NotFound):
        official_forms.print_official_form(
            small_city.product, actor=small_city.actors["auditor"], application_id=999
        )


def test_an_individuals_form_holds_the_person_and_the_certificate(small_city: City) -> None:
    small_city.at("2026-09-28").apply_as_individual()
    pages = pages_of(printed(small_city).pdf)
    assert len(pages) == 1
    applicant = small_city.application["form"]["applicant"]
    for words in ("个人申请人甲", applicant["id_number"], "示例评价机构", "申请类别：个人"):
        assert words in pages[0]
    assert "*" in applicant["id_number"]


@pytest.mark.parametrize(
    ("login", "amount"),
    [("assessment_body_zm", "1680.00"), ("enterprise_zm", "7000.00"), ("agency_zm", "2100.00")],
)
def test_a_direct_claim_is_printed_with_its_list(small_city: City, login: str, amount: str) -> None:
    small_city.at(TODAY)
    rows = [ROW_OF[plain(login)](serial) for serial in range(1, 8)]
    apply_with(small_city, login, rows)
    small_city.send(login, "submit", claim=claim(7, amount))
    pages = pages_of(printed(small_city).pdf)
    assert "名单人数7人名单见附表" in pages[0]
    text = "".join(pages[1:])
    for row in rows:
        assert row["name"] in text
        assert row["id_number"] not in text
        assert row["phone"] not in "".join(pages)


# --- checking a print --------------------------------------------------------------------------------------


def test_a_print_is_genuine_and_says_once_the_case_has_moved_on(city: City) -> None:
    form = printed(city.to_notice())
    found = check(city, form)
    assert (found["result"], found["current"]) == ("genuine", True)
    assert (found["state"], found["state_label"]) == ("claim_public_notice", "补贴申领·公示中")
    assert found["version"] == form.version
    assert found["recorded_at"].startswith("2026-10-15T09:00")
    assert found["money"] == {"asked": "54000.00", "approved": "0.00", "paid": "0.00"}
    # What was refused has changed nothing.
    with pytest.raises(Forbidden):
        city.send("cashier", "close_notice")
    assert check(city, form) == found

    city.at("2026-10-23").send("hr2", "close_notice")
    found = check(city, form)
    assert (found["result"], found["current"], found["money"]) == ("genuine", False, {})
    assert found["state_label"] == "补贴申领·公示中"
    newer = printed(city)
    assert newer.code != form.code
    assert check(city, newer)["current"]


def test_a_code_is_read_however_it_was_typed(small_city: City) -> None:
    form = printed(to_draft(small_city))
    for code in (
        form.code.lower(),
        form.code.replace("-", ""),
        f"  {form.code.replace('-', ' ')} ",
        form.code.replace("-", "—"),
        form.code.replace("0", "O").replace("1", "l"),
        "".join(chr(ord(sign) + 0xFEE0) for sign in form.code),
    ):
        assert check(small_city, form, code=code)["result"] == "genuine", code


def test_what_was_not_printed_is_not_genuine_and_a_number_that_is_not_there_is_told_no_more(
    small_city: City,
) -> None:
    form = printed(to_draft(small_city))
    small_city.at("2026-09-01").apply("institution2")
    other = printed(small_city)
    forged = form.code[:-1] + ("0" if form.code[-1] != "0" else "1")
    unknown = {"result": "unknown"}
    assert check(small_city, form, code=forged) == unknown
    assert check(small_city, form, code=other.code) == unknown
    assert check(small_city, form, number=other.number) == unknown
    assert check(small_city, form, number="410400-2026-999999") == unknown


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"number": "", "code": ""}, {"number", "code"}),
        ({"code": "ABCD-EFGH-JKM"}, {"code"}),
        ({"code": "ABCD-EFGH-JKMU"}, {"code"}),
        ({"code": "核验码核验码核验码核验码"}, {"code"}),
        ({"number": "410400-2026-1\x00"}, {"number"}),
        ({"number": "x" * 5000, "code": "y" * 5000}, {"number", "code"}),
        ({"number": "410400-2026-000001' OR 1=1"}, {"number"}),
    ],
)
def test_what_cannot_be_a_number_or_a_code_is_said_at_its_field(
    small_city: City, typed: dict[str, str], fields: set[str]
) -> None:
    given = {"number": "410400-2026-000001", "code": "ABCD-EFGH-JKMN"} | typed
    with pytest.raises(Malformed) as refused:
        official_forms.check_printed_form(small_city.product, **given)
    assert {error.field for error in refused.value.errors} == fields


def test_nothing_private_is_told_of_an_individuals_form(small_city: City) -> None:
    small_city.at("2026-09-28").apply_as_individual()
    found = check(small_city, printed(small_city))
    assert found["applicant_name"] == "个*****"
    assert "个人申请人甲" not in str(found)


def test_a_form_that_was_altered_behind_the_services_is_printed_without_being_vouched_for(
    small_city: City,
) -> None:
    to_draft(small_city)
    application = tables.application
    with writing(small_city.product.engine) as connection:
        connection.execute(update(application).values(asked_fen=99_999_00))
    assert check(small_city, printed(small_city)) == {"result": "unknown"}


def test_a_notice_that_moves_a_provisional_date_moves_the_case_on(city: City) -> None:
    city.to_publication()
    city.at("2027-01-29").send("hr1", "publish", site="市人力资源和社会保障局官网")
    form = printed(city)
    assert "最短公示期至2027年2月" in text_of(city)
    assert "（暂定）" in text_of(city)
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=2027)
    assert "（暂定）" not in text_of(city)
    newer = printed(city)
    # The version is the same, the form is another: so is its code.
    assert (newer.version, newer.code != form.code) == (form.version, True)
    assert (check(city, form)["current"], check(city, newer)["current"]) == (False, True)


def test_prints_outlive_a_new_key_as_long_as_the_old_one_is_kept(engine: Engine, database_url: str) -> None:
    def process(*ring: str) -> Product:
        settings = read_settings(
            {
                "DATABASE_URL": database_url,
                "SUBSIDY_TEST_CLOCK": "1",
                "SUBSIDY_SECRET_KEY": ring[0],
                "SUBSIDY_FURTHER_SECRET_KEYS": " ".join(ring[1:]),
            }
        )
        product = Product(engine=engine, settings=settings)
        prepare(product)
        return product

    city = City(process(OLD))
    form = printed(city.to_training())
    city.product = process(NEW, OLD)
    assert check(city, form)["current"]
    keys.rotate_keys(city.product)
    # The form lies under another key; the print shows a state that was, and is known to have been.
    assert check(city, form)["result"] == "genuine"
    newer = printed(city)
    assert newer.code[:2] != form.code[:2]
    assert check(city, newer)["current"]
    assert audit_verification.verify_audit(city.product)["holds"]
    city.product = process(NEW)
    assert check(city, form) == {"result": "other_key"}
    assert check(city, newer)["current"]


def test_codes_differ_by_text_and_key_and_say_under_which_key_they_were_made() -> None:
    ring = KeyRing(NEW, (OLD,))
    codes = {check_code(text, secret=secret) for text in ("甲", "乙") for secret in ring.all}
    assert len(codes) == 4
    for code in codes:
        assert read_check_code(code) == code
        (secret,) = secrets_of_code(code, keys=ring)
        assert code in {check_code(text, secret=secret) for text in ("甲", "乙")}
        assert key_name(secret) in ring.names
    assert secrets_of_code(check_code("甲", secret="third-key" * 4), keys=ring) == ()


def test_printing_and_checking_write_nothing(small_city: City) -> None:
    to_draft(small_city)

    def rows() -> dict[str, int]:
        with reading(small_city.product.engine) as connection:
            return {
                table.name: len(connection.execute(table.select()).all())
                for table in tables.metadata.sorted_tables
            }

    before = rows()
    check(small_city, printed(small_city))
    assert rows() == before
