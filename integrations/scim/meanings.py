"""What `active: false` means at each service provider: SCIM leaves it open, so it is written down here.

A row holds what was read at its source on the day named; None is what the source does not say. A provider
without a row has no known meaning. Whoever adds one reads the provider's own documents first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["MEANINGS", "Effect", "Meaning", "in_words", "refusal", "warning"]

Effect = Literal["suspends", "deactivates", "removes", "obfuscates", "deletes"]
_DESTROYS = frozenset({"removes", "obfuscates", "deletes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One provider's `active: false`."""

    effect: Effect
    says: str
    """What happens to the person there, in words."""
    reversible: bool | None
    """Whether `active: true` brings the account back."""
    mails: bool | None
    """Whether the provider sends the person a mail."""
    ends_sessions: bool | None
    """Whether sessions and tokens that exist already end."""
    patch_answers: int | None
    """The status of a PATCH that was done: 200 with the user, or 204 without."""
    filters: bool | None
    """Whether `filter` works on /Users; ServiceProviderConfig outweighs it where the provider has one."""
    loses: str = ""
    """What `active: true` does not give back and SCIM cannot keep."""
    instead: str = ""
    """What a person does where it is refused."""
    source: str
    checked: str
    """The day the source was read, or somebody tried it: YYYY-MM-DD."""


MEANINGS: Mapping[str, Meaning] = {
    "1password": Meaning(
        effect="suspends",
        says="the person is suspended",
        reversible=True,
        mails=None,
        ends_sessions=None,
        patch_answers=None,
        filters=None,
        source="https://support.1password.com/provisioning, https://1password.community/discussion/143188",
        checked="2026-11-25",
    ),
    "github_emu": Meaning(
        effect="obfuscates",
        says="the managed user is suspended, and login and mail are replaced by unreadable ones",
        reversible=None,  # "in certain scenarios", by the same page
        mails=None,
        ends_sessions=None,
        patch_answers=200,
        filters=None,
        instead="suspend the person at the identity provider, and revoke keys and tokens through `github`",
        source="https://docs.github.com/enterprise-cloud@latest/admin/managing-iam/"
        "provisioning-user-accounts-with-scim/deprovisioning-and-reinstating-users",
        checked="2026-11-25",
    ),
    "github_org": Meaning(
        effect="removes",
        says="the person is removed from the organisation, and the external identity is deleted with its id",
        reversible=False,
        mails=True,  # a removal from an organisation mails: docs.github.com, Removing a member
        ends_sessions=None,
        patch_answers=200,
        filters=True,
        instead="take the person out through `github`, which keeps and reinstates the membership",
        source="GitHub REST API (ghec), scim/update-attribute-for-user",
        checked="2026-11-25",
    ),
    "pagerduty": Meaning(
        effect="deletes",
        says="the user is deleted",
        reversible=False,
        mails=None,
        ends_sessions=None,
        patch_answers=204,
        filters=None,
        instead="lower the role and end the delegations of the apps in PagerDuty, and suspend the person at "
        "the identity provider",
        source="https://support.pagerduty.com/main/docs/assign-or-deactivate-users",
        checked="2026-11-25",
    ),
    "salesforce": Meaning(
        effect="deactivates",
        says="the user is deactivated, not deleted, and cannot sign in",
        reversible=True,
        mails=None,
        ends_sessions=None,
        patch_answers=None,
        filters=None,
        source="https://help.salesforce.com/s/articleView?id=sf.identity_scim_overview.htm",
        checked="2026-11-25",
    ),
    "sentry": Meaning(
        effect="deletes",
        says="the member is permanently deleted from the organisation",
        reversible=False,
        mails=None,
        ends_sessions=None,
        patch_answers=None,
        filters=None,
        instead="suspend the person at the identity provider that Sentry signs people in by",
        source="https://docs.sentry.io/api/scim/update-an-organization-members-attributes",
        checked="2026-11-25",
    ),
    "slack": Meaning(
        effect="deactivates",
        says="the member is deactivated and signed out on every device; messages and files stay",
        reversible=True,
        mails=False,
        ends_sessions=True,
        patch_answers=None,
        filters=True,
        loses="the membership of every channel",
        source="https://slack.com/help/articles/204475027, https://slack.com/help/articles/360002061747, "
        "https://docs.slack.dev/reference/scim-api",
        checked="2026-11-25",
    ),
}  # fmt: skip


def refusal(provider: str, meaning: Meaning | None) -> str:
    """Say why this provider is never sent `active: false`, and what to do instead; empty where it may be."""
    if meaning is None:
        return (
            f"what `active: false` means on {provider} is not known: shut the account in its console, or try "
            "it on a test account and vouch for it in the settings with `provider: rfc`"
        )
    if meaning.effect in _DESTROYS:
        return f"on {provider} `active: false` {meaning.effect}: {meaning.says}; instead, {meaning.instead}"
    return ""


def warning(meaning: Meaning) -> str:
    """Say what will not come back; empty where everything does."""
    return f"`active: true` will not give back {meaning.loses}" if meaning.loses else ""


def in_words(provider: str, meaning: Meaning | None) -> str:
    """Return all that is known of a provider's `active: false`, in one line."""
    if meaning is None:
        return refusal(provider, meaning)
    answers = "status not known" if meaning.patch_answers is None else f"with {meaning.patch_answers}"
    facts = {
        "can be taken back": meaning.reversible,
        "mails the person": meaning.mails,
        "ends sessions": meaning.ends_sessions,
        "filters": meaning.filters,
    }
    told = "; ".join(f"{what}: {_YES_OR_NO[fact]}" for what, fact in facts.items())
    return (
        f"{meaning.effect}: {meaning.says}; {told}; answers PATCH: {answers} ({meaning.source}, "
        f"{meaning.checked})"
    )


_YES_OR_NO = {True: "yes", False: "no", None: "not known"}
