"""Threads are chosen by trying: never for long more than help, whatever the machine does; times are made up here."""

import threading

import numba
import pytest

from sim.agents.threads import _AGAIN, _AGAIN_LONG, _LONG, Threads, _spread

SHORT, LONG, PIECES = 1_000_000, _LONG, 256


class Clock:
    """A clock that only work moves: so many seconds for a pass over all pieces on so many threads in so manieth a pass."""

    def __init__(self, seconds):
        self.now, self.seconds, self.number = 0.0, seconds, 0

    def __call__(self):
        return self.now


def turns(seconds, passes, agents=SHORT, allowed=2, monkeypatch=None):
    """Of every pass its turns, (threads, pieces), where a pass on n threads would take seconds(n, pass)."""
    clock, lived = Clock(seconds), []

    def spread(work, first, last, threads, at_a_time):
        lived[-1].append((threads, last - first))
        clock.now += seconds(threads, len(lived) - 1) * (last - first) / PIECES
        work(0, first, last)

    threads = Threads(clock=clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba, "get_num_threads", lambda: allowed)
        patch.setattr("sim.agents.threads._spread", spread)
        for _ in range(passes):
            lived.append([])
            done = []
            threads.run(lambda _, first, last, done=done: done.extend(range(first, last)), PIECES, agents)
            assert done == list(range(PIECES))
    return lived


def most_of(passes):
    """The threads that did most of each pass."""
    return [max(parts, key=lambda part: part[1])[0] for parts in passes]


def helps(threads, _):
    return 1.0 / threads


def waits(threads, _):
    return 2.3 if threads == 2 else 1.0


def test_two_threads_where_they_help_and_one_where_they_wait():
    for agents in (SHORT, LONG):
        assert most_of(turns(helps, 12, agents))[3:] == [2] * 9
        assert most_of(turns(waits, 12, agents))[3:] == [1] * 9


def test_a_long_pass_is_tried_on_its_own_first_pieces_and_goes_on_as_was_faster():
    """A piece that compiles, one on one thread and four on two; the rest of 256 in the same pass as was faster."""
    assert turns(helps, 1, LONG) == [[(1, 8), (2, 32), (1, 8), (2, 208)]]
    assert turns(waits, 1, LONG) == [[(1, 8), (2, 32), (1, 8), (1, 208)]]
    assert turns(helps, 2, LONG)[1] == [(2, 256)]


@pytest.mark.parametrize(("agents", "again"), [(SHORT, _AGAIN), (LONG, _AGAIN_LONG)])
def test_a_busy_machine_costs_hardly_more_than_one_thread_would(agents, again):
    passes, share = 200, 1 if agents < LONG else 32 / 256
    lived = turns(waits, passes, agents)
    spent = sum(waits(threads, 0) * pieces / PIECES for parts in lived for threads, pieces in parts)
    assert passes < spent < passes * (1 + 1.3 * share / again) + 3 * 1.3
    kept = most_of(lived[3:])
    assert kept.count(2) <= (passes / again if agents < LONG else 0)


@pytest.mark.parametrize("agents", [SHORT, LONG])
def test_the_choice_changes_when_the_machine_does(agents):
    """Busy at first, calm from the fiftieth pass on, and busy again from the hundredth."""
    chosen = most_of(turns(lambda threads, now: 2.0 if threads == 2 and not 50 <= now < 100 else 1.0 / threads, 150, agents))
    assert set(chosen[20:31]) == {1} and set(chosen[70:79]) == {2} and set(chosen[116:127]) == {1}


@pytest.mark.parametrize("agents", [SHORT, LONG])
def test_what_was_slower_when_last_seen_is_never_kept(agents):
    """Whatever times come, what does most of a pass is a trial of a short one or was the faster of the two before it."""
    took = {}
    times = {(threads, now): 0.5 + (7 * threads + 3 * now) % 5 / 4 for threads in (1, 2) for now in range(60)}
    for number, parts in enumerate(turns(lambda threads, now: times[threads, now], 60, agents)):
        for turn, (threads, pieces) in enumerate(parts):
            trial = pieces < PIECES // 2 or number < 3 or (agents < LONG and number % _AGAIN == 0)
            assert trial or took[threads] <= took[3 - threads], (number, parts)
            if number or turn:
                took[threads] = times[threads, number]


def test_the_first_turn_which_compiles_is_not_counted():
    first = [True]

    def compiles(threads, now):
        return 99.0 if now == 0 and first and first.pop() else 1.0 / threads

    assert most_of(turns(compiles, 6))[3:] == [2, 2, 2]
    first.append(True)
    assert most_of(turns(compiles, 6, LONG)) == [2] * 6


def test_few_agents_take_one_thread_in_one_piece_and_so_does_who_may_have_no_more():
    whole = []
    for agents, allowed in ((150_000, 2), (10 * LONG, 1), (0, 2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(numba, "get_num_threads", lambda allowed=allowed: allowed)
            Threads().run(lambda *called: whole.append(called), PIECES, agents)
    assert whole == [(0, 0, PIECES)] * 3


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_piece_is_done_once_by_threads_that_end_with_the_pass(threads):
    done, before = [], threading.active_count()
    _spread(lambda thread, first, last: done.append((thread, first, last)), 3, 50, threads, 4)
    pieces = sorted(piece for _, first, last in done for piece in range(first, last))
    assert pieces == list(range(3, 50)) and {thread for thread, *_ in done} <= set(range(threads))
    assert threading.active_count() == before


@pytest.mark.parametrize("who", [0, 1])
def test_a_fault_in_any_thread_is_told_and_the_others_stop(who):
    done, both = [], threading.Barrier(2)

    def work(thread, first, _):
        if first < 2:
            both.wait(timeout=60)  # each thread has one of the first two pieces
            if thread == who:
                raise KeyboardInterrupt if who == 0 else ValueError("a fault")
        done.append(first)

    with pytest.raises(KeyboardInterrupt if who == 0 else ValueError):
        _spread(work, 0, 10**6 if who == 0 else 200, 2, 1)
    assert len(done) < 10**6
