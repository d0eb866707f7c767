import pytest

from integrations.wording import mark
from runner.actions.values import Changed, Document, Refused, Unchanged
from runner.errors import StorageError, WriteForbidden
from tests.integrations.telling import HOSTILE, PAGE, Opened, files_below


@pytest.fixture
def handover(tmp_path):
    return Opened("files", folder=tmp_path / "handover")


def test_a_document_lands_in_the_cases_own_folder_readable_by_its_owner_only(handover, tmp_path):
    outcome = handover.do("files.write_document", "brief.md", PAGE)
    written = tmp_path / "handover" / "amber-falcon-7" / "brief.md"
    assert isinstance(outcome, Changed)
    assert written.read_text() == PAGE.text
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.parent.stat().st_mode & 0o777 == 0o700
    assert outcome.after["url"] == written.as_uri()


def test_the_same_document_again_changes_nothing(handover, tmp_path):
    handover.do("files.write_document", "brief.md", PAGE)
    assert isinstance(handover.do("files.write_document", "brief.md", PAGE), Unchanged)
    assert len(handover.recorder.intents) == 1


def test_another_document_never_replaces_the_one_that_is_there(handover, tmp_path):
    handover.do("files.write_document", "brief.md", PAGE)
    outcome = handover.do("files.write_document", "brief.md", Document("p", "P", "other"))
    assert isinstance(outcome, Refused)
    assert (tmp_path / "handover" / "amber-falcon-7" / "brief.md").read_text() == PAGE.text


@pytest.mark.parametrize(
    "name", ["../x.md", "/etc/x", ".hidden", "", "a/b", "a\0b", "x\n.md", "..", "\u202ex", "a" * 121]
)
def test_a_name_that_could_leave_the_folder_or_hide_is_refused(handover, tmp_path, name):
    assert isinstance(handover.do("files.write_document", name, PAGE), Refused)
    assert files_below(tmp_path) == []


def test_a_link_planted_under_the_name_is_not_written_through(handover, tmp_path):
    folder = tmp_path / "handover" / "amber-falcon-7"
    folder.mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.write_text("kept")
    (folder / "brief.md").symlink_to(outside)
    with pytest.raises(StorageError):
        handover.do("files.write_document", "brief.md", PAGE)
    assert outside.read_text() == "kept"


def test_a_link_planted_as_the_cases_folder_is_not_followed(handover, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "handover").mkdir()
    (tmp_path / "handover" / "amber-falcon-7").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        handover.do("files.write_document", "brief.md", PAGE)
    assert files_below(elsewhere) == []


def test_what_a_killed_attempt_left_behind_does_not_stop_the_next(handover, tmp_path):
    handover.do("files.write_document", "one.md", PAGE)
    folder = tmp_path / "handover" / "amber-falcon-7"
    (folder / f".{mark('amber-falcon-7/after/ticket')}.part").write_text("half of")
    handover.do("files.write_document", "two.md", PAGE)
    assert files_below(folder) == ["one.md", "two.md"]


def test_planning_writes_nothing_and_the_gate_stands_in_the_folder_itself(handover, tmp_path):
    assert handover.plan("files.write_document", "brief.md", PAGE)["would"] == "write"
    with pytest.raises(WriteForbidden):
        handover.connection.add("amber-falcon-7", "brief.md", b"x", "k")
    assert files_below(tmp_path) == []


def test_unseen_characters_are_written_out(handover, tmp_path):
    handover.do("files.write_document", "brief.md", Document("p", "P", HOSTILE))
    text = (tmp_path / "handover" / "amber-falcon-7" / "brief.md").read_text()
    assert text.startswith("\\u202eexe.fdp\\u001b[31m\nBcc")
    assert "\u202e" not in text


def test_doctor_says_when_the_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        Opened("files", folder=tmp_path / "file" / "handover").ping()


def test_doctor_learns_where_documents_go(handover, tmp_path):
    assert handover.ping() == {"folder": str(tmp_path / "handover")}
