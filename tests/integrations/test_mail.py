import smtplib
import ssl
from email import message_from_bytes
from email.policy import default

import pytest

from integrations.lab.certificate import server_context
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, duplicates
from integrations.lab.mail import MailStandIn
from runner.actions.values import Changed, Refused
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)
from tests.integrations.telling import HOSTILE, SECRET, Opened, ledger_of, writes

MAREN, TOMAS = "maren.okafor@fjordlight.example", "tomas.arvidsson@fjordlight.example"
SUBJECT, TEXT = "amber-falcon-7 needs you", "Run: severance status amber-falcon-7\nBy 12:00 UTC."


@pytest.fixture
def house(tmp_path):
    tls = server_context(tmp_path / "ca.pem")
    house = MailStandIn("mail", Ledger(tmp_path / "mail.jsonl"), tls=tls, user="severance", password=SECRET)
    house.start()
    yield house
    house.stop()


def opened(house, tmp_path, **changed):
    options = {"host": "127.0.0.1", "port": house.port, "user": "severance", "password": "env:X"}
    options |= {"sender": "ops@fjordlight.example", "ca_file": tmp_path / "ca.pem"}
    return Opened("mail", **{**options, **changed})


@pytest.fixture
def mail(house, tmp_path):
    return opened(house, tmp_path)


def test_a_page_arrives_and_is_kept_as_sent(house, mail):
    outcome = mail.do("mail.send", [MAREN, TOMAS], SUBJECT, TEXT)
    [message] = house.messages
    assert isinstance(outcome, Changed)
    assert message["to"] == outcome.after["to"] == [MAREN, TOMAS]
    assert (message["subject"], message["text"].strip()) == (SUBJECT, TEXT)
    assert message["id"] == outcome.after["id"]
    [(name, kept)] = mail.recorder.items.items()
    assert name.endswith(".eml")
    assert message_from_bytes(kept, policy=default)["Message-ID"] == message["id"]
    assert kept.splitlines() == message["raw"].splitlines()


def test_the_message_says_that_no_person_wrote_it(house, mail):
    mail.do("mail.send", [MAREN], SUBJECT, TEXT)
    assert message_from_bytes(house.messages[0]["raw"])["Auto-Submitted"] == "auto-generated"


def test_a_resent_page_carries_the_same_message_id_and_counts_once(house, mail):
    mail.do("mail.send", [MAREN], SUBJECT, TEXT)
    mail.do("mail.send", [MAREN], SUBJECT, TEXT)
    mail.do("mail.send", [MAREN], SUBJECT, TEXT, key="another step")
    first, second, third = (each["id"] for each in house.messages)
    assert first == second != third
    assert duplicates(ledger_of(house)) == []
    assert len(writes(house)) == 2


def test_a_refused_recipient_is_named_and_the_others_still_get_the_page(house, mail):
    house.unknown_mailboxes.add(TOMAS)
    outcome = mail.do("mail.send", [MAREN, TOMAS], SUBJECT, TEXT)
    assert outcome.after["to"] == house.messages[0]["to"] == [MAREN]
    assert outcome.after["refused"] == {TOMAS: "550 5.1.1 No such user here"}


def test_nobody_taken_is_a_refusal_that_names_them_all(house, mail):
    house.unknown_mailboxes |= {MAREN, TOMAS}
    with pytest.raises(ServiceRefused, match=f"{MAREN}: 550.*{TOMAS}: 550") as refused:
        mail.do("mail.send", [MAREN, TOMAS], SUBJECT, TEXT)
    assert refused.value.status == 550
    assert house.messages == []


def test_the_same_address_twice_is_one_recipient(house, mail):
    assert mail.do("mail.send", [MAREN, MAREN], SUBJECT, TEXT).after["to"] == [MAREN]
    house.unknown_mailboxes.add(MAREN)
    with pytest.raises(ServiceRefused):
        mail.do("mail.send", [MAREN, MAREN], SUBJECT, TEXT)


def test_silence_after_the_text_is_a_lost_answer(house, mail):
    house.faults.add([Fault.of({"match": "MAIL", "kind": "lose-answer"})])
    with pytest.raises(AnswerLost):
        mail.do("mail.send", [MAREN], SUBJECT, TEXT)
    assert len(house.messages) == 1
    assert mail.recorder.items == {}


def test_a_refused_text_is_told_with_its_code(house, mail):
    house.faults.add([Fault.of({"match": "MAIL", "kind": "status", "status": 451})])
    with pytest.raises(ServiceRefused) as refused:
        mail.do("mail.send", [MAREN], SUBJECT, TEXT)
    assert refused.value.status == 451
    assert house.messages == []


@pytest.mark.parametrize(
    "to",
    [
        [],
        ["a b@x.example"],
        ["x@y.example\r\nBcc: z@y.example"],
        ["<x@y.example>"],
        ["jürgen@x.example"],
        ["x@y\n"],
    ],
)
def test_an_address_that_could_carry_more_than_an_address_is_refused(house, mail, to):
    assert isinstance(mail.do("mail.send", to, SUBJECT, TEXT), Refused)
    assert ledger_of(house) == []


@pytest.mark.parametrize("subject", ["", "a\r\nBcc: x@y.example", "a\nb", "\u202etxt", "x" * 201, "a\x00"])
def test_a_subject_that_is_not_one_plain_line_is_refused(house, mail, subject):
    assert isinstance(mail.do("mail.send", [MAREN], subject, TEXT), Refused)
    assert ledger_of(house) == []


def test_hostile_text_reaches_nobody_else_and_hides_nothing(house, mail):
    mail.do("mail.send", [MAREN], SUBJECT, HOSTILE + "\n.\nMAIL FROM:<x@y.example>")
    [message] = house.messages
    assert message["to"] == [MAREN]
    assert message_from_bytes(message["raw"])["Bcc"] is None
    assert "\\u202e" in message["text"]
    assert message["text"].rstrip().endswith("\n.\nMAIL FROM:<x@y.example>")


def test_planning_and_a_shut_gate_send_nothing(house, mail):
    assert mail.plan("mail.send", [MAREN], SUBJECT, TEXT)["would"] == "write"
    with pytest.raises(WriteForbidden):
        mail.connection.send(b"Subject: x\r\n\r\nx", [MAREN])
    assert ledger_of(house) == []


def test_a_wrong_password_is_a_matter_of_credentials_and_is_not_repeated_in_the_error(house, tmp_path):
    wrong = opened(house, tmp_path, secret="not-the-password")
    with pytest.raises(CredentialsError) as refused:
        wrong.do("mail.send", [MAREN], SUBJECT, TEXT)
    assert "not-the-password" not in refused.value.diagnostics()
    assert house.messages == []


def test_a_certificate_nobody_vouches_for_stops_before_the_password(house, tmp_path):
    strict = opened(house, tmp_path, ca_file=None)
    with pytest.raises(NotReached, match="TLS does not verify"):
        strict.do("mail.send", [MAREN], SUBJECT, TEXT)
    assert ledger_of(house) == []


def test_a_server_that_is_not_there_took_nothing(house, tmp_path, mail):
    house.stop()
    with pytest.raises(NotReached):
        mail.do("mail.send", [MAREN], SUBJECT, TEXT)


def test_an_unreadable_ca_file_is_a_matter_of_settings(house, tmp_path):
    with pytest.raises(SettingsError):
        opened(house, tmp_path, ca_file=tmp_path / "none.pem")


def test_doctor_signs_in_and_sends_nothing(house, mail):
    assert mail.ping()["user"] == "severance"
    assert ledger_of(house) == []


def test_the_stand_in_wants_tls_and_then_a_password(house, tmp_path):
    with smtplib.SMTP("127.0.0.1", house.port) as client:
        client.ehlo()
        assert client.docmd("MAIL FROM:<a@b.example>")[0] == 530
        client.starttls(context=ssl.create_default_context(cafile=tmp_path / "ca.pem"))
        client.ehlo()
        assert client.docmd("MAIL FROM:<a@b.example>")[0] == 530
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login("severance", "wrong")
        assert refused.value.smtp_code == 535


def test_a_mailbox_can_vanish_while_the_lab_runs(house, mail):
    house.act("mailbox-is-gone", {"address": TOMAS})
    outcome = mail.do("mail.send", [MAREN, TOMAS], SUBJECT, TEXT)
    assert list(outcome.after["refused"]) == [TOMAS]


def test_the_stand_in_hangs_up_on_everyone_when_it_stops(house):
    with smtplib.SMTP("127.0.0.1", house.port) as client:
        client.ehlo()
        house.stop()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()
