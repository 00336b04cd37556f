"""The REST API and the pages' fragments, as a program on the machine meets them."""

import pytest
import schemathesis
from hypothesis import given, settings
from starlette.testclient import TestClient

from assistant.channels.web import app
from assistant.channels.web.guard import POLICY
from assistant.settings import Settings
from planning_engine.errors import BadRequest

HOST = {"Host": "127.0.0.1"}
ORIGIN = {"Origin": "http://127.0.0.1:8000"}


def ask(client: TestClient, question: str, **more: str) -> dict:
    answer = client.post("/api/ask", json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_health_says_for_whom_and_on_which_facts(client):
    found = client.get("/api/health").json()
    assert found["status"] == "ok"
    assert found["as_of"] == "2026-10-31"
    assert found["snapshot"].startswith("s_")
    assert found["model"] == "Built-in analyst"


def test_an_answer_is_kept_in_its_thread_with_its_evidence(client):
    answer = ask(client, "Can L3 make the March plan?")
    assert answer["status"] == "answered"
    assert [entry["id"] for entry in client.get("/api/threads").json()["threads"]] == [
        answer["thread"]
    ]
    again = ask(client, "And the stock?", thread=answer["thread"])
    assert again["thread"] == answer["thread"]
    turns = client.get(f"/api/threads/{answer['thread']}").json()["turns"]
    assert [turn["question"] for turn in turns] == ["Can L3 make the March plan?", "And the stock?"]
    assert turns[0]["answer"]["evidence"] == answer["evidence"]
    evidence = answer["evidence"][0]
    found = client.get(f"/api/threads/{answer['thread']}/evidence/{evidence['id']}")
    assert found.json() == evidence


def test_another_persons_thread_is_not_permitted_rather_than_absent(client):
    thread = ask(client, "Can L3 make the March plan?")["thread"]
    answer = client.get(f"/api/threads/{thread}", headers={"X-Person": "sam"})
    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "not_permitted"
    assert client.get("/api/threads", headers={"X-Person": "sam"}).json() == {"threads": []}


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "kind"),
    [
        ("GET", "/api/threads/t_none", None, 404, "unknown_name"),
        ("GET", "/api/replay/r_none", None, 404, "unknown_name"),
        ("GET", "/api/nothing", None, 404, "not_found"),
        ("DELETE", "/api/threads", None, 405, "bad_method"),
        ("POST", "/api/tools/check_capcity", {}, 404, "unknown_name"),
        ("POST", "/api/ask", {"question": "x" * 4001}, 422, "bad_request"),
        ("POST", "/api/ask", {"question": ""}, 422, "bad_request"),
        ("POST", "/api/ask", {"question": "a", "colour": 1}, 422, "bad_request"),
        ("POST", "/api/ask", "{broken", 400, "bad_json"),
        ("POST", "/api/proposals/p_none/approve", None, 404, "unknown_name"),
    ],
)
def test_what_cannot_be_done_has_a_code_a_kind_and_a_sentence(
    client, method, path, body, code, kind
):
    text = {"content": body} if isinstance(body, str) else {} if body is None else {"json": body}
    headers = {"Content-Type": "application/json"}
    answer = client.request(method, path, headers=headers, **text)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (code, kind)
    assert answer.json()["error"]["message"].endswith((".", "?", ")"))


def test_an_unknown_person_is_refused(client):
    answer = client.get("/api/threads", headers={"X-Person": "petre"})
    assert answer.status_code == 404
    assert "Did you mean 'petra'?" in answer.json()["error"]["message"]


def test_a_bug_of_ours_is_logged_and_apologised_for_with_the_same_reference(client, caplog):
    answer = client.post("/api/ask", json={"question": "crash please"})
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"]) == (500, "failed")
    assert error["reference"] in caplog.text
    assert "a bug of ours" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_person_of_one_region_sees_that_region_only(client):
    petra, sam = (
        client.get("/data", headers={"X-Person": who, "Accept": "text/html"}).text
        for who in ("petra", "sam")
    )
    assert "region North only" not in petra.split("<main")[1]
    assert "region North only" in sam.split("<main")[1]
    assert "sales.csv line 14" in petra
    assert "sales.csv line 14" not in sam


def test_approving_writes_the_decision_under_the_persons_name(client):
    pending = ask(client, "draft it")["proposals"][0]
    assert client.get("/api/proposals").json()["proposals"][0]["id"] == pending["id"]
    settled = client.post(f"/api/proposals/{pending['id']}/approve").json()
    assert (settled["status"], settled["decided_by"]) == ("approved", "petra")
    decisions = client.get("/api/decisions").json()["decisions"]
    assert [d["status"] for d in decisions if d["title"] == pending["proposal"]["title"]] == [
        "approved"
    ]
    again = client.post(f"/api/proposals/{pending['id']}/approve")
    assert again.status_code == 422
    assert "approved by petra" in again.json()["error"]["message"]


def test_who_may_not_approve_is_told_who_may(client):
    pending = ask(client, "draft it")["proposals"][0]
    answer = client.post(f"/api/proposals/{pending['id']}/approve", headers={"X-Person": "dana"})
    assert answer.status_code == 403
    assert "executive or a planner" in answer.json()["error"]["message"]
    assert client.get("/api/proposals").json()["proposals"][0]["status"] == "open"


def test_a_rejection_keeps_its_reason(client):
    pending = ask(client, "draft it")["proposals"][0]
    path = f"/api/proposals/{pending['id']}/reject"
    assert client.post(path, json={"reason": "Too dear."}).json()["status"] == "rejected"
    assert client.get("/api/proposals").json() == {"proposals": []}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::bad"])
def test_another_name_for_this_machine_is_refused(client, host):
    answer = client.get("/api/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (400, "bad_host")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machines_own_names_are_served(client, host):
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_cannot_send_anything(client, headers):
    for path in ("/api/ask", "/ask", "/person", "/api/tools/query_kpi"):
        answer = client.post(path, json={"question": "a"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (403, "foreign_origin")


def test_without_a_login_it_is_served_on_this_machine_only(web, tmp_path):
    conversation = web.state.desk.conversation
    with pytest.raises(BadRequest, match=r"SOP_HOST is 0\.0\.0\.0, but the page has no login yet"):
        app(conversation, Settings(home=tmp_path, host="0.0.0.0"))


def test_a_huge_body_is_refused(client):
    answer = client.post("/api/ask", json={"question": "x" * 70_000})
    assert answer.status_code == 413


def test_every_answer_carries_the_guards_headers(client):
    for path in ("/", "/data", "/api/health", "/static/page.css", "/nothing", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in POLICY


def test_pages_that_load_from_outside_are_not_served(client):
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
    assert client.get("/openapi.json").status_code == 200


def test_the_chosen_person_is_kept_and_nobody_else_can_be_chosen(client):
    answer = client.post("/person", data={"person": "sam"}, headers=ORIGIN, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/data").text.count("region North only") > 1
    assert client.post("/person", data={"person": "mallory"}).status_code == 404
    away = client.post("/person", data={"person": "sam", "back": "//evil"}, follow_redirects=False)
    assert away.headers["location"] == "/"


def test_a_page_that_is_not_there_says_so_without_running_what_was_asked(client):
    as_person = {"Accept": "text/html"}
    answer = client.get("/threads/%3Cscript%3Ealert(1)%3C%2Fscript%3E", headers=as_person)
    assert answer.status_code == 404
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert client.get("/nothing", headers=as_person).status_code == 404


def test_a_static_file_is_not_sent_twice_and_no_other_file_is_sent(client):
    first = client.get("/static/page.css")
    assert "text/css" in first.headers["content-type"]
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/static/page.css", headers=known).status_code == 304
    for name in ("VENDORED.md", "nothing.js", "..%2fguard.py", "%2e%2e"):
        assert client.get(f"/static/{name}").status_code == 404


def test_the_table_of_an_answer_downloads_as_csv(client):
    answer = ask(client, "Can L3 make the March plan?")
    evidence = answer["evidence"][0]["id"]
    base = f"/threads/{answer['thread']}/turns/{answer['receipt']}/evidence"
    sheet = client.get(f"{base}/{evidence}.csv")
    assert "attachment" in sheet.headers["content-disposition"]
    assert sheet.text.splitlines()[0].startswith("\ufeffresource,month,required_hours (hours)")
    assert len(sheet.text.splitlines()) == 7
    assert client.get(f"{base}/ev_none.csv").status_code == 404
    assert client.get(f"{base}/{evidence}.csv", headers={"X-Person": "sam"}).status_code == 403


def test_a_replay_is_told_as_identical_or_not(client):
    answer = ask(client, "Can L3 make the March plan?")
    told = client.post(f"/replay/{answer['receipt']}", headers=ORIGIN)
    assert "Different." in told.text or "Identical." in told.text


def test_the_api_keeps_its_own_description(web):
    schema = schemathesis.openapi.from_asgi("/openapi.json", web, headers=HOST)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 12
    for operation in operations:

        @settings(max_examples=8, deadline=None, derandomize=True, database=None)
        @given(case=operation.as_strategy())
        def keeps(case):
            case.call_and_validate(headers=HOST)

        keeps()
