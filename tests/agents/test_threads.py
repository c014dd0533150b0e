"""Threads are chosen by trying: never for long more than help, whatever the machine does; times are made up here."""

import numba
import pytest

from sim.agents.threads import _LONG, _TRY_AGAIN, Threads

AGENTS = 1_000_000


def taken(seconds, passes, agents=AGENTS, allowed=2):
    """The threads of every pass where a pass on n threads takes seconds(n, pass)."""
    now, chosen = [0.0], []
    threads = Threads(clock=lambda: now[0])
    for number in range(passes):
        chosen.append(threads.next(agents, allowed))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(numba, "get_num_threads", lambda: allowed)
            patch.setattr(numba, "set_num_threads", lambda _: None)
            with threads.of_pass(agents):
                now[0] += seconds(chosen[-1], number)
    return chosen


def test_two_threads_where_they_help_and_one_where_they_wait():
    assert taken(lambda threads, _: 1.0 / threads, 12)[3:] == [2] * 9
    assert taken(lambda threads, _: 2.3 if threads == 2 else 1.0, 12)[3:] == [1] * 9


def test_a_busy_machine_costs_hardly_more_than_one_thread_would():
    passes = 200
    spent = sum(2.3 if threads == 2 else 1.0 for threads in taken(lambda threads, _: 2.3 if threads == 2 else 1.0, passes))
    assert spent < passes * (1 + 1.3 / _TRY_AGAIN) + 3 * 1.3


def test_the_choice_changes_when_the_machine_does():
    """Busy at first, calm from the fiftieth pass on, and busy again from the hundredth."""
    chosen = taken(lambda threads, number: 2.0 if threads == 2 and not 50 <= number < 100 else 1.0 / threads, 150)
    assert set(chosen[20:31]) == {1} and set(chosen[70:79]) == {2} and set(chosen[116:127]) == {1}


def test_the_first_pass_which_compiles_is_not_counted():
    assert taken(lambda threads, number: 99.0 if number == 0 else 1.0 / threads, 6)[3:] == [2, 2, 2]


def test_few_agents_take_one_thread_and_many_take_all():
    assert set(taken(lambda threads, _: 1.0 / threads, 8, agents=150_000)) == {1}
    assert set(taken(lambda threads, _: 2.3 if threads == 2 else 1.0, 8, agents=_LONG)) == {2}
    assert set(taken(lambda threads, _: 1.0 / threads, 8, allowed=1)) == {1}
