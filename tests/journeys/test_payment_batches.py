"""A batch for the bank and its results: every line is paid once, or fails with its reason."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.journeys.bank import answer, cells_of, failed, paid
from tests.journeys.city import City
from tests.journeys.test_funds_at_once import copies, faults_of_the_books
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow, Refused
from workflow.form.money import fen_from_yuan
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import alerts, bank_results, ledger, payment_batches, payment_lines, readings
from workflow.services.payment_batch_reading import list_batches, read_batch
from workflow.services.payment_files import FileFormat, fetch_file
from workflow.vocabulary import ResultStanding

SOURCE = "special_account"
EACH = "54000.00"


@pytest.fixture
def ready(city: City, monkeypatch: pytest.MonkeyPatch) -> tuple[City, list[int]]:
    """Four approved applications that wait for payment, without a reservation, and pools that have enough."""
    monkeypatch.setattr(ledger, "reserve", lambda case: None)
    city.to_payment()
    monkeypatch.undo()
    city.at("2026-11-03")
    return city, [city.application["id"], *copies(city, 3)]


def make(city: City, ids: list[int], command_id: str | None = None, login: str = "cashier") -> dict[str, Any]:
    body = {"source": SOURCE, "applications": [{"application_id": each} for each in ids]}
    return payment_batches.make_batch(
        city.product, actor=city.actors[login], body=body, command_id=command_id
    )


def fetch(city: City, batch: dict[str, Any], shape: FileFormat = FileFormat.XLSX) -> bytes:
    actor = city.actors["cashier"]
    return fetch_file(city.product, actor=actor, batch_id=batch["id"], shape=shape).content


def upload(city: City, batch: dict[str, Any], content: bytes) -> dict[str, Any]:
    command: Any = {"actor": city.actors["cashier"], "batch_id": batch["id"], "content": content}
    return bank_results.upload_result(city.product, file_name="结果.xlsx", **command)


def apply(city: City, batch: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    return bank_results.apply_result(
        city.product, actor=city.actors["cashier"], batch_id=batch["id"], result_id=result["id"]
    )


def cancel(city: City, batch: dict[str, Any], login: str = "cashier") -> dict[str, Any]:
    body = {"reason": "银行系统停机"}
    actor = city.actors[login]
    return payment_batches.cancel_batch(city.product, actor=actor, batch_id=batch["id"], body=body)


def look(city: City, batch: dict[str, Any]) -> dict[str, Any]:
    return read_batch(city.product, actor=city.actors["cashier"], batch_id=batch["id"])


def states(city: City, batch: dict[str, Any]) -> list[str]:
    return [line["state"] for line in look(city, batch)["lines"]]


def payments(city: City) -> list[Any]:
    payment = tables.payment
    with reading(city.product.engine) as connection:
        return list(connection.execute(select(payment).order_by(payment.c.id)).mappings())


def standings(result: dict[str, Any]) -> list[str]:
    return [item["standing"] for item in result["items"]]


def paid_by_application(city: City, ids: list[int]) -> dict[int, int]:
    found = dict.fromkeys(ids, 0)
    for row in payments(city):
        if row["failed_at"] is None:
            found[row["application_id"]] += row["amount_fen"]
    return found


def test_a_batch_goes_to_the_bank_and_every_line_comes_back_paid_or_failed(
    ready: tuple[City, list[int]],
) -> None:
    city, ids = ready
    batch = make(city, ids, "once")
    assert make(city, ids, "once")["id"] == batch["id"]
    with pytest.raises(Malformed, match="Idempotency-Key"):
        make(city, ids[:2], "once")
    with pytest.raises(Malformed, match=f"已在拨付批次{batch['number']}中"):
        make(city, ids[:1])
    assert (batch["line_count"], batch["total"], batch["state"]) == (4, "216000.00", "open")
    # What is not with the bank yet is paid by nobody on the side, and can be taken out.
    city.application["id"] = ids[0]
    with pytest.raises(NotNow, match="批次尚未导出"):
        city.pay()
    cashier = city.actors["cashier"]
    payment_batches.take_out(city.product, actor=cashier, batch_id=batch["id"], line_no=4)
    with pytest.raises(NotFound):
        payment_batches.take_out(city.product, actor=cashier, batch_id=batch["id"], line_no=4)

    file = fetch(city, batch)
    rows = cells_of(file)
    account = city.look("institution")["form"]["applicant"]["bank_account"]
    assert [row[1] for row in rows] == ["1", "2", "3", "3"]
    assert (rows[-1][0], rows[-1][6], len(rows[-1][7])) == ("合计", "162000.00", 64)
    assert all(row[5].isdigit() and row[5][-4:] == account[-4:] for row in rows[:-1])
    for shape, encoding in ((FileFormat.CSV_UTF8, "utf-8-sig"), (FileFormat.CSV_GB18030, "gb18030")):
        text = fetch(city, batch, shape).decode(encoding)
        told = list(csv.reader(io.StringIO(text)))
        assert [row[:8] for row in told[1:]] == [[cell or "" for cell in row[:8]] for row in rows]
    with pytest.raises(NotNow, match="只有尚未导出"):
        payment_batches.take_out(city.product, actor=cashier, batch_id=batch["id"], line_no=3)
    # Each account that went out was read, and that is known.
    known = readings.list_readings(city.product, actor=city.actors["auditor"], limit=50)["items"]
    assert [item["application_id"] for item in known] == [*reversed(ids[:3])] * 3
    assert {(item["purpose"], item["note"], account[-4:] in item["whose"][0]) for item in known} == {
        ("payment", f"拨付批次{batch['number']}", True)
    }

    said = answer(file, {1: paid(1), 2: failed()})
    result = upload(city, batch, said)
    assert standings(result) == ["paid", "failed", "blank"]
    assert payments(city) == [], "nothing is recorded before it was looked at"
    done = apply(city, batch, result)
    assert standings(done) == ["done", "done", "blank"]
    assert states(city, batch) == ["paid", "failed", "waiting", "removed"]
    assert upload(city, batch, said)["id"] == result["id"], "the same file is the same result"
    assert standings(apply(city, batch, result)) == ["done", "done", "blank"]
    assert [(row["application_id"], row["voucher"]) for row in payments(city)] == [(ids[0], "YH-1")]

    # The applicant hears why, the trail knows, and the application can be listed anew.
    told = alerts.list_alerts(city.product, actor=city.actors["institution"])["items"]
    assert [(item["rung_label"], item["reason"]) for item in told if item["application_id"] == ids[1]] == [
        ("银行支付失败，待重新拨付", "户名与账号不符")
    ]
    again = make(city, [ids[1], ids[3]])
    name, report = bank_results.result_report(
        city.product, actor=city.actors["auditor"], batch_id=batch["id"], result_id=result["id"]
    )
    assert batch["number"] in name
    cells = cells_of(report)[1:]
    assert [row[-1] or "" for row in cells] == ["", "户名与账号不符", ""]

    # The rest comes with a second file, with the first line sent back by the bank after all.
    second = upload(city, batch, answer(file, {1: failed("账户已销户"), 2: paid(2), 3: paid(3)}))
    assert standings(second) == ["returned", "unmatched", "paid"]
    assert standings(apply(city, batch, second)) == ["done", "unmatched", "done"]
    assert look(city, batch)["state"] == "settled"
    # The older file once more: it knows that its payment came back, and pays nothing.
    assert standings(apply(city, batch, result)) == ["done", "done", "blank"]
    assert paid_by_application(city, ids) == {ids[0]: 0, ids[1]: 0, ids[2]: 5_400_000, ids[3]: 0}
    assert faults_of_the_books(city, paid_by_application(city, ids)) == []
    listed = list_batches(city.product, actor=cashier)["items"]
    assert [(each["number"], each["state"]) for each in listed] == [
        (again["number"], "open"),
        (batch["number"], "settled"),
    ]


def test_what_does_not_fit_the_batch_is_told_line_by_line_and_records_nothing(
    ready: tuple[City, list[int]],
) -> None:
    city, ids = ready
    batch = make(city, ids)
    file = fetch(city, batch)
    every = {number: paid(number) for number in range(1, 5)}
    for change, reason in (
        ({"批次号": "410400-2026-P99999"}, "“批次号”410400-2026-P99999不是本批次"),
        ({"行号": "9"}, "“行号”9不在本批次中"),
        ({"行号": "2"}, "与第2行重复：一行只能有一个结果"),
        ({"收款账号": "6222000011112222"}, "“收款账号”与本批次不符"),
        ({"金额（元）": "5400.00"}, "“金额”5400.00与本批次不符（本批次54000.00）"),
        ({"金额（元）": "很多"}, "“金额”很多不能识别"),
        ({"凭证号": ""}, "结果为成功的，须填写凭证号和支付日期"),
        ({"支付日期": "2026-11-04"}, "不能晚于今天"),
        ({"支付日期": "昨天"}, "须为日期"),
        ({"结果": "在途"}, "成功"),
        ({"结果": "失败"}, "结果为失败的，须填写失败原因"),
        ({"结果": ""}, "须填写结果"),
    ):
        found = upload(city, batch, answer(file, every, **change))
        wrong = [item for item in found["items"] if item["standing"] == "unmatched"]
        assert len(wrong) == 1, change
        assert reason in wrong[0]["explanation"], change
    assert states(city, batch) == ["waiting"] * 4
    for content, reason in ((b"", "表头缺少"), (b"%PDF-1.7", "表头缺少"), (file[:-400], "工作簿|XLSX|文件")):
        with pytest.raises(Malformed, match=reason):
            upload(city, batch, content)
    # The same comma-separated, as a bank writes it, amounts with their commas.
    text = fetch(city, batch, FileFormat.CSV_GB18030).decode("gb18030")
    lines = list(csv.reader(io.StringIO(text)))
    for line, said in zip(lines[1:], [paid(1), failed(), paid(3), {}], strict=False):
        line[6] = "54,000.00"
        for name, value in said.items():
            line[lines[0].index(name)] = value.replace("-", "/") if name == "支付日期" else value
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    result = upload(city, batch, written.getvalue().encode("gb18030"))
    assert standings(apply(city, batch, result)) == ["done", "done", "done", "blank"]
    with pytest.raises(NotNow, match="已有银行结果"):
        cancel(city, batch)


def test_only_the_cashiers_and_the_head_of_the_region_touch_a_batch(ready: tuple[City, list[int]]) -> None:
    city, ids = ready
    batch = make(city, ids[:2])
    for login in ("cashier_bf", "finance_head_bf"):
        with pytest.raises(NotFound):
            read_batch(city.product, actor=city.actors[login], batch_id=batch["id"])
    for login, refusal in (("hr1", Forbidden), ("institution", Forbidden), ("finance1", Forbidden)):
        with pytest.raises(refusal):
            fetch_file(city.product, actor=city.actors[login], batch_id=batch["id"], shape=FileFormat.XLSX)
        with pytest.raises(Refused):
            make(city, ids[2:], login=login)
    assert fetch_file(
        city.product, actor=city.actors["finance_head"], batch_id=batch["id"], shape=FileFormat.XLSX
    ).content
    with pytest.raises(Forbidden):
        cancel(city, batch, "finance_head")
    for login in ("auditor", "office", "finance1"):
        seen = read_batch(city.product, actor=city.actors[login], batch_id=batch["id"])
        assert (seen["may_keep"], seen["lines"][0]["account"][:1]) == (False, "*")
    given_up = cancel(city, batch)
    assert (given_up["state"], given_up["cancel_reason"]) == ("cancelled", "银行系统停机")
    with pytest.raises(NotNow, match="已取消"):
        fetch(city, batch)
    with pytest.raises(NotNow):
        upload(city, batch, b"x")
    assert make(city, ids)["line_count"] == 4


def test_a_payment_by_hand_is_the_result_of_its_line_or_is_refused(ready: tuple[City, list[int]]) -> None:
    city, ids = ready
    batch = make(city, ids[:1])
    file = fetch(city, batch)
    city.application["id"] = ids[0]
    with pytest.raises(NotNow, match="须与批次一致"):
        city.pay("1000.00")
    with pytest.raises(NotNow, match="须与批次一致"):
        city.pay(source="employment_subsidy")
    city.pay(voucher="手-1")
    assert states(city, batch) == ["paid"]
    other = upload(city, batch, answer(file, {1: paid(1)}))
    assert standings(apply(city, batch, other)) == ["unmatched"]
    assert standings(upload(city, batch, answer(file, {1: paid(1, "手-1")}))) == ["done"]
    city.send("cashier", "payment_failed", voucher="手-1", reason="退汇")
    assert states(city, batch) == ["failed"]
    assert make(city, ids[:1])["line_count"] == 1


WALKED: dict[str, Any] = {"max_examples": 12, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
ACTS = ["make", "take_out", "cancel", "fetch", "answer", "answer", "again", "by_hand", "return"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["make", "take_out", "cancel", "fetch", "answer", "answer", "again", "by_hand", "return"]
        ),
        st.integers(0, 3),
        st.lists(st.sampled_from(["paid", "failed", "blank"]), min_size=4, max_size=4),
    ),
    max_size=14,
)


@dataclass
class Walk:
    """Everything that people do with batches, in any order; what is refused changes nothing."""

    city: City
    ids: list[int]
    batches: list[dict[str, Any]] = field(default_factory=list)
    results: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    serial: int = 0

    def step(self, act: str, which: int, said: list[str]) -> None:
        self.serial += 1
        with suppress(Refused):
            getattr(self, f"_{act}")(which, said)

    def _make(self, which: int, _: list[str]) -> None:
        self.batches.append(make(self.city, self.ids[which:]))

    def _take_out(self, which: int, _: list[str]) -> None:
        cashier = self.city.actors["cashier"]
        payment_batches.take_out(
            self.city.product, actor=cashier, batch_id=self._batch(which)["id"], line_no=which + 1
        )

    def _cancel(self, which: int, _: list[str]) -> None:
        cancel(self.city, self._batch(which))

    def _fetch(self, which: int, _: list[str]) -> None:
        fetch(self.city, self._batch(which))

    def _answer(self, which: int, said: list[str]) -> None:
        batch = self._batch(which)
        words = {
            "paid": lambda n: paid(n, f"{self.serial}-{n}"),
            "failed": lambda _: failed(),
            "blank": lambda _: {},
        }
        results = {number: words[each](number) for number, each in enumerate(said, start=1)}
        file = fetch(self.city, batch)
        self.results.append((batch, upload(self.city, batch, answer(file, results))))
        apply(self.city, *self.results[-1])

    def _again(self, which: int, _: list[str]) -> None:
        if self.results:
            apply(self.city, *self.results[which % len(self.results)])

    def _by_hand(self, which: int, _: list[str]) -> None:
        self.city.application["id"] = self.ids[which]
        self.city.pay(voucher=f"手-{self.serial}")

    def _return(self, which: int, _: list[str]) -> None:
        made = [row for row in payments(self.city) if row["failed_at"] is None]
        if made:
            row = made[which % len(made)]
            self.city.application["id"] = row["application_id"]
            self.city.send("cashier", "payment_failed", voucher=row["voucher"], reason="退汇")

    def _batch(self, which: int) -> dict[str, Any]:
        if not self.batches:
            self.batches.append(make(self.city, self.ids))
        return self.batches[-1 - which % len(self.batches)]

    def holds(self) -> None:
        """Nobody is paid twice, and what lines say agrees with what was paid."""
        by_application = paid_by_application(self.city, self.ids)
        assert all(fen <= fen_from_yuan(EACH) for fen in by_application.values())
        assert faults_of_the_books(self.city, by_application) == []
        line = tables.payment_line
        with reading(self.city.product.engine) as connection:
            lines = connection.execute(select(line)).all()
        of_lines = {row["line_id"]: row for row in payments(self.city) if row["line_id"] is not None}
        assert len(of_lines) == sum(row["line_id"] is not None for row in payments(self.city))
        for each in lines:
            row = of_lines.get(each.id)
            stands = row is not None and row["failed_at"] is None
            assert (each.state == "paid") == stands
            assert row is None or (row["amount_fen"], row["voucher"]) == (each.amount_fen, each.voucher)
        waiting = [each.application_id for each in lines if each.state == "waiting"]
        assert len(waiting) == len(set(waiting))


@settings(**WALKED)
@given(steps=STEPS)
def test_whatever_people_do_with_batches_nobody_is_paid_twice(
    ready: tuple[City, list[int]], steps: list[Any]
) -> None:
    walk = Walk(*ready)
    for act, which, said in steps:
        walk.step(act, which, said)
        walk.holds()


def faults_of_results_at_once(city: City, ids: list[int]) -> list[str]:
    """Two files say of every line that it was paid, each by its own voucher; six people record them."""
    batch = make(city, ids)
    file = fetch(city, batch)
    results = [
        upload(city, batch, answer(file, {n: paid(n, f"{place}-{n}") for n in range(1, len(ids) + 1)}))
        for place in ("甲", "乙")
    ]
    jobs = results * 3
    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(lambda result: _applied(city, batch, result), jobs))
    faults = []
    made = [row["application_id"] for row in payments(city)]
    if sorted(made) != sorted(ids):
        faults.append(f"paid to {made}, not once to each of {ids}")
    return faults + faults_of_the_books(city, dict.fromkeys(ids, fen_from_yuan(EACH)))


def _applied(city: City, batch: dict[str, Any], result: dict[str, Any]) -> Refused | None:
    try:
        apply(city, batch, result)
    except Refused as refusal:
        return refusal
    return None


def test_of_results_recorded_at_once_each_line_is_paid_once(ready: tuple[City, list[int]]) -> None:
    assert faults_of_results_at_once(*ready) == []


def test_a_twin_that_forgets_that_a_line_is_over_is_stopped_by_the_database(
    ready: tuple[City, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    city, ids = ready
    batch = make(city, ids[:1])
    file = fetch(city, batch)
    apply(city, batch, upload(city, batch, answer(file, {1: paid(1)})))
    line = tables.payment_line
    with reading(city.product.engine) as connection:
        row = connection.execute(select(line)).one()
    # The money was there twice, the state and the application allowed it: only the line is spent.
    city.application["id"] = ids[0]
    city.send("cashier", "payment_failed", voucher="YH-1", reason="退汇")
    monkeypatch.setattr(payment_lines, "line_to_settle", lambda case, payload: row)
    with pytest.raises(Conflict):
        city.pay(voucher="YH-2")
    monkeypatch.undo()
    with reading(city.product.engine) as connection:
        count = select(func.count()).select_from(tables.payment)
        assert connection.execute(count).scalar_one() == 1


def test_a_twin_without_the_guard_of_the_database_pays_twice_and_is_found(
    ready: tuple[City, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    city, ids = ready
    with writing(city.product.engine) as connection:
        connection.exec_driver_sql("DROP INDEX uq_payment_line_id")

    def forgetful(case: Any, payload: Any) -> Any:
        line = tables.payment_line
        found = case.connection.execute(select(line).where(line.c.application_id == case.id)).first()
        case.row["approved_fen"] = case.row["paid_fen"] + found.amount_fen
        return found

    monkeypatch.setattr(payment_lines, "line_to_settle", forgetful)
    monkeypatch.setattr(bank_results, "_standing", lambda row, line: (ResultStanding.PAID, ""))
    monkeypatch.setattr("workflow.services.door.require_event", lambda *_: None)
    monkeypatch.setattr("workflow.services.acts.disbursement.check_rules", lambda *_: None)
    monkeypatch.setattr("workflow.services.door.next_state", lambda state, *_: state)
    assert any("not once to each" in fault for fault in faults_of_results_at_once(city, ids))
