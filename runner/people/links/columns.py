"""The columns a file handed in may have: a closed schema, and titles that are refused whatever they hold.

A column that is not on the list is refused too: whoever prepares the file leaves out what nobody needs.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

__all__ = ["APPLICANT", "COLUMNS", "DATES", "IDS", "MAIL", "OBSERVED", "STAFF", "column", "refusal"]

STAFF, APPLICANT, MAIL = "staff_id", "applicant_id", "mail"
IDS = (STAFF, APPLICANT, MAIL)
"""Who a row is about: at least one of them is a column, and every row fills one; the first counts."""
DATES = ("started", "ended")
"""Shown beside a candidate: a laptop or a flat may have passed from one worker to the next."""

OBSERVED: Mapping[str, str] = MappingProxyType({
    "mfa_device": "mfa-device",
    "device_serial": "device",
    "ip": "ip",
    "vpn_exit": "vpn-exit",
    "payout_account": "payout-account",
    "bank_account": "payout-account",
    "iban": "payout-account",
    "wallet": "payout-account",
    "phone": "phone",
    "mobile": "phone",
    "address": "address",
    "shipping_address": "address",
    "personal_mail": "recovery-mail",
    "recovery_mail": "recovery-mail",
    "referee_mail": "referee",
    "referee_phone": "referee",
    "cv_sha256": "cv-hash",
    "photo_sha256": "photo-hash",
    "git_author_mail": "git-author",
    "git_key": "git-key",
    "handle": "handle",
})  # fmt: skip
"""The kind of observation in each column; one value a cell, further ones in further rows."""

COLUMNS = (*IDS, *OBSERVED, *DATES)

_SAME = {"email": MAIL, "e_mail": MAIL, "work_mail": MAIL, "work_email": MAIL, "employee_id": STAFF,
         "telephone": "phone", "tel": "phone", "serial_number": "device_serial"}  # fmt: skip

_REFUSED: Mapping[str, str] = MappingProxyType({
    "names": """
        name firstname lastname fullname surname forename givenname familyname middlename maidenname
        vorname nachname familienname geburtsname nom prenom nombre apellido apellidos nome cognome
        sobrenome navn fornavn etternavn naam voornaam achternaam imie nazwisko имя фамилия отчество
        姓名 名前 이름 اسم""",
    "where somebody comes from": """
        nationality nationalities national ethnicity ethnic ethnie race racial origin birthplace placeofbirth
        countryofbirth birthcountry citizenship citizen passportcountry homeland ancestry descent
        nationalitat staatsangehorigkeit staatsburgerschaft herkunft herkunftsland geburtsort geburtsland
        rasse abstammung nationalite citoyennete origine lieudenaissance paysdenaissance nacionalidad
        ciudadania origen etnia raza lugardenacimiento paisdenacimiento nazionalita cittadinanza razza
        nacionalidade cidadania origem nationaliteit staatsburgerschap afkomst nasjonalitet statsborgerskap
        opprinnelse nationalitet medborgarskap narodowosc obywatelstwo pochodzenie национальность гражданство
        происхождение 国籍 民族 籍贯 국적 جنسية""",
    "how somebody speaks": """
        accent accents language languages nativelanguage mothertongue firstlanguage nativespeaker akzent
        sprache sprachen muttersprache langue languematernelle acento idioma lenguamaterna lingua linguamadre
        madrelingua linguamaterna moedertaal taal morsmal sprak modersmal jezykojczysty родной язык акцент
        母语 口音 언어 لغة""",
    "belief": """
        religion religious faith belief denomination konfession glaube religionszugehorigkeit confession
        religione religiao religie wyznanie религия 宗教 종교 دين""",
    "faces": """
        face faces facial faceid faceembedding facevector facehash photolikeness likeness portrait biometric
        biometrics gesicht gesichtsbild visage cara rostro volto rosto gezicht ansikt twarz лицо 人脸 面部
        얼굴 وجه""",
})  # fmt: skip


def column(title: str) -> str | None:
    """Return the column a title means, None when it is not on the list; case and separators do not count."""
    found = "_".join(_words(title))
    return found if found in COLUMNS else _SAME.get(found)


def refusal(title: str) -> tuple[str, str]:
    """Return what is wrong with a title that is no column, and what to do."""
    words = _words(title)
    whole = [word for word in (*words, "".join(words)) if word in _WHAT]
    pairs = ["".join(two) for two in pairwise(words) if "".join(two) in _WHAT]
    if found := [*whole, *pairs]:
        return f"expected no column about {_WHAT[found[0]]}", "take it out: it is never compared"
    close = difflib.get_close_matches("_".join(words), COLUMNS, n=1, cutoff=0.6)
    near = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(COLUMNS)}"
    return "expected a known column", f"{near}; take out what nobody compares"


def _words(title: str) -> list[str]:
    """Return the words of a title: no case, no accents, parted where separators or a capital part them."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", title))
    bare = unicodedata.normalize("NFKD", parted.casefold())
    plain = "".join(each for each in bare if not unicodedata.combining(each))
    return re.findall(r"[^\W_]+", plain)


_WHAT = {
    "".join(_words(word)): what for what, listed in _REFUSED.items() for word in listed.split()
}  # spelled as `_words` spells a title
