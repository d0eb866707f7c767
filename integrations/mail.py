"""Mail over SMTP (RFC 5321), always under verified TLS (STARTTLS, RFC 3207), always signed in (RFC 4954).

A page names the case and nothing else. The message is kept as sent, so that a reader of the case can
see what was said to whom.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from integrations.wording import mark, printable, spoils_a_header
from runner.actions.contract import Context, Opening, action, service
from runner.actions.values import Changed, Doc, Json, Outcome, Refused
from runner.errors import AnswerLost, CredentialsError, NotReached, ServiceRefused, SettingsError

__all__ = ["Mailbox", "Settings", "connect", "send"]

_PATIENCE = 30.0  # seconds an SMTP server may stay silent
# A dot-atom at a host name (RFC 5321 section 4.1.2): no quoting, no comments, no international mailbox.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)


class Settings(BaseModel):
    """A submission server (RFC 6409) and the sender's credentials."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int = Field(default=587, gt=0, lt=65536)
    user: str
    password: str
    """A secret reference."""
    sender: str = Field(pattern=f"^{_ADDRESS.pattern}$")
    ca_file: Path | None = None
    """PEM; replaces the system's certificate authorities. TLS is verified either way."""


class Mailbox:
    """Hands messages to one submission server, a connection a message."""

    def __init__(self, settings: Settings, opening: Opening) -> None:
        """Read the certificate authorities. Raises SettingsError, CredentialsError."""
        self.sender, self.host = settings.sender, settings.host
        self._where = f"{opening.name} ({settings.host}:{settings.port})"
        self._settings, self._gate = settings, opening.gate
        self._password = opening.secret(settings.password)
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca_file and str(settings.ca_file))
        except (OSError, ssl.SSLError) as wrong:
            raise SettingsError(
                "ca_file cannot be read", where=self._where, remedy="point it at a PEM file"
            ) from wrong

    def ping(self) -> Json:
        """Sign in and leave. Returns the user and the server's extensions."""
        with self._session() as session:
            return {"user": self._settings.user, "extensions": sorted(session.esmtp_features)}

    def send(self, message: bytes, to: list[str]) -> dict[str, str]:
        """Hand over one message; return the recipients the server refused, each with its words.

        Raises ServiceRefused when it takes nobody or not the text, AnswerLost when it fell silent after
        the text left (RFC 5321 section 4.5.3.2.6: it may have taken the message).
        """
        self._gate.check("MAIL", "/")
        with self._session() as session:
            _expect(session.mail(self.sender), self._where)
            answers = {each: session.rcpt(each) for each in to}
            refused = {
                each: _words(answer) for each, answer in answers.items() if answer[0] not in {250, 251}
            }
            if len(refused) == len(to):
                named = "; ".join(f"{each}: {why}" for each, why in refused.items())
                raise ServiceRefused(
                    f"no recipient was taken: {named}", status=answers[to[0]][0], where=self._where
                )
            self._hand_over(session, message)
        return refused

    def _hand_over(self, session: smtplib.SMTP, message: bytes) -> None:
        try:
            answer = session.data(message)
        except smtplib.SMTPDataError as wrong:  # the server did not ask for the text
            answer = (wrong.smtp_code, _bytes(wrong.smtp_error))
        except (OSError, smtplib.SMTPException) as wrong:
            remedy = "ask a recipient, or send again: the Message-ID stays the same"
            raise AnswerLost("no answer after the text was sent", where=self._where, remedy=remedy) from wrong
        _expect(answer, self._where)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Yield a signed-in session; a break before the text means that nothing was sent."""
        try:
            session = smtplib.SMTP(self._settings.host, self._settings.port, timeout=_PATIENCE)
            try:
                session.starttls(context=self._tls)
                self._sign_in(session)
                yield session
                with suppress(
                    OSError, smtplib.SMTPException
                ):  # all is said: a broken good-bye changes nothing
                    session.quit()
            finally:
                session.close()
        except smtplib.SMTPResponseException as wrong:
            words = _words((wrong.smtp_code, _bytes(wrong.smtp_error)))
            raise ServiceRefused(words, status=wrong.smtp_code, where=self._where) from wrong
        except (OSError, smtplib.SMTPException) as wrong:
            remedy = "check host, port, STARTTLS and ca_file"
            why = (
                "TLS does not verify" if isinstance(wrong, ssl.SSLError) else "the mail server cannot be used"
            )
            raise NotReached(f"{why} ({type(wrong).__name__})", where=self._where, remedy=remedy) from wrong

    def _sign_in(self, session: smtplib.SMTP) -> None:
        try:
            session.login(self._settings.user, self._password)
        except smtplib.SMTPAuthenticationError as wrong:
            remedy = "check user and password of this service"
            raise CredentialsError(
                "the mail server refused the password", where=self._where, remedy=remedy
            ) from wrong


def _expect(answer: tuple[int, bytes], where: str) -> None:
    if answer[0] != 250:
        raise ServiceRefused(_words(answer), status=answer[0], where=where)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _words(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {printable(answer[1].decode(errors='replace'))[:200]}"


def _ping(mailbox: Mailbox) -> Json:
    return mailbox.ping()


@service("mail", settings=Settings, ping=_ping)
def connect(settings: Settings, opening: Opening) -> Mailbox:
    """Read secret and certificates; the server is met when something is sent."""
    return Mailbox(settings, opening)


@action(
    "mail.send",
    kind="tell",
    # After a lost answer nothing can be read back. A page that comes twice harms less than one that
    # never came, and the same Message-ID lets mail programs fold the two together.
    repeat="natural",
    no_undo="a message that was read stays read; send a correction",
    scopes=("SMTP submission",),
    source="RFC 5321, RFC 3207, RFC 4954, RFC 5322",
)
def send(
    ctx: Context,
    to: Annotated[list[str], Doc("Mail addresses; they see one another.")],
    subject: Annotated[str, Doc("One line in dull words: the case's code name, never what it is about.")],
    text: Annotated[str, Doc("Plain text.")],
) -> Outcome:
    """Send one plain-text message and keep it as sent.

    `after` holds id (the Message-ID), to (who was taken) and refused (address: the server's words).
    """
    if not to or not all(_ADDRESS.fullmatch(each) for each in to):
        return Refused("a recipient is missing or is no plain mail address")
    if not subject.strip() or len(subject) > 200 or spoils_a_header(subject):
        return Refused("the subject must be one line of at most 200 visible characters")
    mailbox, to = ctx.connection(Mailbox), list(dict.fromkeys(to))
    message = _message(ctx.key, mailbox.sender, to, subject, text)
    content = message.as_bytes()
    refused = ctx.write(f"send mail to {', '.join(to)}", lambda: mailbox.send(content, to))
    ctx.keep(f"mail-{mark(ctx.key)[:8]}.eml", content, media="message/rfc822")
    taken = [each for each in to if each not in refused]
    return Changed(None, {"id": message["Message-ID"], "url": "", "to": taken, "refused": refused})


def _message(key: str, sender: str, to: list[str], subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, ", ".join(to), subject
    message["Message-ID"] = f"<{mark(key)}@{sender.partition('@')[2]}>"
    message["Date"] = format_datetime(localtime())
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, which would tell
    message.set_content(printable(text), cte="quoted-printable")
    return message
