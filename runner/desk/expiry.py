"""Tells, for one case as it stands now, which evidence expires, when, and how far back it reaches."""

from __future__ import annotations

from dataclasses import asdict

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.cases.perishing import perishing, tenure
from runner.clock import now, stamp
from runner.desk.office import Office
from runner.reports.views import Circumstances

__all__ = ["circumstances_of", "evidence_of", "next_loss"]


def evidence_of(office: Office, code: str, case: CaseFile) -> Json:
    """Return `{as_of, tenure, sources}`: every source, the shortest time to a loss first.

    tenure: `{since, said_by}`, None when no account states a date. sources: as `cases.perishing.Source`.
    """
    moment = now()
    since = tenure(case, moment)
    sources = perishing(case, office.services(code), moment)
    return {
        "as_of": stamp(moment),
        "tenure": asdict(since) if since else None,
        "sources": [asdict(each) for each in sources],
    }


def next_loss(evidence: Json) -> Json:
    """Return `{sources, unkept, losing, next}` of what `evidence_of` told.

    next: the source whose next record is lost soonest; one that was not kept goes before one that was.
    """
    sources = evidence["sources"]
    unkept = [each for each in sources if not each["kept"]]
    expiring = [each for each in (*unkept, *sources) if each["expires_at"]]
    return {
        "sources": len(sources),
        "unkept": len(unkept),
        "losing": sum(each["losing"] for each in sources),
        "next": expiring[0] if expiring else None,
    }


def circumstances_of(office: Office, code: str) -> Circumstances:
    """Return what a report shows besides the records: people's roles, what services lack, what expires."""
    case, services = office.case(code), office.services(code)
    concerned = dict.fromkeys(each.service for each in [*case.accounts, *case.linked])
    return Circumstances(
        roles={each.id: tuple(each.roles) for each in office.settings.people},
        lacks=[
            {"service": name, "layer": layer, "why": why}
            for name in concerned
            if name in services.names()
            for layer, why in services.vendor(name).lacks.items()
        ],
        expiry=evidence_of(office, code, case),
    )
