"""Lists what may be compared to find accounts of one hand: a closed list, each kind with its reason.

Names, nationality, origin, accent, language, religion and faces are no kinds and never will be: they say
nothing about conduct, and judging by them is unlawful in many places (8 USC 1324b; UK Equality Act 2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["KINDS", "STRONG_FROM", "Category", "Kind", "Strength", "weight"]

Category = Literal["device", "network", "payment", "contact", "document", "code", "handle"]
Strength = Literal["strong", "medium", "weak"]

_WEIGHT: Mapping[Strength, float] = {"strong": 1.0, "medium": 0.5, "weak": 0.2}
STRONG_FROM = 0.5
"""A strong kind counts as strong only while sharing has left it this much weight."""

_MICROSOFT = "https://techcommunity.microsoft.com/blog/microsoftsecurityexperts/-/4478112"
_DOZEN = "https://securityonline.info/dprk-it-workers-a-global-threat-expanding-in-scope-and-scale/"
_FBI_2025 = "https://www.ic3.gov/PSA/2025/PSA250723-4"
_FBI_2024 = "https://www.ic3.gov/Media/Y2024/PSA240516"
_FBI_2023 = "https://www.ic3.gov/PSA/2023/PSA231018"
_STATE_2022 = (
    "State, Treasury and FBI, Guidance on DPRK IT workers, 16 May 2022, "
    "https://ofac.treasury.gov/media/923126/download"
)
_SECUREWORKS = "https://www.theregister.com/2024/10/18/ransom_fake_it_worker_scam/"
_ONE_KEY = "https://gitlab.com/gitlab-org/gitlab/-/issues/207624"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value that two accounts of one hand may both show."""

    called: str
    """In words, as in "the same …"."""
    category: Category
    strength: Strength
    few: int
    """Up to this many other people it counts in full; from there in proportion less."""
    most: int
    """On more other people than this it counts for nothing: a pool, a front desk, an office."""
    why: str
    source: str
    at_home: int = 0
    """Up to this many other people, a household explains it as well as one hand does."""
    at_agency: bool = False
    """An agency that places several workers explains it as well."""


KINDS: Mapping[str, Kind] = MappingProxyType({
    "mfa-device": Kind(
        "authenticator", "device", "strong", 6, 15,
        "it answers the sign-in challenge: whoever holds it signs in. Operators held a dozen personas",
        f"{_MICROSOFT} ; {_DOZEN}",
    ),
    "device": Kind(
        "device", "device", "medium", 1, 5,
        "one machine behind two accounts; but companies issue a laptop again when somebody leaves",
        _FBI_2025,
    ),
    "ip": Kind(
        "network address", "network", "weak", 1, 4,
        "several accounts used from one address; but a home and an office share theirs",
        _STATE_2022, at_home=4, at_agency=True,
    ),
    "vpn-exit": Kind(
        "VPN exit", "network", "weak", 1, 4,
        "VPNs hide where an operator is; but strangers leave by the same exit",
        _MICROSOFT, at_home=4, at_agency=True,
    ),
    "payout-account": Kind(
        "payout account", "payment", "strong", 3, 12,
        "pay of several workers that ends in one account; but a couple may have one, an agency has",
        f"{_STATE_2022} ; {_FBI_2024}", at_home=1, at_agency=True,
    ),
    "phone": Kind(
        "phone number", "contact", "medium", 2, 6,
        "the line on which codes and calls arrive; but families and front desks share one",
        _FBI_2023, at_home=6,
    ),
    "address": Kind(
        "postal address", "contact", "weak", 1, 4,
        "laptops of several workers sent to one place; but homes are shared",
        f"{_SECUREWORKS} ; {_FBI_2025}", at_home=4,
    ),
    "recovery-mail": Kind(
        "recovery address", "contact", "medium", 2, 6,
        "whoever reads it can reset the password; but couples name one another",
        _FBI_2023, at_home=1,
    ),
    "referee": Kind(
        "referee", "document", "medium", 2, 6,
        "personas vouch for one another; but a well-known manager or an agency vouches for many",
        _DOZEN, at_agency=True,
    ),
    "cv-hash": Kind(
        "CV, byte for byte", "document", "strong", 3, 8,
        "the very same file under two names is no coincidence",
        f"{_STATE_2022} ; {_DOZEN}",
    ),
    "photo-hash": Kind(
        "photo file, byte for byte", "document", "medium", 2, 6,
        "one picture file handed in twice; the file is compared, never a face, and placeholders are shared",
        _FBI_2023,
    ),
    "git-author": Kind(
        "commit author address", "code", "medium", 2, 6,
        "it stays in the work of a machine that two accounts use; but anybody can write any address there",
        "https://git-scm.com/book/en/v2/Getting-Started-First-Time-Git-Setup",
    ),
    "git-key": Kind(
        "key", "code", "strong", 3, 8,
        "whoever holds the private half works as both; code hosts take a key for one account only",
        _ONE_KEY,
    ),
    "handle": Kind(
        "handle elsewhere", "handle", "medium", 2, 6,
        "one profile on a freelance or contact platform given for two people",
        f"{_DOZEN} ; {_STATE_2022}",
    ),
})  # fmt: skip
"""Kinds by the name that services and files use; weights and limits are our judgement, the facts are not."""


def weight(kind: str, others: int) -> float:
    """Return what a value counts when this many people besides the subject show it: 0 to 1.

    Never more for more people. 0 for a kind that is not on the list.
    """
    found = KINDS.get(kind)
    if found is None or not 0 < others <= found.most:
        return 0.0
    return round(_WEIGHT[found.strength] * min(1.0, found.few / others), 3)
