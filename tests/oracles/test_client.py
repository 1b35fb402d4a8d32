"""The client against drivers that crash, hang or talk nonsense: every one of these is an answer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from stateroom.oracles import Oracle, command, missing

DRIVER = """
import json, os, sys, time
for line in sys.stdin:
    question = json.loads(line)
    what = question.get("ask")
    if what == "die":
        print("the last words", file=sys.stderr, flush=True)
        os._exit(7)
    if what == "hang":
        time.sleep(60)
    if what == "work":
        while time.process_time() < question["until_s"]:
            pass
    if what == "half":
        print('{"state": [', end="", flush=True)
        os._exit(0)
    if what == "talk":
        print("good morning", flush=True)
    elif what == "resolve":
        size = len(question["events"])
        print(json.dumps({"state": [["m.room.topic", "", "$" + "x" * size]]}), flush=True)
    elif what == "auth":
        print(json.dumps({"panic": "peer/file.x:12", "message": "oh"}), flush=True)
    else:
        print(json.dumps({"error": "what?"}), flush=True)
"""


@pytest.fixture
def driver() -> Oracle:
    with Oracle("driver", timeout_s=5, argv=[sys.executable, "-c", DRIVER]) as found:
        yield found


def test_a_resolution_is_a_state(driver: Oracle) -> None:
    assert driver.resolve("11", [], []).state == {("m.room.topic", ""): "$"}


def test_a_panic_is_an_answer_with_its_place(driver: Oracle) -> None:
    answer = driver.auth("11", {}, [])
    assert (answer.allowed, answer.trouble, answer.message) == (None, "peer-panic:peer/file.x:12", "oh")


def test_a_crash_is_an_answer_and_the_next_question_gets_a_fresh_process(driver: Oracle) -> None:
    assert driver.ask({"ask": "die"}) == {"panic": "process", "message": "exit status 7: the last words"}
    assert driver.resolve("11", [], []).state is not None
    assert driver.starts == 2


def test_many_questions_are_answered_in_their_order_and_a_crash_costs_one(driver: Oracle) -> None:
    lines = [json.dumps({"ask": "resolve", "events": ["x" * 1000] * number}).encode() for number in range(300)]
    lines[100] = b'{"ask": "die"}'
    lines[299] = b'{"ask": "half"}'
    replies = [json.loads(line) for line in driver.ask_all(lines)]
    assert replies[100] == {"panic": "process", "message": "exit status 7: the last words"}
    assert replies[299]["panic"] == "process"
    sizes = [len(reply["state"][0][2]) - 1 for number, reply in enumerate(replies) if number not in (100, 299)]
    assert sizes == [number for number in range(299) if number != 100]
    assert driver.starts == 2


def test_what_is_no_answer_is_a_crash(driver: Oracle) -> None:
    assert driver.ask({"ask": "talk"}) == {"panic": "process", "message": "a line that is no JSON object"}
    assert driver.resolve("11", [], []).state is not None


def test_half_an_answer_is_a_crash(driver: Oracle) -> None:
    assert driver.ask({"ask": "half"})["panic"] == "process"
    assert driver.resolve("11", [], []).state is not None


def test_no_answer_in_time_is_an_answer() -> None:
    with Oracle("driver", timeout_s=0.5, argv=[sys.executable, "-c", DRIVER]) as driver:
        assert driver.ask({"ask": "hang"})["panic"] == "timeout"
        driver.timeout_s = 5
        assert driver.resolve("11", [], []).state is not None


def test_who_works_without_an_end_is_given_as_much_processor_time_and_no_more() -> None:
    with Oracle("driver", timeout_s=0.5, argv=[sys.executable, "-c", DRIVER]) as driver:
        assert driver.ask({"ask": "work", "until_s": 60})["panic"] == "timeout"
        assert driver.ask({"ask": "?"}) == {"error": "what?"}


def test_who_is_not_given_a_processor_is_waited_for() -> None:
    with Oracle("driver", timeout_s=0.5, argv=[sys.executable, "-c", DRIVER]) as driver:
        assert driver.ask({"ask": "?"}) == {"error": "what?"}
        assert driver._process is not None
        os.sched_setaffinity(driver._process.pid, {min(os.sched_getaffinity(0))})
        rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
        for rival in rivals:
            os.sched_setaffinity(rival.pid, {min(os.sched_getaffinity(0))})
        try:
            assert driver.ask({"ask": "work", "until_s": 0.3}) == {"error": "what?"}
        finally:
            for rival in rivals:
                rival.kill()
                rival.wait()


def test_a_question_of_megabytes_arrives_whole(driver: Oracle) -> None:
    events = [{"x": "y" * 1000}] * 3000
    assert driver.resolve("11", events, []).state == {("m.room.topic", ""): "$" + "x" * 3000}


def test_an_error_is_trouble(driver: Oracle) -> None:
    assert driver.ask({"ask": "?"}) == {"error": "what?"}


def test_what_is_not_built_says_how_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATEROOM_ORACLES", str(tmp_path))
    assert "make oracles" in (missing("ruma") or "")
    with pytest.raises(ValueError, match="no oracle is called `conduit`"):
        command("conduit")
