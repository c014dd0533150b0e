"""The numbers of a text that can be dragged: all that have a range, each with its own characters."""

import pytest

from sim.dashboard.session import Session
from sim.dashboard.sliders import decimals
from sim.economy.policies.base import instruments
from sim.vocabulary import vocabulary
from tests.dashboard.conftest import BASELINE, OPEN


def found(session, text):
    return {".".join(slider.path): slider for slider in session.check(text).sliders}


def characters(text, slider):
    units = text.encode("utf-16-le")
    return units[2 * slider.start : 2 * slider.end].decode("utf-16-le")


def test_every_number_with_a_range_has_its_own_characters_line_and_range(session):
    sliders = found(session, OPEN)
    assert list(sliders) == [f"policies.open_registration.{word}" for word in ("cut", "from", "phase_in")]
    cut, start = sliders["policies.open_registration.cut"], sliders["policies.open_registration.from"]
    assert (cut.line, cut.value, cut.low, cut.high, cut.unit) == (7, 0.8, 0, 1, "share")
    assert characters(OPEN, cut) == "0.80", "as it is written, without the comment"
    assert (start.low, start.high, start.step) == (1, 6, 1), "a policy starts in a year of the run"
    assert session.vocabulary().instruments["residence_permit_reform"] and "barrier" in cut.meaning


def test_replacing_the_characters_changes_that_number_and_nothing_else(session):
    cut = found(session, OPEN)["policies.open_registration.cut"]
    text = OPEN[: cut.start] + "0.35" + OPEN[cut.end :]
    checked = session.check(text)
    assert checked.scenario.policies["open_registration"].cut == 0.35
    assert text.replace("0.35", "0.80") == OPEN


def test_characters_are_counted_as_browsers_do(session):
    text = OPEN.replace("A valley that opens its town", "山谷 🏔 opens")
    assert characters(text, found(session, text)["policies.open_registration.cut"]) == "0.80"


def test_dated_values_lists_parameters_and_runs_have_sliders(valley):
    (valley / "mine.yaml").write_text("x", encoding="utf-8")
    session = Session(valley / "mine.yaml", vocabulary)
    text = BASELINE.replace("replicates: 2}", "replicates: 2}\nparameters: {labour_mobility: 0.1}") + (
        "policies:\n  tax:\n    instrument: income_tax\n    from: 2\n"
        "    brackets: [{above: 10, rate: 0.1}, {above: 20, rate: 0.2}]\n"
        "  open:\n    instrument: residence_permit_reform\n    cut: {2: 0.1, 4: 0.6}\n    from: 2\n"
    )
    sliders = found(session, text)
    assert {"years.to", "run.seed", "run.replicates", "parameters.labour_mobility", "policies.tax.brackets.1.rate"} <= set(
        sliders
    )
    assert sliders["policies.tax.brackets.1.rate"].high == 0.6
    assert [sliders[f"policies.open.cut.{year}"].value for year in (2, 4)] == [0.1, 0.6]
    assert sliders["policies.open.cut.4"].high == 1
    assert sliders["years.to"].high == 200 and sliders["run.labour_agents"].most == 100_000_000
    assert sliders["run.labour_agents"].high < 100_000, "a range of many times the value is not drawn whole"
    world = vocabulary().worlds["two_cells"].parameters["labour_mobility"]
    assert (sliders["parameters.labour_mobility"].low, sliders["parameters.labour_mobility"].high) == (world.low, world.high)
    assert not any(slider.path[0] == "schema" for slider in sliders.values()), "the version is no number to play with"


def test_a_number_outside_its_range_can_be_dragged_back(session):
    sliders = found(session, OPEN.replace("0.80", "1.5"))
    assert sliders["policies.open_registration.cut"].value == 1.5


@pytest.mark.parametrize("text", ["title: [", "just words", "- 1\n- 2\n", "a: &x 1\nb: *x\n", ""])
def test_a_text_that_is_no_mapping_to_its_end_has_none(session, text):
    assert session.check(text).sliders == ()


def test_text_in_quotes_and_numbers_of_unknown_instruments_have_none(session):
    assert "policies.open_registration.cut" not in found(session, OPEN.replace("0.80", '"0.80"'))
    assert found(session, OPEN.replace("residence_permit_reform", "residence_permit")) == {}


@pytest.mark.parametrize(("step", "digits"), [(1, 0), (5, 0), (0.5, 1), (0.01, 2), (0.002, 3), (20, 0)])
def test_a_step_says_how_many_digits_are_written(step, digits):
    assert decimals(step) == digits


def test_the_numbers_of_every_instrument_have_a_range_to_be_dragged_in():
    from sim.scenario.spots import fields_of

    open_ended = [
        (name, word)
        for name, module in instruments().items()
        for word, spot in fields_of(module.Terms).items()
        if spot.annotation in (int, float) and word not in ("from", "until") and (spot.low is None or spot.high is None)
    ]
    assert open_ended == []


@pytest.mark.parametrize(
    ("written", "step", "high"), [("0.0005", 2e-05, 0.002), ("0.00053", 1e-05, 0.005), ("0.1", 0.002, 0.3)]
)
def test_a_slider_fits_its_value_and_reaches_the_saved_one_again(valley, written, step, high):
    text = BASELINE + (
        "policies:\n  clinics:\n    instrument: public_service_equalisation\n    from: 2\n"
        f"    share_of_upper_budget: {written}\n"
    )
    (valley / "mine.yaml").write_text(text, encoding="utf-8")
    session = Session(valley / "mine.yaml", vocabulary)

    def reaches(now):
        slider = found(session, text.replace(written, now))["policies.clinics.share_of_upper_budget"]
        steps = (float(written) - slider.low) / slider.step
        assert slider.low <= float(written) <= slider.high and steps == pytest.approx(round(steps), abs=1e-6)
        assert f"{float(written):.{slider.to_json()['decimals']}f}".rstrip("0") == written
        return slider

    slider = reaches(written)
    assert (slider.step, slider.high) == (pytest.approx(step), pytest.approx(high))
    assert slider.step <= float(written) / 5, "a key press moves it a little"
    for dragged in ("0.0007", str(slider.high), "0"):  # within, to the end, to nothing
        reaches(dragged)
