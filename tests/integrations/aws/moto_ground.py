"""An AWS that is not ours: moto's server in a process of its own, behind a relay that knows what moto lacks.

moto 5.2 has no LookupEvents, ListServiceSpecificCredentials, SimulatePrincipalPolicy nor Identity Center's
provisioning status. The relay answers those itself, and passes every other byte on: what is proved here is
proved on moto.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qs

from integrations.lab.exchange import Reply, Request
from integrations.lab.wire import Wire

__all__ = ["Moto", "MotoGround"]

_EMPTY = (
    "<{0}Response xmlns='https://iam.amazonaws.com/doc/2010-05-08/'><{0}Result>{1}</{0}Result>"
    "<ResponseMetadata><RequestId>relay</RequestId></ResponseMetadata></{0}Response>"
)
_LACKING = {
    "ListServiceSpecificCredentials": "<ServiceSpecificCredentials/>",
}
_REFUSED = (
    "<ErrorResponse xmlns='https://iam.amazonaws.com/doc/2010-05-08/'><Error><Type>Sender</Type><Code>AccessDenied</Code>"
    "<Message>not authorized</Message></Error><RequestId>relay</RequestId></ErrorResponse>"
)


class Moto:
    """The server process."""

    def __init__(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.url = next(
            line.split()[-1] for line in self.process.stderr if "Running on http" in line
        )  # werkzeug names the free port it took
        threading.Thread(target=self.process.stderr.read, daemon=True).start()  # or a full pipe would stop it

    def reset(self) -> None:
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        with urllib.request.urlopen(request) as answer:
            answer.read()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


class MotoGround:
    """moto, freshly reset, as the runner sees it."""

    def __init__(self, server: Moto) -> None:
        server.reset()
        self._server = server
        self.past: list[dict] = []
        """What LookupEvents shows: event records."""
        self.wire = Wire(lambda request: (self._answer(request), None), 0)
        self.url = f"http://127.0.0.1:{self.wire.port}"

    def stop(self) -> None:
        self.wire.stop()

    def _answer(self, request: Request) -> Reply:
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        with contextlib.suppress(UnicodeDecodeError):
            operation = operation or parse_qs(request.body.decode()).get("Action", [""])[0]
        if operation == "LookupEvents":
            return self._lookup(request.json())
        if operation == "SimulatePrincipalPolicy":
            return Reply(403, _REFUSED.encode(), {"Content-Type": "text/xml"})
        if operation in _LACKING:
            return Reply(200, _EMPTY.format(operation, _LACKING[operation]).encode(), {"Content-Type": "text/xml"})
        return self._passed_on(request)

    def _passed_on(self, request: Request) -> Reply:
        skipped = {"host", "content-length", "connection"}
        headers = {name: value for name, value in request.headers.items() if name not in skipped}
        onward = urllib.request.Request(
            self._server.url + request.path, data=request.body, headers=headers, method=request.method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(onward) as answer:
                return Reply(answer.status, answer.read(), {"Content-Type": answer.headers["Content-Type"]})
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, refused.read(), {"Content-Type": refused.headers["Content-Type"]})

    def _lookup(self, asked: dict) -> Reply:
        [wanted] = asked["LookupAttributes"]
        rows = [
            {"EventName": each["eventName"], "CloudTrailEvent": json.dumps(each)}
            for each in self.past
            if wanted["AttributeValue"] in json.dumps(each)
        ]
        return Reply(200, {"Events": rows}, {"Content-Type": "application/x-amz-json-1.1"})
