"""The HTTP client: nothing leaves that the gate forbids or that goes elsewhere; each failure is one error."""

import socket
import threading

import pytest

from integrations.addresses import base_of, next_page
from integrations.client import Http, path
from integrations.lab.certificate import server_context
from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, read
from integrations.lab.server import Reply, StandIn, route
from integrations.rates import asked_wait_s
from runner.actions.gate import Gate
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    RateLimited,
    RefusedError,
    ServiceError,
    ServiceRefused,
    SettingsError,
    WriteForbidden,
)

TOKEN = "tok-7f3a9c"
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"  # 1795348800


class Shop(StandIn):
    """A service with everything the client must withstand."""

    elsewhere = "http://127.0.0.1:1/steal"

    @route("GET", r"/things/(?P<name>[^/]+)")
    def thing(self, request, name):
        return Reply(200, {"id": name, "auth": request.headers.get("authorization", "")})

    @route("PATCH", r"/heard")
    def heard(self, request):
        return Reply(200, {name: request.headers.get(name, "") for name in ("if-match", "content-type", "authorization")})

    @route("POST", r"/things")
    @route("PUT", r"/things")
    @route("PATCH", r"/things")
    @route("DELETE", r"/things")
    def change(self, request):
        return Reply(200, {"method": request.method, "body": request.body.decode()}, changed="thing")

    @route("GET", r"/list")
    def page(self, request):
        at = int(request.asked("page", "1"))
        link = f'<{self.url}/list?page=1>; rel="self"'
        return Reply(
            200, [at], {"Link": link + (f', <{self.url}/list?page={at + 1}>; rel="next"' if at < 3 else "")}
        )

    @route("GET", r"/loop")
    def loop(self, request):
        return Reply(200, [1], {"Link": f'<{self.url}/loop>; rel="next"'})

    @route("GET", r"/abroad")
    def abroad(self, request):
        return Reply(200, [1], {"Link": f'<{self.elsewhere}>; rel="next"'})

    @route("GET", r"/odata")
    def odata(self, request):
        at = int(request.asked("page", "1"))
        return Reply(200, {"value": [at], "next": f"{self.url}/odata?page={at + 1}" if at < 3 else None})

    @route("POST", r"/form")
    def form(self, request):
        return Reply(200, {"form": request.form(), "type": request.headers["content-type"]})

    @route("GET", r"/moved")
    def moved(self, request):
        return Reply(302, None, {"Location": self.elsewhere})

    @route("GET", r"/echo")
    def echo(self, request):
        return Reply(400, {"message": f"bad token {request.headers['authorization']}"})

    @route("GET", r"/big")
    def big(self, request):
        return Reply(200, b"[" + b"1," * 20_000_000 + b"1]")

    @route("GET", r"/cookie")
    def cookie(self, request):
        return Reply(200, {"sent": request.headers.get("cookie", "")}, {"Set-Cookie": "sid=1; Path=/"})


@pytest.fixture
def lab(tmp_path):
    lab = Shop("shop", Ledger(tmp_path / "shop.jsonl"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def make(lab):
    made = []

    def client(url="", **given):
        gate = given.pop("gate", Gate())
        auth = {"Authorization": f"Bearer {TOKEN}"}
        given = {"service": "shop", "user_agent": "severance/0 (amber-falcon-7)", "auth": auth, **given}
        made.append(Http(url or lab.url, gate=gate, **given))
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture
def http(make):
    return make()


def write(http, gate=None):
    """A POST with the gate open, as inside ctx.write."""
    with http._carrier._transport._gate.opened():
        return http.post("/things", {"a": 1})


def fault(lab, **fields):
    lab.faults.add([Fault.of({"match": ".", **fields})])


def asked(lab):
    return [f"{each['method']} {each['path']}" for each in read(lab.ledger.path)]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_write_leaves_while_the_gate_is_shut(lab, http, method):
    with pytest.raises(WriteForbidden):
        getattr(http, method)("/things")
    assert asked(lab) == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_write_leaves_while_the_gate_is_open(lab, http, method):
    with http._carrier._transport._gate.opened():
        assert getattr(http, method)("/things").json["method"] == method.upper()


def test_an_open_gate_in_one_thread_opens_none_in_another(lab, http):
    outcome = []

    def other():
        try:
            http.post("/things")
        except WriteForbidden:
            outcome.append("forbidden")

    with http._carrier._transport._gate.opened():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert outcome == ["forbidden"]
    assert asked(lab) == []


def test_a_declared_read_passes_a_shut_gate(lab, make):
    assert make(gate=Gate([r"POST /things"])).post("/things").status == 200


def test_every_request_carries_the_case_and_the_secret(lab, http):
    assert http.get("/things/1").json["auth"] == f"Bearer {TOKEN}"
    assert read(lab.ledger.path)[0]["user_agent"] == "severance/0 (amber-falcon-7)"


def test_a_header_of_one_request_goes_with_it_alone_and_replaces_no_secret(http):
    more = {"If-Match": 'W/"7"', "Content-Type": "application/scim+json", "Authorization": "Bearer another"}
    with http._carrier._transport._gate.opened():
        first = http.request("PATCH", "/heard", json={}, more=more).json
        second = http.request("PATCH", "/heard", json={}).json
    assert first == {"if-match": 'W/"7"', "content-type": "application/scim+json", "authorization": f"Bearer {TOKEN}"}
    assert second == {"if-match": "", "content-type": "application/json", "authorization": f"Bearer {TOKEN}"}


def test_no_cookie_is_kept(lab, http):
    http.get("/cookie")

    assert http.get("/cookie").json == {"sent": ""}


@pytest.mark.parametrize(
    "hostile",
    [
        "00u1/../00u2",
        "..",
        ".",
        "",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "a%2fb",
        "a%2e",
        "a\r\nHost: evil",
        "a\x00",
        "\x1b[31m",
        "a\u2028",
    ],
)
def test_an_id_that_would_bend_an_address_is_refused(hostile):
    with pytest.raises(RefusedError) as error:
        path("/api/v1/users/{}", hostile)
    assert error.value.diagnostics().isprintable() or "\n  = next" in error.value.diagnostics()
    assert "\x1b" not in error.value.what


@pytest.mark.parametrize(
    ("plain", "there"),
    [("00uAb1", "00uAb1"), ("a b", "a%20b"), ("ann@x.example", "ann@x.example"), ("é", "%C3%A9")],
)
def test_an_honest_id_becomes_one_segment(plain, there):
    assert path("/users/{}/roles/{}", plain, "r1") == f"/users/{there}/roles/r1"


def test_pages_are_followed_to_the_end(http):
    assert http.rows("/list") == [1, 2, 3]


def test_pages_are_followed_as_the_vendor_says_where_it_has_a_way_of_its_own(http):
    pages = http.pages("/odata", following=lambda page, _url, _service: page.json["next"])

    assert [page.json["value"] for page in pages] == [[1], [2], [3]]


def test_a_form_is_sent_as_a_form_and_only_through_an_open_gate(lab, make):
    fields = {"grant_type": "client_credentials", "client_secret": "a b&c=d"}
    with pytest.raises(WriteForbidden):
        make().submit("/form", fields)
    answer = make(gate=Gate([r"POST /form"])).submit("/form", fields).json

    assert answer == {"form": fields, "type": "application/x-www-form-urlencoded"}
    assert asked(lab) == ["POST /form"]


def test_a_secret_that_expires_is_asked_for_anew_at_each_request(make):
    given = iter(["first", "second"])
    http = make(auth=lambda: {"Authorization": f"Bearer {next(given)}"})

    assert [http.get("/things/1").json["auth"] for _ in range(2)] == ["Bearer first", "Bearer second"]


def test_a_secret_given_late_is_checked_before_it_is_sent(lab, make):
    with pytest.raises(CredentialsError) as error:
        make(auth=lambda: {"Authorization": "Bearer a\r\nX: y"}).get("/things/1")
    assert error.value.what == "the secret holds characters no token has"
    assert asked(lab) == []


def test_a_page_that_failed_is_asked_for_again_and_none_is_lost(lab, http):
    pages = http.pages("/list")
    found = [next(pages).json]
    fault(lab, kind="status", status=429)
    with pytest.raises(RateLimited):
        next(pages)

    found += [page.json for page in pages]
    assert found == [[1], [2], [3]]


def test_a_page_link_to_another_host_is_not_followed(lab, tmp_path, make):
    other = Shop("other", Ledger(tmp_path / "other.jsonl"))
    lab.elsewhere = other.start() + "/list"
    try:
        with pytest.raises(ServiceError, match="another host"):
            make().rows("/abroad")
        assert asked(other) == []
    finally:
        other.stop()


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "http://a.example:81/x",
        "ftp://a.example/x",
        "http://user@evil/x",
    ],
)
def test_a_next_link_must_stay_at_home(link):
    with pytest.raises(ServiceError, match="another host"):
        next_page(f'<{link}>; rel="next"', "http://a.example/y", "shop")


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ('</x?p=2>; rel="next"', "http://a.example/x?p=2"),
        ('<http://a.example/1>; rel="self", <http://a.example/2>; rel="next"', "http://a.example/2"),
        ('<http://a.example:80/2>; title="t"; rel=next', "http://a.example:80/2"),
        ('<http://a.example/1>; rel="prev"', None),
        ("", None),
    ],
)
def test_a_next_link_is_read_as_the_standard_says(link, there):
    assert next_page(link, "http://a.example/y", "shop") == there


def test_pages_that_come_back_to_themselves_end_in_an_error(http):
    with pytest.raises(ServiceError, match="never end"):
        http.rows("/loop")


def test_a_list_that_is_no_list_is_an_error(http):
    with pytest.raises(ServiceError, match="expected a list"):
        http.rows("/things/1")


def test_a_redirect_is_never_followed(lab, tmp_path, make):
    other = Shop("other", Ledger(tmp_path / "other.jsonl"))
    lab.elsewhere = other.start() + "/things/1"
    try:
        with pytest.raises(ServiceRefused, match="redirect") as error:
            make().get("/moved")
        assert error.value.status == 302
        with pytest.raises(ServiceError, match="not allowed"):
            list(make().download("/moved"))
        assert asked(other) == []
    finally:
        other.stop()


def test_a_download_may_be_sent_on_to_an_allowed_host_without_the_secret(lab, tmp_path, make):
    other = Shop("other", Ledger(tmp_path / "other.jsonl"))
    host = other.start().removeprefix("http://")
    lab.elsewhere = f"http://{host}/things/1"
    try:
        body = b"".join(make(download_hosts=(host,)).download("/moved"))
        assert body == b'{"id": "1", "auth": ""}'
    finally:
        other.stop()


def test_a_download_from_home_needs_no_redirect(http):
    assert b"".join(http.download("/list")) == b"[1]"


def test_an_answer_over_the_cap_is_an_error_and_not_an_endless_read(http):
    with pytest.raises(ServiceError, match="too long"):
        http.get("/big")


def test_a_download_over_its_cap_is_an_error(http):
    with pytest.raises(ServiceError, match="too long"):
        list(http.download("/things/1", most=5))


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_write_whose_answer_is_lost_may_have_been_done(lab, http, kind):
    fault(lab, kind=kind)

    with pytest.raises(AnswerLost, match="may have been done"):
        write(http)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_answered_by_a_broken_gateway_may_have_been_done(lab, http, status):
    fault(lab, kind="status", status=status)

    with pytest.raises(AnswerLost):
        write(http)


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_read_whose_answer_is_lost_is_just_a_failed_read(lab, http, kind):
    fault(lab, kind=kind)

    with pytest.raises(ServiceError) as error:
        http.get("/things/1")
    assert type(error.value) is ServiceError


def test_a_page_that_is_kept_as_it_came_is_not_parsed(http):
    pages = list(http.pages("/list", parse=False))
    assert [(each.json, each.body) for each in pages] == [(None, b"[1]"), (None, b"[2]"), (None, b"[3]")]


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_page_that_is_kept_as_it_came_is_still_a_whole_one(lab, http, kind):
    fault(lab, kind=kind)

    with pytest.raises(ServiceError) as error:
        next(http.pages("/list", parse=False))
    assert type(error.value) is ServiceError


def test_a_refusal_among_pages_kept_as_they_came_is_read(lab, http):
    fault(lab, kind="status", status=403, body={"errorCode": "E0000006", "errorSummary": "no permission"})

    with pytest.raises(ServiceRefused, match="no permission"):
        next(http.pages("/list", parse=False))


def test_a_silent_service_is_given_up_on(lab, make):
    fault(lab, kind="delay", seconds=1)

    with pytest.raises(ServiceError, match="fell silent"):
        make(silence_s=0.1).get("/things/1")


def test_a_write_with_a_silent_service_may_have_been_done(lab, make):
    fault(lab, kind="delay", seconds=1)

    with pytest.raises(AnswerLost):
        write(make(silence_s=0.1))


def test_what_never_left_cannot_have_acted(make):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NotReached) as error:
        write(make(url))
    assert "severance doctor shop" in error.value.remedy


def test_nothing_is_retried_by_the_client(lab, http):
    fault(lab, kind="status", status=429, times=None)

    with pytest.raises(RateLimited):
        write(http)
    with pytest.raises(RateLimited):
        http.get("/things/1")
    assert asked(lab) == ["POST /things", "GET /things/1"]


@pytest.mark.parametrize(
    ("rate", "headers", "wait_s"),
    [
        ("retry-after", {"Retry-After": "7"}, 7),
        ("retry-after", {"Retry-After": "0"}, 0),
        ("retry-after", {"Retry-After": "-1"}, 0),
        ("retry-after", {"Retry-After": "1000000000"}, 1e9),
        ("retry-after", {"Retry-After": "soon"}, 0),
        ("retry-after", {"Retry-After": "nan"}, 0),
        ("retry-after", {"Retry-After": "inf"}, 0),
        ("retry-after", {"Retry-After": "Sun, 22 Nov 2026 12:00:09 GMT", "Date": DATE}, 9),
        ("retry-after", {"Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT", "Date": DATE}, 0),
        ("retry-after", {}, 0),
        ("okta", {"X-Rate-Limit-Reset": "1795348811", "Date": DATE}, 11),
        ("okta", {"X-Rate-Limit-Reset": "1795348000", "Date": DATE}, 0),
        ("okta", {"x-ratelimit-reset": "1795348811", "Date": DATE}, 0),
        ("okta", {"X-Rate-Limit-Remaining": "3", "X-Rate-Limit-Reset": "1795348811", "Date": DATE}, 0),
        ("github", {"x-ratelimit-reset": "1795348812", "Date": DATE}, 12),
        ("github", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348812", "Date": DATE}, 12),
        ("github", {"x-ratelimit-remaining": "40", "x-ratelimit-reset": "1795352400", "Date": DATE}, 60),
        ("github", {}, 60),
        ("atlassian", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-22T12:00:14Z", "Date": DATE}, 14),
        ("atlassian", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon", "Date": DATE}, 0),
        ("github", {"Retry-After": "5", "x-ratelimit-reset": "1795348812", "Date": DATE}, 5),
        ("google", {}, 2),
        ("google", {"Retry-After": "7"}, 7),
        ("graph", {"Retry-After": "4"}, 4),
        ("graph", {}, 10),
    ],
)
def test_each_family_says_in_its_own_words_how_long_to_wait(rate, headers, wait_s):
    assert asked_wait_s(rate, {name.lower(): value for name, value in headers.items()}) == wait_s


def test_a_rate_limit_carries_its_wait(lab, make):
    fault(lab, kind="status", status=429, headers={"X-Rate-Limit-Reset": "1795348811", "Date": DATE})

    with pytest.raises(RateLimited) as error:
        make(rate="okta").get("/things/1")
    assert error.value.wait_s == 11


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Retry-After": "3"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({}, {"message": "You have exceeded a secondary rate limit."}),
    ],
)
def test_github_says_not_now_with_403(lab, make, headers, body):
    fault(lab, kind="status", status=403, headers=headers, body=body, times=2)

    with pytest.raises(RateLimited):
        make(rate="github").get("/things/1")
    with pytest.raises(ServiceRefused):
        make(rate="okta").get("/things/1")


@pytest.mark.parametrize("reason", ["userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded"])
def test_google_says_not_now_with_403(lab, make, reason):
    body = {"error": {"code": 403, "message": "Quota exceeded", "errors": [{"reason": reason}]}}
    fault(lab, kind="status", status=403, body=body, times=2)

    with pytest.raises(RateLimited) as error:
        make(rate="google").get("/things/1")
    assert error.value.wait_s == 2
    with pytest.raises(ServiceRefused):
        make(rate="okta").get("/things/1")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": 403, "errors": [{"reason": "forbidden"}], "status": "PERMISSION_DENIED"}, "forbidden"),
        ({"code": 403, "status": "PERMISSION_DENIED"}, "PERMISSION_DENIED"),
        ({"code": "Request_BadRequest"}, "Request_BadRequest"),
        ({"code": 403, "errors": ["odd"]}, ""),
    ],
)
def test_a_refusal_inside_an_error_object_is_read_too(lab, make, error, code):
    fault(lab, kind="status", status=403, body={"error": {"message": "Not Authorized", **error}})

    with pytest.raises(ServiceRefused, match="Not Authorized") as refused:
        make(rate="google").get("/things/1")
    assert refused.value.code == code


def test_a_503_that_asks_to_come_back_was_not_executed(lab, http):
    fault(lab, kind="status", status=503, headers={"Retry-After": "2"})

    with pytest.raises(RateLimited) as error:
        write(http)
    assert error.value.wait_s == 2


def test_a_refused_token_names_the_next_command(lab, http):
    fault(lab, kind="status", status=401)

    with pytest.raises(CredentialsError) as error:
        http.get("/things/1")
    assert error.value.remedy == "severance doctor shop"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"WWW-Authenticate": 'Bearer error="insufficient_scope"'}, None),
        ({}, {"message": "Resource not accessible by integration"}),
        ({}, {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}),
    ],
)
def test_a_missing_scope_is_a_matter_of_credentials(lab, http, headers, body):
    fault(lab, kind="status", status=403, headers=headers, body=body)

    with pytest.raises(CredentialsError, match="lacks a permission"):
        http.get("/things/1")


def test_another_403_is_a_refusal_with_the_vendors_code(lab, http):
    fault(
        lab,
        kind="status",
        status=403,
        body={"errorCode": "E0000006", "errorSummary": "No\x1b[31m permission"},
    )

    with pytest.raises(ServiceRefused) as error:
        http.get("/things/1")
    assert (error.value.status, error.value.code) == (403, "E0000006")
    assert "\x1b" not in error.value.what


def test_a_refusal_in_the_words_of_scim_is_understood(lab, http):
    fault(lab, kind="status", status=400, body={"scimType": "invalidFilter", "detail": "no such attribute", "status": "400"})

    with pytest.raises(ServiceRefused, match="no such attribute") as error:
        http.get("/things/1")
    assert (error.value.status, error.value.code) == (400, "invalidFilter")
def test_a_refusal_with_a_nested_error_keeps_its_code_and_words(lab, http):
    error = {"code": "Request_ResourceNotFound", "message": "Resource 'x' does not exist.", "innerError": {}}
    fault(lab, kind="status", status=404, body={"error": error})

    with pytest.raises(ServiceRefused, match="does not exist") as refused:
        http.get("/things/1")
    assert refused.value.code == "Request_ResourceNotFound"


def test_a_404_is_none_where_absence_is_an_answer_and_a_refusal_elsewhere(http):
    assert http.find("/nowhere") is None
    with pytest.raises(ServiceRefused):
        http.get("/nowhere")


def test_a_token_the_service_repeats_stays_out_of_the_error(http):
    with pytest.raises(ServiceRefused) as error:
        http.get("/echo")
    assert TOKEN not in error.value.diagnostics()


def test_the_secret_of_the_moment_is_asked_for_at_every_request_and_never_repeated(make):
    fresh = iter(["tok-1", "tok-2", "tok-3", "tok-3"])
    http = make(auth=lambda: {"Authorization": f"Bearer {next(fresh)}"})

    assert [http.get("/things/1").json["auth"] for _ in range(2)] == ["Bearer tok-1", "Bearer tok-2"]
    with pytest.raises(ServiceRefused) as error:
        http.get("/echo")
    assert "tok-3" not in error.value.diagnostics()


def test_a_form_is_sent_as_a_form(lab, make):
    gate = Gate(reads=("POST /things",))
    answer = make(gate=gate).submit("/things", {"grant": "a b", "more": "c&d"})

    assert answer.json["body"] == "grant=a+b&more=c%26d"


def test_no_error_holds_the_secret(lab, http):
    errors = []
    for fields in ({"kind": "reset"}, {"kind": "status", "status": 401}, {"kind": "status", "status": 500}):
        fault(lab, **fields)
        with pytest.raises((ServiceError, CredentialsError)) as error:
            write(http)
        errors.append(repr(error.value) + error.value.diagnostics())
    assert TOKEN not in "".join(errors)


@pytest.mark.parametrize(
    "url",
    [
        "http://okta.example",
        "ftp://127.0.0.1",
        "okta.example",
        "",
        "https://u:p@okta.example",
        "https://okta.example/?a=1",
        "https://okta.example/#a",
    ],
)
def test_a_url_unfit_to_carry_a_token_is_refused(url):
    with pytest.raises(SettingsError):
        base_of(url, "shop")


@pytest.mark.parametrize(
    "url", ["https://okta.example/", "http://127.0.0.1:41001/", "http://localhost:1", "http://[::1]:1"]
)
def test_https_anywhere_and_http_on_this_machine_are_fit(url):
    assert base_of(url, "shop") == url.rstrip("/")


@pytest.mark.parametrize("secret", ["a\nb", "a\r\nX: y", "\ufefftoken", "tok en\t", ""])
def test_a_secret_no_header_can_carry_is_refused_without_showing_it(secret, make):
    with pytest.raises(CredentialsError) as error:
        make(auth={"Authorization": secret})
    assert error.value.what == "the secret holds characters no token has"


def test_the_environment_sets_no_proxy(lab, make, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert make().get("/things/1").status == 200


def test_a_request_built_for_another_host_is_stopped_in_the_transport(http):
    with pytest.raises(ServiceError, match="another host"):
        http._carrier.carry("GET", "http://127.0.0.1:1/x", {}, b"")


def test_warming_opens_a_connection_whatever_the_service_answers(lab, http):
    http.warm()

    assert asked(lab) == ["HEAD /"]


def test_many_threads_share_one_client(lab, http):
    found = []
    threads = [
        threading.Thread(target=lambda at=at: found.append(http.get(f"/things/{at}").json["id"]))
        for at in range(40)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(map(int, found)) == list(range(40))


@pytest.fixture
def tls_port(tmp_path):
    """A TLS server with an honest certificate of an authority nobody trusts."""
    context = server_context(tmp_path / "ca.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    heard = []

    def answer():
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                heard.append(wrapped.recv(1000))
        except OSError:
            connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield listener.getsockname()[1], heard
    thread.join()
    listener.close()


def test_a_certificate_nobody_vouches_for_is_refused_and_nothing_is_sent(make, tls_port):
    port, heard = tls_port

    with pytest.raises(NotReached):
        make(f"https://127.0.0.1:{port}").get("/things/1")
    assert heard in ([], [b""])
