"""The routes: what they answer, and who is refused: other hosts, other pages, without the token, with too much."""

import json
import threading
import warnings

import pytest

from sim.dashboard.app import application
from sim.dashboard.page import FILES
from sim.dashboard.security import MOST_BYTES
from tests.dashboard.conftest import OPEN

with warnings.catch_warnings():  # from 1.10 on starlette asks for the successor of httpx, which older ones do not know
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PORT, TOKEN = 8642, "a-word-that-nobody-guesses"
BASE = f"http://127.0.0.1:{PORT}"
OWN = {"Origin": BASE}


@pytest.fixture
def app(session):
    return application(session, TOKEN, PORT)


@pytest.fixture
def stranger(app):
    """A browser that was not let in."""
    with TestClient(app, base_url=BASE) as client:
        yield client


@pytest.fixture
def client(stranger):
    """A page of the server: it was opened with the token, and asks from its own origin."""
    assert stranger.get("/", params={"token": TOKEN}).status_code == 200
    return stranger


def ask(client, path, words, **headers):
    return client.post(path, json=words, headers={**OWN, **headers})


def events(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_token_opens_the_page_once_and_a_cookie_goes_on(stranger):
    answer = stranger.get("/", params={"token": TOKEN})
    assert "open_registration" in answer.text and "cut: 0.80" in answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and f"factorflow-{PORT}=" in cookie
    assert stranger.get("/").status_code == 200
    assert [stranger.get(f"/{name}").status_code for name in FILES] == [200, 200]


@pytest.mark.parametrize(
    "path", ["/", "/?token=", "/?token=wrong", *(f"/{name}" for name in FILES), f"/dashboard.js?token={TOKEN}"]
)
def test_without_the_token_nothing_is_told(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 403 and "valley" not in answer.text


@pytest.mark.parametrize("path", ["/check", "/run", "/stop", "/view", "/save", "/reread"])
def test_without_the_token_nothing_is_done(stranger, valley, path):
    assert ask(stranger, path, {"text": "title: mine\n"}).status_code == 403
    assert (valley / "open.yaml").read_text(encoding="utf-8") == OPEN


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1.evil.example", "[::1]", "192.168.0.1"])
def test_another_host_is_refused_even_with_the_token(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 400
    assert ask(client, "/save", {"text": "x"}, Host=host).status_code == 400


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", f"http://127.0.0.1:{PORT + 1}", f"https://127.0.0.1:{PORT}", "http://127.0.0.1", ""],
)
@pytest.mark.parametrize("path", ["/check", "/run", "/save", "/stop", "/reread", "/view"])
def test_another_page_is_refused_even_with_the_cookie(client, valley, origin, path):
    answer = client.post(path, json={"text": "title: mine\n"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert (valley / "open.yaml").read_text(encoding="utf-8") == OPEN


def test_who_does_not_say_from_which_page_is_refused_where_something_is_done(client):
    assert client.post("/save", json={"text": "x"}).status_code == 403
    assert client.get("/", headers={"Origin": "http://evil.example"}).status_code == 403


def test_five_megabytes_are_refused_announced_or_not(client, valley):
    body = b'{"text": "' + b"#" * (5 * 1024 * 1024) + b'"}'
    assert client.post("/save", content=body, headers=OWN).status_code == 413

    def pieces():
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    assert client.post("/save", content=pieces(), headers=OWN).status_code == 413
    assert client.post("/check", content=body, headers={**OWN, "Content-Length": "-1"}).status_code == 413
    assert len(body) > MOST_BYTES and (valley / "open.yaml").read_text(encoding="utf-8") == OPEN


@pytest.mark.parametrize(
    "path",
    [
        "/../open.yaml",
        "/..%2fopen.yaml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/open.yaml",
        "/page.html.j2",
        "//etc/passwd",
        "/app.py",
    ],
)
def test_no_path_leads_to_a_file(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "root:" not in answer.text and "schema" not in answer.text


@pytest.mark.parametrize("baseline", ["../secret.yaml", "/etc/passwd", "..", "secret/../../secret.yaml", "\0"])
def test_no_baseline_leads_out_of_the_folder(client, valley, baseline):
    (valley.parent / "secret.yaml").write_text("schema: 1\ntitle: Secret\nworld: two_cells\n", encoding="utf-8")
    answer = ask(client, "/run", {"text": OPEN, "baseline": baseline})
    assert answer.status_code == 422 and "there is no scenario" in answer.json()["message"]
    assert "Secret" not in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b'{"text": 1}', b"{}", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("path", ["/check", "/run", "/save"])
def test_a_body_that_is_no_text_is_refused(client, path, body):
    assert client.post(path, content=body, headers=OWN).status_code == 400


def test_every_answer_keeps_the_page_to_itself(client):
    for answer in (
        client.get("/"),
        client.get("/dashboard.js"),
        client.get("/none"),
        client.get("/", headers={"Host": "evil"}),
    ):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy and "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_the_page_names_no_other_place(client):
    for path in ("/?lang=en", "/?lang=zh", *FILES):
        text = client.get(path).text
        assert "http://" not in text.replace("http://www.w3.org", "") and "https://" not in text and "//cdn" not in text
    assert "eval(" not in client.get("/dashboard.js").text


def test_a_fault_is_answered_at_its_line_with_the_sliders_that_are_left(client):
    found = ask(client, "/check", {"text": OPEN.replace("phase_in: 2", "phase_in: 200")}).json()
    assert [(fault["line"], fault["file"]) for fault in found["faults"]] == [(9, "")]
    assert "0 and 100" in found["faults"][0]["message"]
    assert [slider["path"][-1] for slider in found["sliders"]] == ["cut", "from", "phase_in"]


def test_a_fault_elsewhere_names_its_file(client, valley):
    (valley / "baseline.yaml").write_text("schema: 1\ntitle: A\nworld: two_cells\nyears: {from: 1}\n", encoding="utf-8")
    (fault,) = ask(client, "/check", {"text": OPEN}).json()["faults"]
    assert fault["file"].endswith("baseline.yaml") and fault["line"] == 4


def test_years_stream_and_end_in_a_picture(client):
    told = events(ask(client, "/run", {"text": OPEN, "lang": "en"}))
    years = [(event["replicate"], event["year"]) for event in told if event["event"] == "year"]
    assert years == [(run, year) for run in (1, 2) for year in range(1, 7)]
    assert told[-1] == {"event": "done", "replicates": 2, "of": 2}
    pictures = [event for event in told if event["event"] == "figures"]
    assert told[-2] == pictures[-1] and len(pictures) >= 2, "one at least before the end"
    assert set(pictures[-1]["parts"]) == {"verdict", "curve", "difference", "map", "winners", "payers"}
    other = ask(client, "/view", {"lang": "zh", "measure": "population"}).json()
    assert "城乡" in other["parts"]["verdict"] and other["headline"] != pictures[-1]["headline"]


def test_a_check_answers_in_the_language_of_the_page(client):
    told = ask(client, "/check", {"text": OPEN + "title_zh: 开放城镇的山谷\n", "lang": "zh"}).json()
    assert told["title"] == "开放城镇的山谷"
    wrong = {lang: ask(client, "/check", {"text": OPEN.replace("cut", "cutt"), "lang": lang}).json() for lang in ("en", "zh")}
    assert [wrong[lang]["faults"][0]["lang"] for lang in ("en", "zh")] == ["en", "zh"]
    assert "您是不是想写“cut”" in wrong["zh"]["faults"][0]["message"] and wrong["en"]["title"] == ""


def test_a_text_with_faults_does_not_run(client):
    answer = ask(client, "/run", {"text": OPEN.replace("cut", "cutt")})
    assert answer.status_code == 422 and answer.json()["faults"][0]["line"] == 7


def test_stopped_between_two_years(client, monkeypatch):
    from sim.year.years import Years

    stopping, step = [], Years.step

    def stepped(model):
        step(model)
        if model.year == 4 and not stopping:  # the year 3 was lived
            stopping.append(threading.Thread(target=ask, args=(client, "/stop", {})))
            stopping[0].start()
            stopping[0].join()

    monkeypatch.setattr(Years, "step", stepped)
    told = events(ask(client, "/run", {"text": OPEN}))
    assert [event["year"] for event in told if event["event"] == "year"] == [1, 2, 3]
    assert told[-1] == {"event": "stopped", "replicates": 0, "of": 2}
    again = events(ask(client, "/run", {"text": OPEN}))
    assert again[-1]["event"] == "done", "the next run is not stopped by what stopped the last"


def test_a_run_too_large_for_the_machine_is_refused(client, monkeypatch):
    monkeypatch.setattr("sim.experiments.cost.memory_of_machine", lambda: 1_000_000_000)
    answer = ask(client, "/run", {"text": OPEN + "run: {labour_agents: 100_000_000}\n"})
    assert answer.status_code == 422 and "this machine has 1.0 GB" in answer.json()["message"]
    assert ask(client, "/check", {"text": OPEN + "run: {replicates: 1000}\n"}).json()["faults"] == []


def test_a_defect_is_said_and_nothing_waits(client, monkeypatch):
    monkeypatch.setattr("sim.dashboard.live.build_model", lambda *_: 1 // {}.get("nothing"))
    told = events(ask(client, "/run", {"text": OPEN}))
    assert told[-1]["event"] == "defect" and "TypeError" in told[-1]["message"]


def test_save_conflict_and_reread(client, valley):
    file, mine = valley / "open.yaml", OPEN.replace("0.80", "0.30")
    assert ask(client, "/save", {"text": mine}).status_code == 200
    assert file.read_text(encoding="utf-8") == mine
    theirs = OPEN.replace("0.80", "0.99")
    file.write_text(theirs, encoding="utf-8")
    answer = ask(client, "/save", {"text": OPEN})
    assert answer.status_code == 409 and "changed by another program" in answer.json()["message"]
    assert file.read_text(encoding="utf-8") == theirs
    assert ask(client, "/reread", {}).json()["text"] == theirs
    assert ask(client, "/save", {"text": OPEN}).status_code == 200


def test_a_page_that_is_opened_again_has_the_text_that_was_not_saved(client, valley):
    ask(client, "/check", {"text": OPEN.replace("0.80", "0.55")})
    assert "cut: 0.55" in client.get("/?lang=zh").text
    assert (valley / "open.yaml").read_text(encoding="utf-8") == OPEN
    ask(client, "/reread", {})
    (valley / "open.yaml").write_text(OPEN.replace("0.80", "0.44"), encoding="utf-8")
    assert "cut: 0.44" in client.get("/").text, "where nothing is unsaved, the file as it is now"


def test_only_the_file_is_ever_written(client, valley):
    before = {path: path.read_bytes() for path in valley.parent.rglob("*") if path.is_file()}
    ask(client, "/check", {"text": OPEN + "# x\n"})
    ask(client, "/run", {"text": OPEN + "# x\n"})
    after = {path: path.read_bytes() for path in valley.parent.rglob("*") if path.is_file()}
    assert after == before


def test_text_of_the_page_cannot_end_its_frame(client, valley):
    (valley / "open.yaml").write_text(OPEN + "# </textarea><script>alert(1)</script>\n", encoding="utf-8")
    text = client.get("/").text
    assert "<script>alert" not in text and "&lt;/textarea&gt;" in text
