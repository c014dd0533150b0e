"""How the program ends: in words and with a documented code, whatever the terminal, the system or the program does."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, field_serializer

from sim.cli import endings
from sim.cli.program import Program

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "scenarios/zhejiang/baseline.yaml"


def factorflow(*words: str, **extra: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **extra.pop("env", {})}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **extra}
    return subprocess.run([sys.executable, "-m", "sim", *words], text=True, env=environment, **streams)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def named(tmp_path: Path) -> Callable[[str], str]:
    def scenario(title: str) -> str:
        path = tmp_path / "words.yaml"
        (tmp_path / "baseline.yaml").write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
        path.write_text(f"schema: 1\ntitle: {title}\nextends: baseline.yaml\n", encoding="utf-8")
        return str(path)

    return scenario


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "gbk"])
@pytest.mark.parametrize("title", ["浙江 户籍改革", "Réforme €", "Rise 🚜"])
def test_words_the_terminal_cannot_write_are_escaped(encoding: str, title: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        endings.prepare_streams()
        print(json.dumps({"title": title}, ensure_ascii=False), flush=True)
    written = raw.getvalue().decode(encoding)
    assert json.loads(written) == {"title": title}  # what is printed as JSON stays JSON


def test_names_that_are_no_text_are_escaped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(raw := io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    endings.prepare_streams()
    print(os.fsdecode(b"caf\xe9.yaml"), flush=True)
    assert raw.getvalue() == b"caf\\udce9.yaml\n"


def test_a_chinese_title_on_a_latin_terminal(named: Callable[[str], str]) -> None:
    file = named("浙江 户籍改革")
    told = factorflow("diff", str(SMALL), file, env={"PYTHONIOENCODING": "latin-1"})
    assert told.returncode == 0, told.stderr
    assert r"\u6d59\u6c5f \u6237\u7c4d\u6539\u9769" in told.stdout and told.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [("--version",), ("check", str(SMALL)), ("list", "worlds")])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_sentence(words: tuple[str, ...], unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        told = factorflow(*words, stdout=full, env={"PYTHONUNBUFFERED": unbuffered})
    assert told.returncode == 2
    assert told.stderr == f"the answer could not be written: {os.strerror(errno.ENOSPC)}.\n"


@pytest.mark.parametrize("words", [("--help",), ("check", str(SMALL)), ("list", "worlds")])
def test_nobody_who_reads_is_no_error(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        told = factorflow(*words, stdout=writer)
    finally:
        os.close(writer)
    assert told.returncode == 128 + signal.SIGPIPE and told.stderr == ""


@pytest.mark.parametrize("closed", ["1", "2", "0"])
def test_closed_streams(closed: str) -> None:
    command = f"exec {sys.executable} -m sim --version {closed}>&-"
    told = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if closed == "1":
        assert told.returncode == 2 and told.stderr.startswith("standard output is closed") and told.stderr.count("\n") == 1
    else:
        assert told.returncode == 0 and told.stdout.startswith("factorflow ") and told.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_errors_that_cannot_be_said_keep_their_code() -> None:
    with open("/dev/full", "w") as full:
        assert factorflow("fly", stderr=full).returncode == 2
        assert factorflow("check", "nothing.yaml", stderr=full).returncode == 2


def ending(reason: BaseException | Callable[[], None]) -> Any:
    """The answer of a program whose command ends with an error, or with what a call does."""

    @click.group(cls=Program)
    def program() -> None: ...

    @program.command()
    def go() -> int:
        if isinstance(reason, BaseException):
            raise reason
        reason()
        return 0

    return CliRunner().invoke(program, ["go"])


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        (OSError(errno.EACCES, "Permission denied", "r/a.parquet"), 2, "r/a.parquet: Permission denied."),
        (OSError(errno.ENOTEMPTY, "Directory not empty", "a", None, "b"), 2, "a -> b: Directory not empty."),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), 2, "the system refused: Resource temporarily"),
        (MemoryError("Unable to allocate 7 TiB"), 2, "there was not enough memory (Unable to allocate 7 TiB)"),
        (MemoryError(), 2, "there was not enough memory (none could be had)"),
        (UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "invalid"), 2, "text that cannot be read or written: 'utf-8' codec"),
        (RecursionError("maximum recursion depth"), 2, "the input is nested too deeply"),
        (KeyboardInterrupt(), 130, "\nInterrupted. What had come to its end is kept."),
        (endings.Stopped(signal.SIGTERM), 143, "\nInterrupted."),
        (endings.Stopped(signal.SIGHUP), 129, "\nInterrupted."),
        (KeyError("gdp"), 1, "This is a defect of factorflow, not of what you asked for; please report it: KeyError: 'gdp'"),
        (EOFError("no more"), 1, "This is a defect of factorflow"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
    ],
)
def test_every_error_is_answered_in_words(
    reason: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(endings.TRACEBACK, raising=False)
    answer = ending(reason)
    assert answer.exit_code == code and answer.stdout == ""
    assert answer.stderr.startswith(words) and "Traceback" not in answer.stderr
    assert words != "" or answer.stderr == ""


def test_the_traceback_of_a_defect_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endings.TRACEBACK, "1")
    answer = ending(ZeroDivisionError("wages"))
    assert answer.exit_code == 1 and "Traceback" in answer.stderr and "in go" in answer.stderr


def test_signals_are_as_they_were_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    ending(KeyError())
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before


def test_nohup_stays_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with endings.stoppable():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where whoever runs the tests ignores it (jobs in the background)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Deaf:
    """Python raises nothing out of the end of an object, nor out of a callback of a compiler."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("breaks", [False, True], ids=["goes on", "breaks"])
def test_an_interrupt_where_nothing_can_be_raised_is_not_lost(number: int, code: int, breaks: bool, heard: None) -> None:
    """It comes again while the program goes on; an error that it left behind is no defect."""
    reached = []

    def go() -> None:
        Deaf(number)
        reached.append("on")
        if breaks:
            raise RuntimeError("no compiled object yet")
        time.sleep(60)
        reached.append("end")

    before = sys.unraisablehook
    answer = ending(go)
    assert answer.exit_code == code and reached == ["on"]
    assert answer.stderr.startswith("\nInterrupted.") and "defect" not in answer.stderr
    assert sys.unraisablehook is before


def test_what_else_is_ignored_is_said_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda ignored: said.append(ignored.exc_type))

    class Broken:
        def __del__(self) -> None:
            raise ZeroDivisionError

    with endings.stoppable():
        Broken()
    assert said == [ZeroDivisionError]


@pytest.mark.parametrize(("sent", "code"), [(KeyboardInterrupt(), 130), (endings.Stopped(15), 143)])
def test_an_interrupt_inside_a_serializer_is_an_interrupt(
    sent: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    class Words(BaseModel):
        number: int = 1

        @field_serializer("number")
        def _told(self, _: int) -> int:
            raise sent

    with pytest.raises(KeyboardInterrupt) as raised, endings.stoppable():
        try:
            with endings.carried():
                Words().model_dump()
        except BaseException as reason:
            reason.add_note("4 of 8 tasks are kept.")
            raise
    assert endings.answered(raised.value) == code
    assert "Interrupted." in (said := capsys.readouterr().err) and "4 of 8 tasks are kept." in said


def test_what_an_interrupted_command_had_to_say_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    stopped = endings.Stopped(15)
    stopped.add_note("4 of 8 tasks are kept.")

    def ended() -> None:
        raise stopped

    program = Program(commands=[click.Command("work", callback=ended)])
    with pytest.raises(SystemExit) as raised:
        program.main(["work"])
    assert raised.value.code == 143 and "4 of 8 tasks are kept." in capsys.readouterr().err
