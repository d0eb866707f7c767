"""Linked accounts from end to end: what is searched, what is journalled, who confirms, and what is never read."""

from __future__ import annotations

import json

import pytest

from integrations.lab.company import NEIGHBOUR, PEOPLE, PERSONAS, github_id, okta_id, person
from integrations.lab.tables import APPLICANT, tables
from runner.cases.linking import confirm_links, enough
from runner.database.journal import Entry
from runner.errors import UsageError
from runner.language.playbook import Quorum
from tests.desk.test_approvals import as_responder

JONAS, MILAN, ELIAS = PERSONAS
FOUND = "- {id: found, do: doors.find, accounts: [subject]}"
KEPT = "- {id: kept, do: doors.keep, accounts: [subject], after: found}"
SAME = "- {id: same, ask: Which?, choose: found.candidates, by: {need: 2, of: [ir-oncall, security-leads]}}"
LAWFUL = "- {id: lawful, ask: May files be compared?, by: [counsel]}"
FILES = [
    f"- {{id: {name}, task: Export it, bring: a CSV file, by: [hr], after: lawful}}"
    for name in ("hr", "payroll", "applicants")
]
COMPARED = (
    "- {id: compared, do: links.compare, accounts: [subject], after: %s, "
    "with: {files: [hr, payroll, applicants], allowed: lawful}}"
)
ALIKE = (
    "- {id: alike, ask: Which?, choose: compared.candidates, by: {need: 2, of: [ir-oncall, security-leads]}}"
)
ONWARD = """  - phase: onward
    steps:
      - {id: again, do: links.compare, accounts: [subject, linked], with: {files: [hr, payroll, applicants], allowed: lawful}}
"""
BY_FILES = [FOUND, LAWFUL, *FILES, COMPARED % "found", ALIKE]


def phase(*steps):
    return "  - phase: quiet\n    covert: true\n    steps:\n" + "".join(f"      {each}\n" for each in steps)


def opened(company, *steps, subject=MILAN, more=""):
    code = company.open(phase(*steps) + more, subject=subject.mail)
    company.run(code)
    return code


def hand_in(company, code, **changed):
    """Let counsel say yes and HR hand in what the company exports, or other texts."""
    company.answer(code, "lawful", "yes", by="helene")
    company.run(code)
    for name, text in tables().items():
        path = company.folder / name
        path.write_text(changed.get(name.removesuffix(".csv"), text), encoding="utf-8")
        company.answer(code, name.removesuffix(".csv"), "done", by="samuel", item=path)
    company.run(code)


def proposed(company, code):
    return {each["data"]["key"]: each["data"] for each in company.records(code, "link.proposed")}


def kinds(link):
    return sorted(each["kind"] for each in link["because"])


def result(company, code, step):
    [ended] = [
        each["data"] for each in company.records(code, "step.finished") if each["data"]["step"] == step
    ]
    return ended


def test_services_alone_propose_the_other_personas_and_never_the_neighbour(company):
    code = opened(company, FOUND, SAME)
    links = proposed(company, code)
    assert set(links) == {f"okta/{okta_id(JONAS)}", f"okta/{okta_id(ELIAS)}"}
    assert {tuple(kinds(each)) for each in links.values()} == {("mfa-device", "phone")}
    assert NEIGHBOUR.address == MILAN.address
    assert okta_id(NEIGHBOUR) not in json.dumps(company.records(code, "link.proposed", "link.searched"))


def test_files_add_what_services_do_not_show_and_find_who_has_no_account(company):
    code = opened(company, *BY_FILES)
    hand_in(company, code)
    links = proposed(company, code)
    assert kinds(links[f"okta/{okta_id(JONAS)}"]) == ["mfa-device", "payout-account", "phone"]
    assert kinds(links[f"okta/{okta_id(ELIAS)}"]) == ["mfa-device", "payout-account", "phone"]
    assert result(company, code, "compared")["result"]["rows"] == 2 * len(PEOPLE) + len(PEOPLE) + 1
    places = [each for each in links[f"okta/{okta_id(ELIAS)}"]["because"] if each["kind"] == "payout-account"]
    assert [(each["via"], each["name"], each["id"]) for each in places[0]["there"]] == [
        ("file", "payroll.csv", ELIAS.staff_id)
    ]


def test_the_journal_knows_nothing_of_who_does_not_match(company):
    code = opened(company, *BY_FILES)
    hand_in(company, code)
    written = json.dumps([each for each in company.records(code) if each["kind"] != "door.seen"])
    strangers = [each for each in PEOPLE if each not in PERSONAS and not each.roles]
    for each in strangers:
        assert not [value for value in (each.staff_id, each.phone, each.mail) if value in written], each.name
    [*_, searched] = company.records(code, "link.searched")
    assert [(each["name"], each["rows"]) for each in searched["data"]["files"]] == [
        ("hr.csv", len(PEOPLE)), ("payroll.csv", len(PEOPLE)), ("applicants.csv", len(PEOPLE) + 1),
    ]  # fmt: skip


def test_no_file_is_read_when_counsel_said_no(company):
    code = opened(company, *BY_FILES)
    company.answer(code, "lawful", "no", by="helene")
    company.run(code)
    for name, text in tables().items():
        (company.folder / name).write_text(text)
        company.answer(code, name.removesuffix(".csv"), "done", by="samuel", item=company.folder / name)
    company.run(code)
    [asked] = [each for each in company.waiting(code) if each["request"] == "compared-failed-1"]
    assert (
        "counsel has not said yes to lawful"
        in company.case(code).requests["compared-failed-1"].data["question"]
    )
    assert [each["key"] for each in asked["options"]] == ["retry", "skip", "stop"]
    assert [each["data"]["files"] for each in company.records(code, "link.searched")] == [[]]


def test_a_yes_of_somebody_who_is_not_counsel_any_more_reads_no_file(company):
    code = opened(company, *BY_FILES)
    company.answer(code, "lawful", "yes", by="helene")
    company.run(code)
    path = company.lab.settings_path
    path.write_text(path.read_text().replace('"roles": ["counsel"]', '"roles": ["hr"]'))
    company.reload()
    for name, text in tables().items():
        (company.folder / name).write_text(text)
        company.answer(code, name.removesuffix(".csv"), "done", by="samuel", item=company.folder / name)
    company.run(code)
    assert "compared-failed-1" in company.case(code).requests
    assert all(not each["data"]["files"] for each in company.records(code, "link.searched"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("staff_id,Nationalität\nFL-1012,XX\n", 'hr.csv:1:10: expected no column about where somebody comes from, found "Nationalität"'),
        ("staff_id,salary\nFL-1012,9\n", 'hr.csv:1:10: expected a known column, found "salary"'),
        ("staff_id,phone\nFL-1012\n", "hr.csv:2:1: expected 2 cells, found 1"),
        ("staff_id,phone\nFL-1012,\0\n", "hr.csv:2:1: expected text, found a NUL byte"),
    ],
)  # fmt: skip
def test_a_file_that_may_not_be_compared_is_refused_when_it_is_handed_in_and_not_kept(company, text, why):
    code = opened(company, *BY_FILES)
    company.answer(code, "lawful", "yes", by="helene")
    company.run(code)
    (company.folder / "hr.csv").write_text(text)
    before = company.records(code)
    with pytest.raises(UsageError) as refused:
        company.answer(code, "hr", "done", by="samuel", item=company.folder / "hr.csv")
    assert why in refused.value.what
    assert company.records(code) == before
    (company.folder / "hr.csv").write_text(tables()["hr.csv"])
    company.answer(code, "hr", "done", by="samuel", item=company.folder / "hr.csv")
    assert company.case(code).requests["hr"].status == "done"


def test_an_item_for_another_task_need_not_be_a_table(company):
    code = opened(company, LAWFUL, "- {id: photo, task: Take it, bring: a photo, by: [hr]}")
    (company.folder / "photo.png").write_bytes(b"\x89PNG\0")
    company.answer(code, "photo", "done", by="samuel", item=company.folder / "photo.png")
    assert company.case(code).requests["photo"].status == "done"


def test_formulas_and_hostile_names_in_a_file_stay_text(company):
    code = opened(company, *BY_FILES)
    account = dict(line.split(",") for line in tables()["payroll.csv"].splitlines())[MILAN.staff_id]
    risky = f"staff_id,payout_account,handle\n{MILAN.staff_id},{account},=1+1-cmd\nFL-X,{account},=1+1-cmd\nFL-Y,{account},@x\n"
    hand_in(company, code, payroll=risky)
    link = proposed(company, code)["@people/FL-X"]
    assert kinds(link) == ["handle", "payout-account"]
    assert [each["value"] for each in link["because"]] == [account, "=1+1-cmd"]


def test_a_person_of_a_file_only_is_confirmed_and_has_no_doors(company):
    code = opened(company, *BY_FILES, subject=JONAS, more=ONWARD)
    hand_in(company, code)
    key = f"@people/applicant:{APPLICANT}"
    assert kinds(proposed(company, code)[key]) == ["cv-hash", "phone"]
    for each in ("maren", "rohan"):
        company.answer(code, "alike", key, by=each)
    company.run(code)
    [confirmed] = company.records(code, "link.confirmed")
    assert confirmed["data"]["links"] == [{"key": key, "by": ["maren", "rohan"]}]
    assert company.case(code).linked == []
    assert [each.id for each in company.case(code).rows] == [f"applicant:{APPLICANT}"]
    # What this application shows is searched for in the next hop, and it is proposed to nobody again.
    [*_, searched] = company.records(code, "link.searched")
    assert searched["data"]["values"]["referee"] == 2
    assert key not in {
        each["data"]["key"]
        for each in company.records(code, "link.proposed")
        if each["seq"] > confirmed["seq"]
    }


def test_a_row_of_staff_leads_to_the_accounts_of_that_person(company):
    code = opened(company, *BY_FILES)
    account = dict(line.split(",") for line in tables()["payroll.csv"].splitlines())[MILAN.staff_id]
    wanda = next(each for each in PEOPLE[20:] if each.github)
    shown = f"{MILAN.staff_id},{account},@dev-7\n{wanda.staff_id},{account},@dev-7\n"
    hand_in(company, code, payroll="staff_id,payout_account,handle\n" + shown)
    for each in ("maren", "rohan"):
        company.answer(code, "alike", f"@people/{wanda.staff_id}", by=each)
    company.run(code)
    assert {(each.service, each.id) for each in company.case(code).linked} == {
        ("okta", okta_id(wanda)), ("github", github_id(wanda)),
    }  # fmt: skip


def test_a_shared_value_is_told_with_the_kept_items_that_show_it(company):
    code = opened(company, FOUND, KEPT, LAWFUL, *FILES, COMPARED % "kept")
    hand_in(company, code)
    link = proposed(company, code)[f"okta/{okta_id(JONAS)}"]
    [phone] = [each for each in link["because"] if each["kind"] == "phone"]
    items = [each for each in phone["own"] if each["via"] == "item"]
    kept = {each["data"]["sha256"] for each in company.records(code, "item.kept")}
    assert items
    assert {each["sha256"] for each in items} <= kept
    assert any(
        f"item {items[0]['name']}, SHA-256 {items[0]['sha256'][:12]}" in words for words in link["words"]
    )


def test_every_hop_takes_two_people(company):
    """What a linked account alone shows is searched for once it is confirmed, and not before."""
    code = opened(company, FOUND, SAME, LAWFUL, *FILES, COMPARED % "same", more=ONWARD)
    for each in ("maren", "rohan"):
        company.answer(code, "same", f"okta/{okta_id(ELIAS)}", by=each)
    serial = "PF7Y2KXW4"
    hr = f"staff_id,device_serial,git_key\n{ELIAS.staff_id},{serial},SHA256:{'B' * 43}\nFL-77,{serial},SHA256:{'B' * 43}\n"
    hand_in(company, code, hr=hr)
    first, second = (each["data"]["values"] for each in company.records(code, "link.searched")[-2:])
    assert "git-key" not in first
    assert second["git-key"] == 1
    assert kinds(proposed(company, code)["@people/FL-77"]) == ["device", "git-key"]


def test_one_person_alone_links_nobody_however_often_they_answer(company):
    code = opened(company, FOUND, SAME)
    for _ in range(3):
        company.answer(code, "same", f"okta/{okta_id(ELIAS)}", by="maren")
        company.run(code)
    assert company.records(code, "link.confirmed") == []
    company.answer(code, "same", f"okta/{okta_id(JONAS)}", by="rohan")
    company.run(code)
    assert company.records(code, "link.confirmed") == []
    assert company.case(code).requests["same"].status == "answered"


def test_a_question_of_one_about_candidates_is_put_to_two(company):
    code = opened(company, FOUND, SAME)
    work = company.work(code)
    options = company.case(code).requests["same"].data["options"]
    assert enough(work, Quorum(need=1, of=("ir-oncall",)), options).needed == 2
    assert enough(work, Quorum(need=3, of=("ir-oncall",)), options).needed == 3
    assert enough(work, Quorum(need=1, of=("ir-oncall",)), [{"key": "retry"}]).needed == 1


def test_a_question_that_was_put_to_one_links_nobody(company):
    code = opened(company, FOUND, SAME)
    work = company.work(code)
    asked = {**company.case(code).requests["same"].data, "request": "old", "need": 1}
    work.journal.append(Entry("ask.asked", asked))
    work.write("ask.answered", request="old", by="maren", value=f"okta/{okta_id(ELIAS)}")
    confirm_links(work, "old")
    assert company.records(code, "link.confirmed") == []
    work.write("ask.answered", request="old", by="rohan", value=f"okta/{okta_id(ELIAS)}")
    confirm_links(work, "old")
    assert company.records(code, "link.confirmed")[0]["data"]["by"] == ["maren", "rohan"]


def test_who_may_be_the_other_account_does_not_count_for_that_link(founded):
    company = founded(edit=as_responder(ELIAS.mail, "elias"))
    code = opened(company, FOUND, SAME)
    both = f"okta/{okta_id(ELIAS)},okta/{okta_id(JONAS)}"
    for each in ("elias", "maren"):
        company.answer(code, "same", both, by=each)
    company.run(code)
    [confirmed] = company.records(code, "link.confirmed")
    assert [each["key"] for each in confirmed["data"]["links"]] == [f"okta/{okta_id(JONAS)}"]
    assert okta_id(ELIAS) not in {each.id for each in company.case(code).linked}


def test_only_those_who_named_an_account_are_told_to_have_confirmed_it(company):
    code = opened(company, FOUND, SAME)
    for each, value in (("maren", okta_id(ELIAS)), ("tomas", okta_id(ELIAS)), ("rohan", okta_id(JONAS))):
        company.answer(code, "same", f"okta/{value}", by=each)
    company.run(code)
    [confirmed] = company.records(code, "link.confirmed")
    assert confirmed["data"]["links"] == [{"key": f"okta/{okta_id(ELIAS)}", "by": ["maren", "tomas"]}]
    assert confirmed["data"]["by"] == ["maren", "tomas"]


def test_a_service_that_cannot_be_searched_is_named_and_the_rest_goes_on(company):
    company.fail("okta", "GET /api/v1/devices", "status", status=403, times=None)
    code = opened(company, FOUND)
    [gap] = [each for each in result(company, code, "found")["result"]["unreadable"] if not each["layer"]]
    assert gap["service"] == "okta"
    assert gap["why"]
    assert company.records(code, "link.searched")[0]["data"]["unreadable"] == [gap]


def test_the_company_shares_what_its_operator_shares_and_nothing_else():
    payroll = [line.split(",") for line in tables()["payroll.csv"].splitlines()[1:]]
    paid = [account for _, account in payroll]
    assert len(set(paid)) == len(PEOPLE) - len(PERSONAS) + 1
    assert person("jonas.weber@fjordlight.example") in PERSONAS
