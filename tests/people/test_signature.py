"""Signatures, made and checked by the real `ssh-keygen`."""

from __future__ import annotations

import subprocess

import pytest

from runner.company import Person
from runner.errors import CredentialsError, RefusedError
from runner.people.signature import NAMESPACE, message, sign_command, signer

DIGEST = "c" * 64
TEXT = message("amber-falcon-7", "approve-lockdown", DIGEST, "approve")


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Four key pairs: of two people, one nobody pinned, and one of another kind."""
    folder = tmp_path_factory.mktemp("keys")
    for name, kind in (
        ("maren", "ed25519"),
        ("tomas", "ed25519"),
        ("stranger", "ed25519"),
        ("beatriz", "ecdsa"),
    ):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(folder / name)], check=True
        )
    return folder


@pytest.fixture
def people(keys):
    return [
        Person(
            id=name,
            name=name.title(),
            mail=f"{name}@fjordlight.example",
            roles=("security-leads",),
            keys=((keys / f"{name}.pub").read_text().strip(),),
        )
        for name in ("maren", "tomas", "beatriz")
    ]


def sign(key, text=TEXT, namespace=NAMESPACE):
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(key)]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("name", ["maren", "tomas", "beatriz"])
def test_a_signature_tells_who_made_it(keys, people, name):
    assert signer(TEXT, sign(keys / name), people).id == name


def test_the_command_shown_to_a_person_makes_a_signature_that_counts(keys, people, tmp_path):
    subprocess.run(
        ["sh", "-c", sign_command(TEXT, str(keys / "maren"))], cwd=tmp_path, check=True, capture_output=True
    )
    assert signer(TEXT, (tmp_path / "approval.sig").read_text(), people).id == "maren"


def damaged(signature):
    middle = len(signature) // 2
    return signature[:middle] + ("A" if signature[middle] != "A" else "B") + signature[middle + 1 :]


@pytest.mark.parametrize(
    "make",
    [
        lambda keys: "",
        lambda keys: "approved",
        lambda keys: "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
        lambda keys: damaged(sign(keys / "maren")),
        lambda keys: sign(keys / "maren")[:100],
        lambda keys: sign(keys / "maren") * 1000,
        lambda keys: sign(keys / "stranger"),
        lambda keys: sign(keys / "maren", namespace="git"),
        lambda keys: sign(keys / "maren", text=TEXT + b"\n"),
        lambda keys: sign(
            keys / "maren", text=message("amber-falcon-7", "approve-lockdown", "d" * 64, "approve")
        ),
        lambda keys: sign(
            keys / "maren", text=message("amber-falcon-8", "approve-lockdown", DIGEST, "approve")
        ),
        lambda keys: sign(
            keys / "maren", text=message("amber-falcon-7", "approve-lockdown-2", DIGEST, "approve")
        ),
        lambda keys: sign(keys / "maren", text=message("amber-falcon-7", "approve-lockdown", DIGEST, "deny")),
    ],
    ids=[
        "empty",
        "words",
        "no content",
        "damaged",
        "cut",
        "huge",
        "stranger's key",
        "other namespace",
        "other bytes",
        "other plan",
        "other case",
        "other request",
        "other verb",
    ],
)
def test_a_signature_over_anything_else_is_refused_in_the_same_words(keys, people, make):
    with pytest.raises(RefusedError, match="does not fit this act and a pinned key"):
        signer(TEXT, make(keys), people)


def test_a_signature_of_another_than_the_one_expected_is_refused(keys, people):
    with pytest.raises(RefusedError):
        signer(TEXT, sign(keys / "tomas"), people[:1])


def test_a_person_without_a_pinned_key_cannot_sign(keys, people):
    with pytest.raises(RefusedError):
        signer(TEXT, sign(keys / "maren"), [each.model_copy(update={"keys": ()}) for each in people])


def test_a_key_pinned_for_two_people_counts_for_neither(keys, people):
    twin = people[1].model_copy(update={"keys": people[0].keys})
    with pytest.raises(RefusedError):
        signer(TEXT, sign(keys / "maren"), [people[0], twin])


def test_a_machine_without_ssh_keygen_is_told_so(keys, people, monkeypatch, tmp_path):
    signature = sign(keys / "maren")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CredentialsError, match="ssh-keygen is not installed"):
        signer(TEXT, signature, people)


def test_no_file_is_left_behind(keys, people, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    signer(TEXT, sign(keys / "maren"), people)
    assert list(tmp_path.iterdir()) == []


def test_the_message_says_what_is_signed():
    assert TEXT.decode().splitlines() == [
        "severance-approval",
        "case amber-falcon-7",
        "request approve-lockdown",
        "verb approve",
        f"digest {DIGEST}",
    ]


@pytest.mark.parametrize("part", ["", "a b", "a\nverb deny", "-x", "x'y", "$(id)", "%s", "\\n", "\u00e9"])
@pytest.mark.parametrize("place", range(4))
def test_parts_that_could_run_into_one_another_are_refused(part, place):
    parts = ["amber-falcon-7", "approve-lockdown", DIGEST, "approve"]
    parts[place] = part
    with pytest.raises(ValueError, match="malformed"):
        message(*parts)
