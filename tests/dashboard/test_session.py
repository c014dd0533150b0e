"""A text is checked as if it were saved, and saved byte for byte or not at all."""

import os
import stat

import pytest

from sim.dashboard.session import NOTHING, ConflictError, Session
from sim.errors import FactorFlowError
from sim.files import leftovers
from sim.vocabulary import vocabulary
from tests.dashboard.conftest import OPEN


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_text_that_is_not_saved_is_read_in_the_place_of_its_file_and_nothing_is_written(session, valley):
    before = names(valley)
    checked = session.check(OPEN.replace("0.80", "0.5"))
    assert checked.faults == () and checked.scenario is not None
    assert checked.scenario.policies["open_registration"].cut == 0.5
    assert checked.scenario.world == "two_cells", "what it extends is found beside it"
    assert checked.scenario.name == "open"
    assert names(valley) == before and (valley / "open.yaml").read_text(encoding="utf-8") == OPEN


def test_every_fault_stands_at_its_line(session, valley):
    checked = session.check(OPEN.replace("cut: 0.80", "cutt: 0.80").replace("phase_in: 2", "phase_in: 200"))
    assert [(fault.line, fault.path) for fault in checked.faults] == [
        (7, "policies.open_registration.cutt"),
        (9, "policies.open_registration.phase_in = 200"),
    ]
    assert {fault.file for fault in checked.faults} == {str(valley / "open.yaml")}
    assert 'Did you mean "cut"' in checked.faults[0].message and checked.scenario is None


def test_a_fault_of_the_file_that_is_extended_names_that_file(session, valley):
    (valley / "baseline.yaml").write_text("schema: 1\ntitle: A valley\nworld: two_cels\n", encoding="utf-8")
    assert str(valley / "baseline.yaml") in {fault.file for fault in session.check(OPEN).faults}


def test_a_saved_file_has_the_bytes_of_the_text_and_its_rights(session, valley):
    file = valley / "open.yaml"
    file.chmod(0o640)
    text = OPEN.replace("0.80", "0.25") + "# 城乡\n"
    state = session.save(text)
    assert file.read_bytes() == text.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert state == session.state and session.saved == text and leftovers(valley) == []


@pytest.mark.parametrize(
    "content",
    [
        "schema: 1\r\ntitle: A\r\nextends: baseline.yaml\r\n",
        "\ufeffschema: 1\r\ntitle: A\r\nextends: baseline.yaml",
        "schema: 1\r\ntitle: A\nextends: baseline.yaml\r# the last\n\n",
    ],
    ids=["lines of Windows", "a mark at the start, no end", "three kinds of ends"],
)
def test_lines_that_are_left_alone_keep_their_bytes(valley, content):
    file = valley / "mine.yaml"
    file.write_bytes(content.encode())
    session = Session(file, vocabulary)
    assert "\r" not in session.text and "\ufeff" not in session.text, "a browser knows one end of line"
    assert session.check(session.text).faults == ()
    session.save(session.text)
    assert file.read_bytes() == content.encode()
    session.save(session.text.replace("title: A", "title: Another"))
    assert file.read_bytes() == content.replace("title: A", "title: Another").encode()


def test_a_file_changed_by_another_program_is_not_written_over(session, valley):
    file, theirs = valley / "open.yaml", OPEN.replace("0.80", "0.10")
    file.write_text(theirs, encoding="utf-8")
    with pytest.raises(ConflictError, match="was changed by another program") as answer:
        session.save(OPEN.replace("0.80", "0.90"))
    assert file.read_text(encoding="utf-8") == theirs
    file.write_text(theirs + "# once more\n", encoding="utf-8")
    with pytest.raises(ConflictError):  # what was agreed to is not what stands there now
        session.save(OPEN, over=answer.value.state)
    with pytest.raises(ConflictError) as answer:
        session.save(OPEN)
    session.save(OPEN, over=answer.value.state)
    assert file.read_text(encoding="utf-8") == OPEN


def test_a_file_that_is_gone_is_told_of_and_made_anew_when_asked(session, valley):
    (valley / "open.yaml").unlink()
    with pytest.raises(ConflictError, match="no longer there") as answer:
        session.save(OPEN)
    assert answer.value.state == NOTHING
    session.save(OPEN, over=NOTHING)
    assert (valley / "open.yaml").read_text(encoding="utf-8") == OPEN


def test_where_writing_fails_the_file_is_as_it_was(session, valley, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FactorFlowError, match="No space left"):
        session.save(OPEN.replace("0.80", "0.90"))
    assert (valley / "open.yaml").read_text(encoding="utf-8") == OPEN and leftovers(valley) == []
    assert session.saved == OPEN


def test_a_link_is_followed_inside_the_folder_and_refused_outside_it(valley, tmp_path):
    (valley / "inside.yaml").symlink_to(valley / "open.yaml")
    linked = Session(valley / "inside.yaml", vocabulary)
    linked.save(OPEN + "# through a link\n")
    assert (valley / "inside.yaml").is_symlink()
    assert (valley / "open.yaml").read_text(encoding="utf-8").endswith("# through a link\n")
    outside = tmp_path / "outside.yaml"
    outside.write_text(OPEN, encoding="utf-8")
    (valley / "leads_out.yaml").symlink_to(outside)
    with pytest.raises(FactorFlowError, match="leads outside its folder"):
        Session(valley / "leads_out.yaml", vocabulary).save(OPEN + "# mine\n")
    assert outside.read_text(encoding="utf-8") == OPEN


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (None, "cannot be opened: No such file"),
        (b"title: \xff\n", "line 1: is not UTF-8"),
        (b"#" * 1024 * 1025, "larger than"),
    ],
)
def test_what_cannot_be_edited_is_refused_at_once(valley, content, answer):
    file = valley / "other.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(FactorFlowError, match=answer):
        Session(file, vocabulary)


def test_half_a_character_is_refused_in_words(session):
    with pytest.raises(FactorFlowError, match="half a character"):
        session.save("title: \ud800\n")
