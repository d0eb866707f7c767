"""What a case writes to Jira: a ticket, and comments on it."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Literal

from integrations.jira.connection import Jira
from integrations.wording import mark, printable
from runner.actions.contract import Context, action
from runner.actions.values import Changed, Doc, Document, Json, Outcome, Refused, Unchanged

__all__ = ["comment", "open_issue"]

_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,254}", re.ASCII)
_ISSUE = re.compile(rf"{_PROJECT.pattern}-[1-9][0-9]{{0,18}}", re.ASCII)
_LONGEST = 32_767  # characters of a description or comment: Jira's default jira.text.field.character.limit
_PROPERTY = "severance"


@action(
    "jira.open_issue",
    kind="make",
    # The key is in a label, which a search finds, and in a property, which a clone does not copy. The search
    # index lags some seconds behind (Atlassian, "search and reconcile"): a retry within them, after a lost
    # answer, can still make a second ticket. Jira has no read that would prevent it; both carry the label.
    repeat="keyed",
    no_undo="a ticket stays as a record; close it in Jira",
    corrected_by="jira.comment",
    scopes=("read:jira-work", "write:jira-work", "Set Issue Security permission"),
    source="Jira Cloud REST v3: createIssue, searchAndReconsileIssuesUsingJql, getSecurityLevelsForProject",
)
def open_issue(
    ctx: Context,
    project: Annotated[str, Doc("Jira project key, for example SEC.")],
    document: Annotated[Document, Doc("The rendered template that becomes the description.")],
    visible_to: Annotated[
        Literal["restricted", "project"],
        Doc("restricted: those of the security level in the settings; project: everybody in it."),
    ],
) -> Outcome:
    """Open one ticket, with the case's code name as its whole summary.

    `after` holds id (the issue key), url and level (the security level as read back, "" for none).
    """
    if not _PROJECT.fullmatch(project):
        return Refused("that is no Jira project key")
    text = printable(document.text)
    if len(text) > _LONGEST:
        return Refused(f"the text is longer than {_LONGEST} characters")
    jira, label = ctx.connection(Jira), f"severance-{mark(ctx.key)}"
    if found := _own(ctx, jira, project, label):
        return Unchanged("this step's ticket is there", _shown(jira, found))
    fields = {
        "project": {"key": project},
        "issuetype": {"name": jira.settings.issue_type},
        "summary": ctx.case,
        "description": _plain(text),
        "labels": [label],
    }
    if visible_to == "restricted":
        level = jira.settings.restricted_level
        levels = ctx.read(lambda: jira.security_levels(project))
        if level not in levels:
            return Refused(
                f"project {project} has no security level {level!r}; all in it would see the ticket"
            )
        fields["security"] = {"id": levels[level]}
    made = ctx.write(
        f"open a ticket in {project}", lambda: jira.make_issue(fields, {_PROPERTY: {"mark": label}})
    )
    return Changed(None, _shown(jira, ctx.read(lambda: _seen(jira, made))))


@action(
    "jira.comment",
    kind="tell",
    repeat="keyed",  # the mark is the comment's last line, and comments are read without an index
    no_undo="people were mailed the comment; correct it with another",
    scopes=("read:jira-work", "write:jira-work"),
    source="Jira Cloud REST v3: addComment, getComments",
)
def comment(
    ctx: Context,
    issue: Annotated[str, Doc("Issue key, for example SEC-12.")],
    document: Annotated[Document, Doc("The rendered template that becomes the comment.")],
) -> Outcome:
    """Add one comment; whoever may see the ticket may read it, and its watchers are mailed.

    `after` holds id (of the comment) and url.
    """
    if not _ISSUE.fullmatch(issue):
        return Refused("that is no Jira issue key")
    text, reference = printable(document.text), f"ref {mark(ctx.key)}"
    if len(text) + len(reference) > _LONGEST:
        return Refused(f"the text is longer than {_LONGEST} characters")
    jira = ctx.connection(Jira)
    if found := ctx.read(lambda: _marked(jira, issue, reference)):
        return Unchanged("this step's comment is there", _place(jira, issue, found))
    body: Json = _plain(f"{text}\n\n{reference}")  # the library's annotation knows v2's text only
    ctx.write(f"comment on {issue}", lambda: jira.add_comment(issue, body))
    seen = ctx.read(lambda: _marked(jira, issue, reference))
    return Changed(None, _place(jira, issue, seen))


def _own(ctx: Context, jira: Jira, project: str, label: str) -> Json:
    """Return this step's issue: the one with our property, else (someone took it off) the oldest labelled."""
    jql = f'project = "{project}" AND labels = "{label}" ORDER BY created ASC'
    ids = ctx.read(lambda: jira.issue_ids(jql))
    issues = [ctx.read(partial(_seen, jira, each)) for each in ids]
    marked = [
        each for each in issues if (each.get("properties") or {}).get(_PROPERTY, {}).get("mark") == label
    ]
    return next(iter(marked or issues), None)


def _seen(jira: Jira, issue: str) -> Json:
    """Return an issue as Jira has it now, read directly, not through the search index (getIssue)."""
    return jira.issue(issue, fields="summary,labels,security", properties=_PROPERTY).raw


def _shown(jira: Jira, issue: Json) -> Json:
    level = (issue["fields"].get("security") or {}).get("name", "")
    return {"id": issue["key"], "url": f"{jira.server_url}/browse/{issue['key']}", "level": level}


def _place(jira: Jira, issue: str, comment_id: str) -> Json:
    return {"id": comment_id, "url": f"{jira.server_url}/browse/{issue}?focusedCommentId={comment_id}"}


def _marked(jira: Jira, issue: str, reference: str) -> str:
    for each in jira.every_comment(issue):
        blocks = each["body"].get("content") or [{}]
        if blocks[-1].get("content") == [{"type": "text", "text": reference}]:
            return str(each["id"])
    return ""


def _plain(text: str) -> Json:
    """Return text as Atlassian Document Format, in text nodes only.

    Text nodes are shown as they are: wiki markup, mentions and links in untrusted text stay letters.
    https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    """
    blocks = [each for each in re.split(r"\n{2,}", text.strip("\n")) if each]
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": _lines(each)} for each in blocks],
    }


def _lines(block: str) -> list[Json]:
    nodes: list[Json] = []
    for line in block.split("\n"):
        nodes += [{"type": "text", "text": line}, {"type": "hardBreak"}] if line else [{"type": "hardBreak"}]
    return nodes[:-1]
