"""The server as the command starts it: on this machine alone, with a word that lets in, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sim.dashboard.serving import _bound_for, port_of
from tests.test_end_to_end import ROOT


@pytest.fixture
def served(valley):
    command = [sys.executable, "-m", "sim", "dashboard", str(valley / "open.yaml"), "--no-open", "--lang", "zh"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as program:
        try:
            yield program, program.stdout.readline().strip()
        finally:
            program.kill()


def test_it_prints_its_address_serves_this_machine_alone_and_ends_with_ctrl_c(served):
    program, address = served
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1" and parse_qs(parts.query)["lang"] == ["zh"]
    assert len(parse_qs(parts.query)["token"][0]) >= 40
    page = httpx.get(address, timeout=60)
    assert page.status_code == 200 and "cut: 0.80" in page.text and 'lang="zh-CN"' in page.text
    assert httpx.get(f"http://127.0.0.1:{parts.port}/", timeout=60).status_code == 403
    assert "server" not in page.headers or "uvicorn" in page.headers["server"]
    for other in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}:
        with pytest.raises(OSError), socket.create_connection((other, parts.port), timeout=2):
            pass
    program.send_signal(signal.SIGINT)
    told, complaints = program.communicate(timeout=60)
    assert program.returncode == 0 and told == "" and complaints == ""


def test_a_file_has_a_port_of_its_own_and_another_where_that_is_taken(valley):
    """A browser keeps what is not saved by address: opened again, the file is to be found at the same."""
    file = valley / "open.yaml"
    with _bound_for(file) as first, _bound_for(file) as second:
        ports = [one.getsockname()[1] for one in (first, second)]
    assert ports[0] == port_of(file) == port_of(valley / ".." / "valley" / "open.yaml")
    assert ports[1] != ports[0] and port_of(valley / "baseline.yaml") != ports[0]
    assert {port_of(valley / f"{number}.yaml") in range(61_000, 65_536) for number in range(200)} == {True}


def test_asked_to_end_while_years_stream_it_ends(served, valley):
    program, address = served
    base = f"http://127.0.0.1:{urlsplit(address).port}"
    text = (valley / "open.yaml").read_text(encoding="utf-8") + "years: {to: 200}\nrun: {replicates: 500}\n"
    with httpx.Client(base_url=base, headers={"Origin": base}, timeout=120) as client:
        client.get(address)
        with client.stream("POST", "/run", json={"text": text}) as answer:
            assert answer.status_code == 200 and '"event": "year"' in next(answer.iter_lines())
            program.send_signal(signal.SIGTERM)
            assert program.wait(timeout=60) == 128 + signal.SIGTERM
