"""Lines that both the page and the Markdown show of an emergency, a demand and a source of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.reports.spelling import moment, spaced

__all__ = ["demand_lines", "emergency_lines", "expiry_words", "tenure_words"]

Row = Mapping[str, Any]


_CONFIRMED = {
    "used": "Confirmed", "open": "Not confirmed yet", "denied": "Denied", "expired": "Never confirmed",
}  # fmt: skip
_REVIEWED = {"answered": "Reviewed", "open": "Not reviewed yet", "silent": "Never reviewed"}


def emergency_lines(found: Row) -> Iterator[str]:
    """Yield who declared an emergency, who confirmed it, and whether it was reviewed."""
    confirmed, review, late = found["confirmed"], found["review"], found["unreviewed_since"]
    yield f"Declared by {found['by']}, {moment(found['at'])}: {found['because']}"
    yield f"{_CONFIRMED.get(confirmed, f'Confirmation: {confirmed}')}{_people(found['confirmed_by'])}"
    due = f", due {moment(found['review_due'])}" if review == "open" else ""
    missed = f"; nobody did in time, by {moment(late)}" if late else ""
    yield f"{_REVIEWED.get(review, f'Review: {review}')}{due}{_people(found['reviewed_by'])}{missed}"


def _people(said: list[Row]) -> str:
    told = "; ".join(
        f"{each['by']}{' (' + each['role'] + ')' if each['role'] else ''}, {moment(each['at'])}: "
        f"{each['text'] or each['word']}"
        for each in said
    )
    return f" by {told}" if told else ""


def demand_lines(each: Row) -> Iterator[tuple[str, str]]:
    """Yield what a message says, as (what, value), in a reader's order; what it does not say is left out."""
    yield from (line for line in _demand(each) if line[1])


def _demand(each: Row) -> Iterator[tuple[str, str]]:
    yield "From", f"{each['sender'] or 'a sender it does not name'} (anybody can write that name)"
    yield from _times(each)
    yield "Amounts", ", ".join(amount["stated"] for amount in each["amounts"])
    for wallet in each["wallets"]:
        yield "Wallet", f"{wallet['chain']} {wallet['address']}: {wallet['verdict']}"
    yield from (("Danger to people", line) for line in each["danger"])
    for quote in dict.fromkeys(one["quote"] for one in each["mentions"]):
        kinds = dict.fromkeys(one["kind"] for one in each["mentions"] if one["quote"] == quote)
        yield f"Mentions: {', '.join(kinds)}", quote
    yield from (("Contact", f"{one['kind']} {one['value']}") for one in each["contacts"])
    yield from (("Link, defanged", link["url"]) for link in each["links"])
    yield "Attachments, unopened", ", ".join(one["name"] or "unnamed" for one in each["attachments"])
    yield "Item", spaced(each["item"])


def _times(each: Row) -> Iterator[tuple[str, str]]:
    due = each["deadline"]
    trusted = "by our own server" if each["received_trusted"] else "no server of ours vouches for it"
    received = f"{moment(each['received'])}: {each['received_from']} ({trusted})"
    yield "Received", received if each["received"] else ""
    how = f": {each['how']}" if each["how"] else ""
    yield "Handed in", f"{moment(each['at'])}, by {each['by'] or 'the starter'}{how}"
    yield "Deadline as stated", due["stated"]
    assumed = f" (assumed: {due['why']})" if due["assumed"] else ""
    yield "Deadline in UTC", f"{moment(due['utc'])}{assumed}" if due["utc"] else ""


def tenure_words(expiry: Row) -> str:
    """Return since when the subject is there, and who says so."""
    since = expiry.get("tenure")
    if not since:
        return "No account states since when the subject is there, so how much of it is covered is unknown."
    return (
        f"Counted from {since['since'][:10]}, the earliest date any account states ({since['said_by']}). "
        "It may be older than the work itself."
    )


def expiry_words(source: Row) -> tuple[str, str, str]:
    """Return of a source: whether it was kept, when its next record is lost, and what it covers."""
    kept = f"kept {moment(source['kept_at'])}" if source["kept"] else "not kept"
    if source["state"]:
        loss = "when the door closes, not with time"
    elif source["losing"]:
        loss = "now, a day every day"
    elif not source["expires_at"]:
        loss = "unknown"
    else:
        loss = moment(source["expires_at"]) + (" (what came after the keeping)" if source["kept"] else "")
    days, whole = source["covers_days"], source["tenure_days"]
    if source["state"]:
        covers = "as it stood" if source["kept"] else "nothing"
    else:
        covers = (
            "unknown"
            if days is None
            else f"{days} of {whole} days{'' if source['kept'] else ', if kept now'}"
        )
    return kept, loss, covers
