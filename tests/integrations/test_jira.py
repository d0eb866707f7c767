import base64

import pytest

from integrations.lab.faults import Fault
from integrations.lab.jira import JiraStandIn
from integrations.lab.ledger import Ledger, duplicates
from runner.actions.values import Changed, Document, Refused, Unchanged
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    ServiceError,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)
from tests.integrations.telling import HOSTILE, PAGE, SECRET, Opened, close_all, ledger_of, writes

USER = "severance@fjordlight.example"


@pytest.fixture
def house(tmp_path):
    house = JiraStandIn("jira", Ledger(tmp_path / "jira.jsonl"), user=USER, token=SECRET)
    house.start()
    yield house
    close_all()
    house.stop()


def opened(house, **changed):
    options = {"url": house.url, "user": USER, "token": "env:X", "restricted_level": "Incident team"}
    return Opened("jira", **{**options, **changed})


@pytest.fixture
def jira(house):
    return opened(house)


def open_issue(jira, document=PAGE, visible_to="restricted", **named):
    return jira.do("jira.open_issue", "SEC", document, visible_to, **named)


def test_a_restricted_ticket_is_restricted_from_its_first_moment(house, jira):
    outcome = open_issue(jira)
    assert isinstance(outcome, Changed)
    assert outcome.after == {"id": "SEC-1", "url": f"{house.url}/browse/SEC-1", "level": "Incident team"}
    assert house.state()["SEC-1"]["level"] == "Incident team"
    assert [each.split(":")[0] for each in writes(house)] == ["issue in SEC"]


def test_the_summary_is_the_code_name_and_the_label_tells_nothing(house, jira):
    open_issue(jira, key="amber-falcon-7/lockdown/doors")
    ticket = house.state()["SEC-1"]
    assert ticket["summary"] == "amber-falcon-7"
    assert "lockdown" not in str(ticket["labels"]) + str(ticket["properties"])
    assert ticket["text"] == PAGE.text


def test_a_project_ticket_has_no_level_and_says_so(house, jira):
    assert open_issue(jira, visible_to="project").after["level"] == ""
    assert house.state()["SEC-1"]["level"] == ""


def test_a_missing_level_stops_before_the_ticket_exists(house):
    outcome = open_issue(opened(house, restricted_level="Nobody knows"))
    assert isinstance(outcome, Refused)
    assert "Nobody knows" in outcome.why
    assert writes(house) == []


def test_the_same_step_again_finds_its_ticket(house, jira):
    open_issue(jira)
    assert open_issue(jira).state["id"] == "SEC-1"
    assert isinstance(open_issue(jira), Unchanged)
    assert isinstance(open_issue(jira, key="another step"), Changed)
    assert list(house.issues) == ["SEC-1", "SEC-2"]
    assert duplicates(ledger_of(house)) == []


def test_a_ticket_whose_answer_was_lost_is_found_on_the_next_attempt(house, jira):
    house.faults.add([Fault.of({"match": "POST /rest/api/3/issue$", "kind": "lose-answer"})])
    with pytest.raises(AnswerLost):
        open_issue(jira)
    assert open_issue(jira).state["id"] == "SEC-1"
    assert len(writes(house)) == 1


def test_a_clone_that_copied_the_label_is_not_taken_for_ours(house, jira):
    open_issue(jira)
    copied = dict(house.issues["SEC-1"].fields)
    house.issues = {"SEC-9": type(house.issues["SEC-1"])("9", "SEC-9", copied), **house.issues}
    assert open_issue(jira).state["id"] == "SEC-1"


def test_a_new_ticket_is_read_back_directly_while_the_index_still_misses_it(house, jira):
    house.act("index-lags", {"searches": 3})
    assert open_issue(jira).after["id"] == "SEC-1"


@pytest.mark.parametrize("project", ["sec", "SEC/../OPS", 'SEC" OR project = "OPS', "SEC\r\n", "", "../SEC"])
def test_a_project_that_is_no_key_is_refused_unasked(house, jira, project):
    assert isinstance(jira.do("jira.open_issue", project, PAGE, "restricted"), Refused)
    assert ledger_of(house) == []


def test_an_unknown_project_is_told_in_jiras_words(house, jira):
    with pytest.raises(ServiceRefused, match="No project could be found") as refused:
        jira.do("jira.open_issue", "NOPE", PAGE, "restricted")
    assert refused.value.status == 404
    with pytest.raises(ServiceRefused, match="project: valid project is required") as refused:
        jira.do("jira.open_issue", "NOPE", PAGE, "project")
    assert refused.value.status == 400


def test_hostile_text_stays_letters(house, jira):
    text = HOSTILE + "\n[~accountid:5b10] @maren {color:red}x{color} h1. !http://x.example/i.png!"
    open_issue(jira, Document("t", "T", text))
    nodes = house.issues["SEC-1"].fields["description"]["content"][0]["content"]
    assert {each["type"] for each in nodes} == {"text", "hardBreak"}
    assert all("marks" not in each for each in nodes)
    assert "[~accountid:5b10] @maren {color:red}x{color}" in house.state()["SEC-1"]["text"]
    assert "\u202e" not in str(nodes)


def test_text_too_long_for_jira_is_refused_before_the_ticket_exists(house, jira):
    assert isinstance(open_issue(jira, Document("t", "T", "x" * 32_768)), Refused)
    assert ledger_of(house) == []


def test_an_empty_document_makes_a_ticket_all_the_same(house, jira):
    assert isinstance(open_issue(jira, Document("t", "T", "\n\n")), Changed)


def test_a_comment_is_made_once(house, jira):
    open_issue(jira)
    first = jira.do("jira.comment", "SEC-1", PAGE)
    again = jira.do("jira.comment", "SEC-1", PAGE)
    assert isinstance(first, Changed)
    assert isinstance(again, Unchanged)
    assert first.after == again.state
    [said] = house.state()["SEC-1"]["comments"]
    assert said.startswith(PAGE.text)


def test_an_own_comment_is_found_behind_hundreds_of_others(house, jira):
    open_issue(jira)
    jira.do("jira.comment", "SEC-1", PAGE)
    other = {"id": "1", "body": {"type": "doc", "version": 1, "content": []}}
    house.issues["SEC-1"].comments += [other] * 250
    assert isinstance(jira.do("jira.comment", "SEC-1", PAGE), Unchanged)


def test_a_comment_whose_answer_was_lost_is_not_made_twice(house, jira):
    open_issue(jira)
    house.faults.add([Fault.of({"match": "POST .*/comment", "kind": "lose-answer"})])
    with pytest.raises(AnswerLost):
        jira.do("jira.comment", "SEC-1", PAGE)
    assert isinstance(jira.do("jira.comment", "SEC-1", PAGE), Unchanged)
    assert len(house.issues["SEC-1"].comments) == 1


@pytest.mark.parametrize("issue", ["SEC-1/../SEC-2", "SEC-0", "sec-1", "SEC-1\r\n", "", "SEC-1?x="])
def test_an_issue_that_is_no_key_is_refused_unasked(house, jira, issue):
    assert isinstance(jira.do("jira.comment", issue, PAGE), Refused)
    assert ledger_of(house) == []


def test_a_wrong_token_is_a_matter_of_credentials_and_is_not_repeated_in_the_error(house):
    with pytest.raises(CredentialsError) as refused:
        open_issue(opened(house, secret="wrong-token"))
    said = refused.value.diagnostics() + repr(refused.value.__cause__)
    assert "wrong-token" not in said
    assert base64.b64encode(b"wrong-token").decode() not in said


def test_a_redirect_is_not_followed(house, jira):
    headers = {"Location": f"{house.url}/rest/api/3/issue"}
    house.faults.add([Fault.of({"match": "POST", "kind": "status", "status": 307, "headers": headers})])
    with pytest.raises(ServiceRefused, match="redirect"):
        open_issue(jira)
    assert house.issues == {}


def test_a_guest_network_in_between_is_not_taken_for_jira(house, jira):
    house.faults.add([Fault.of({"match": "GET .*/search", "kind": "garbage", "times": 3})])
    with pytest.raises(ServiceError, match="no JSON"):
        open_issue(jira)
    house.faults.add([Fault.of({"match": "POST .*/issue$", "kind": "garbage"})])
    with pytest.raises(AnswerLost):
        open_issue(jira)


def test_not_now_is_waited_for_and_the_ticket_made_once(house, jira):
    house.faults.add(
        [Fault.of({"match": "POST", "kind": "status", "status": 429, "headers": {"Retry-After": "1"}})]
    )
    assert isinstance(open_issue(jira), Changed)
    assert len(writes(house)) == 1


def test_a_site_that_is_not_there_took_nothing(house, jira):
    house.stop()
    with pytest.raises(NotReached):
        open_issue(jira)


def test_planning_and_a_shut_gate_send_no_write(house, jira):
    assert jira.plan("jira.open_issue", "SEC", PAGE, "restricted")["would"] == "write"
    with pytest.raises(WriteForbidden):
        jira.connection.make_issue({"project": {"key": "SEC"}}, {})
    with pytest.raises(WriteForbidden):
        jira.connection.add_comment("SEC-1", "text")
    assert {each["method"] for each in ledger_of(house)} == {"GET"}


def test_the_library_cannot_be_led_to_another_host(house, jira):
    with jira.gate.opened(), pytest.raises(ServiceError, match="another host"):
        jira.connection._session.get(house.url.replace("127.0.0.1", "localhost") + "/rest/api/3/myself")
    assert ledger_of(house) == []


def test_a_netrc_of_the_user_is_not_read(house, jira, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login intruder password intruder\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert jira.ping()["user"] == "Severance"


def test_an_address_not_fit_for_a_token_is_refused(house):
    with pytest.raises(SettingsError):
        opened(house, url="http://jira.example")


def test_doctor_learns_who_we_are(jira):
    assert jira.ping() == {"user": "Severance", "account": "5b10a2844c20165700ede21g"}
