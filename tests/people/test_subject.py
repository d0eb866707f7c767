from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from runner.actions.values import Account, Who
from runner.errors import AmbiguousPerson, RefusedError
from runner.people.subject import read_who, resolve, shown, table

MAIL = "paul.smith@fjordlight.example"


def okta(identity, login=MAIL, **facts):
    return Account("okta", identity, login, facts)


def github(identity, login="psmith", **facts):
    return Account("github", identity, login, facts)


RIGHT = okta("00u1", mail=MAIL, staff_id="FL-1011", created="2024-02-01", status="ACTIVE")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (MAIL, Who(mail=MAIL)),
        ("Paul.Smith@FJORDLIGHT.example", Who(mail="Paul.Smith@fjordlight.example")),
        ("FL-1011", Who(staff_id="FL-1011")),
        ("0123", Who(staff_id="0123")),
        ("okta:00uAbC", Who(ids={"okta": "00uAbC"})),
        ("github-2:1007", Who(ids={"github-2": "1007"})),
        ("jose\u0301@x.example", Who(mail="jos\u00e9@x.example")),
    ],
)
def test_a_mail_a_staff_id_or_an_account_id_names_a_person(text, who):
    assert read_who(text) == who


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "*", "*@fjordlight.example", "%", "@all", "@fjordlight.example", "all", "ALL", "everyone", "null", "None", "[]", "{}", "true", "-", "--all",
        "Paul Smith", "paul smith@x.example", " paul@x.example", "paul@x.example ", "a@x.example,b@x.example", "a@x.example;b@x.example",
        "paul@x.example\n", "paul@x.example\r\nBcc: y", "pa\x00ul", "pa\u200bul@x.example", "\u202epaul@x.example", "\u2066FL-1", "paul@x.example\ufeff",
        "P\u0430ul", "\U0001f468\u200d\U0001f469", "okta:", "okta:../users/00u2", "okta:00u1/../00u2", "okta:00u1?x", "okta:00u1#", "okta:00u1%2f", "okta:*", ":00u1",
        "a" * 65, "a" * 10_000, "a" * 250 + "@x.example", "paul@x@y.example", "paul@x", "$(id)@x.example/", "{{ inputs.subject }}",
    ],
)  # fmt: skip
def test_what_could_mean_many_or_nobody_is_refused_with_a_remedy(text):
    with pytest.raises(RefusedError) as refused:
        read_who(text)
    assert "service:id" in refused.value.remedy
    assert refused.value.what.isprintable()
    assert len(refused.value.what) < 600


@given(st.text(max_size=80))
def test_whatever_is_typed_names_exactly_one_thing_or_is_refused(text):
    try:
        who = read_who(text)
    except RefusedError:
        return
    assert sum(map(bool, (who.mail, who.staff_id, who.ids))) == 1


def test_one_exact_account_a_service_is_the_person():
    resolved = resolve(Who(mail=MAIL), {"okta": [RIGHT], "github": [github("7", mail=MAIL)], "slack": []})
    assert [each.id for each in resolved.accounts] == ["00u1", "7"]
    assert resolved.left_out == ()


def test_the_domain_of_a_mail_is_compared_without_case_and_the_rest_with():
    assert resolve(Who(mail=MAIL), {"okta": [okta("00u1", mail="paul.smith@FJORDLIGHT.Example")]}).accounts
    with pytest.raises(AmbiguousPerson):
        resolve(Who(mail=MAIL), {"okta": [okta("00u1", mail="Paul.Smith@fjordlight.example")]})


def test_composed_and_decomposed_spellings_of_a_mail_are_one():
    assert resolve(
        read_who("jos\u00e9@x.example"), {"okta": [okta("00u1", mail="jose\u0301@x.example")]}
    ).accounts


LOOKALIKES = {
    "namesake": okta(
        "00u2", "paul.smith2@fjordlight.example", mail="paul.smith2@fjordlight.example", name="Paul Smith"
    ),
    "homoglyph": okta("00u3", mail="p\u0430ul.smith@fjordlight.example"),
    "zero width": okta("00u4", mail="paul.sm\u200bith@fjordlight.example"),
    "plus alias": okta("00u5", mail="paul.smith+old@fjordlight.example"),
    "dot variant": okta("00u6", mail="paulsmith@fjordlight.example"),
    "recycled login": okta("00u7", MAIL, mail="another.person@fjordlight.example"),
    "login, no mail": okta("00u8", MAIL),
    "trailing space": okta("00u9", mail=f"{MAIL} "),
    "other domain": okta("00ua", mail="paul.smith@fjordlight.example.evil.example"),
    "right to left": okta("00ub", mail=f"\u202e{MAIL}"),
    "emoji": okta("00uc", mail="\U0001f468\u200d\U0001f469@fjordlight.example"),
    "nothing": okta("00ud", "", mail="", name=""),
    "long": okta("00ue", "x" * 10_000, mail="x" * 10_000),
}


@pytest.mark.parametrize("lookalike", LOOKALIKES.values(), ids=LOOKALIKES.keys())
def test_a_lookalike_is_never_the_person(lookalike):
    with pytest.raises(AmbiguousPerson) as refused:
        resolve(Who(mail=MAIL), {"okta": [lookalike]})
    assert f"okta:{lookalike.id}" in refused.value.what
    assert all(
        line.isprintable() and line.isascii() and len(line) < 700 for line in refused.value.what.splitlines()
    )

    resolved = resolve(Who(mail=MAIL), {"okta": [RIGHT, lookalike]})
    assert resolved.accounts == (RIGHT,)


def test_ambiguity_on_one_service_leaves_that_service_out_by_name():
    twins = [github("7", mail=MAIL), github("8", mail=MAIL)]
    resolved = resolve(Who(mail=MAIL), {"okta": [RIGHT], "github": twins})
    assert resolved.accounts == (RIGHT,)
    assert [(each.service, each.why, [one.id for one in each.candidates]) for each in resolved.left_out] == [
        ("github", "2 accounts fit", ["7", "8"])
    ]


def test_a_service_with_lookalikes_only_is_left_out_by_name():
    resolved = resolve(
        Who(mail=MAIL), {"okta": [RIGHT], "github": [github("9", mail="paul.smith+x@fjordlight.example")]}
    )
    assert [(each.service, each.why) for each in resolved.left_out] == [
        ("github", "no exact match, only lookalikes")
    ]


def test_ambiguity_everywhere_stops_with_a_table_to_choose_from():
    twins = [
        okta("00u1", mail=MAIL, created="2019-05-01", status="DEPROVISIONED"),
        okta("00u2", mail=MAIL, created="2025-02-01", status="ACTIVE"),
    ]
    with pytest.raises(AmbiguousPerson) as refused:
        resolve(Who(mail=MAIL), {"okta": twins})
    lines = refused.value.what.splitlines()
    assert lines[1].split() == ["account", "login", "mail", "created", "status"]
    assert lines[2].split() == ["okta:00u1", MAIL, MAIL, "2019-05-01", "DEPROVISIONED"]
    assert lines[3].split() == ["okta:00u2", MAIL, MAIL, "2025-02-01", "ACTIVE"]
    assert "service:id" in refused.value.remedy


def test_the_same_account_listed_twice_is_one():
    assert resolve(Who(mail=MAIL), {"okta": [RIGHT, RIGHT]}).accounts == (RIGHT,)


def test_a_recycled_mail_that_points_at_two_staff_ids_stops():
    with pytest.raises(AmbiguousPerson, match="2 different staff ids"):
        resolve(Who(mail=MAIL), {"okta": [RIGHT], "github": [github("7", mail=MAIL, staff_id="FL-0042")]})


def test_nobody_anywhere_stops_with_what_to_do():
    with pytest.raises(AmbiguousPerson, match="nobody fits") as refused:
        resolve(Who(mail=MAIL), {"okta": [], "github": []})
    assert "staff id" in refused.value.remedy


def test_a_staff_id_keeps_its_leading_zeros():
    assert (
        resolve(
            Who(staff_id="0123"),
            {
                "okta": [
                    okta("00u1", staff_id="0123"),
                    okta("00u2", staff_id="123"),
                    okta("00u3", staff_id="83"),
                ]
            },
        )
        .accounts[0]
        .id
        == "00u1"
    )


def test_a_known_id_decides_on_its_service_whatever_the_login_became():
    resolved = resolve(
        Who(ids={"okta": "00u1"}),
        {"okta": [okta("00u1", "renamed@x.example", mail="renamed@x.example"), okta("00u2", mail=MAIL)]},
    )
    assert [each.id for each in resolved.accounts] == ["00u1"]


def test_an_account_that_contradicts_any_word_is_not_the_person():
    who = Who(mail=MAIL, staff_id="FL-1011")
    resolved = resolve(who, {"okta": [RIGHT], "github": [github("7", mail=MAIL, staff_id="FL-0042")]})
    assert resolved.accounts == (RIGHT,)
    assert resolved.left_out[0].service == "github"
    assert resolve(who, {"github": [github("7", mail=MAIL)]}).accounts


def test_an_account_of_another_service_than_asked_is_not_taken():
    with pytest.raises(AmbiguousPerson, match="nobody fits"):
        resolve(Who(mail=MAIL), {"github": [RIGHT]})


def test_text_is_shown_with_the_code_points_of_what_could_deceive():
    assert shown("P\u0430ul") == "P<U+0430>ul"
    assert shown("a\x1b[2J\u202e") == "a<U+001B>[2J<U+202E>"
    assert shown("x" * 61) == "x" * 60 + "..."
    assert shown("") == ""
    assert table([]).split() == ["account", "login", "mail", "created", "status"]
