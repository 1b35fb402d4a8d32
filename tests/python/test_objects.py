"""Arrays are views that keep their owner; threads run at once; texts and tables come back as they were."""

import gc
import threading

import numpy as np
import pandas
import pytest
import stateroom
from hypothesis import given
from hypothesis import strategies as st

ANNA = "@anna:alpha.example"


def history() -> stateroom.History:
    made = stateroom.Builder("11")
    made.create(ANNA)
    made.join(ANNA)
    fork = made.extremities
    for topic in ("a", "b"):
        made.add("m.room.topic", ANNA, {"topic": topic}, state_key="", prev_events=fork)
    return made.history()


ARRAYS = {
    "origin_server_ts": lambda h: h.origin_server_ts,
    "depth": lambda h: h.depth,
    "prev offsets": lambda h: h.prev.offsets,
    "prev targets": lambda h: h.prev.targets,
    "auth targets": lambda h: h.auth.targets,
    "state": lambda h: h.resolve().state.indices,
    "set": lambda h: h.resolve().trace.full_conflicted_set.indices,
    "order": lambda h: h.resolve().trace.normal_order.indices,
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_a_read_only_view_that_keeps_its_owner_alive(name):
    whole = history()
    array = ARRAYS[name](whole)
    assert len(array)
    assert array.base is not None
    assert not array.flags.owndata
    assert not array.flags.writeable
    before = array.tolist()
    del whole
    gc.collect()
    assert array.tolist() == before


def test_an_array_is_the_same_memory_each_time():
    whole = history()
    assert np.shares_memory(whole.depth, whole.depth)
    assert np.shares_memory(whole.prev.targets, whole.edges("prev_events").targets)


def test_events_and_graphs_agree():
    whole = history()
    for event in whole.events:
        assert whole.origin_server_ts[event.index] == event.origin_server_ts
        assert whole.depth[event.index] == event.depth == event.pdu["depth"]
        for edges, ids in ((whole.prev, event.prev_events), (whole.auth, event.auth_events)):
            assert tuple(whole.events[int(n)].event_id for n in edges.of(event.index)) == ids
    found = whole.resolve()
    assert found.trace.full_conflicted_set.mask().sum() == 2
    assert [state["m.room.topic", ""] for state in found.inputs] == [
        whole.state_after(one)["m.room.topic", ""] for one in whole.events[-2:]
    ]
    assert whole.current_state == found.state
    assert found.explanation[0]["winner"] == found.state["m.room.topic", ""]
    assert "<svg" in whole._repr_html_()
    with pytest.raises(stateroom.UnknownNameError):
        whole.events["$none"]


def test_tables_hold_what_the_objects_say(tmp_path):
    whole = history()
    frame = whole.to_frame()
    assert frame["depth"].to_list() == whole.depth.tolist()
    assert whole.decisions_to_frame()["allowed"].all()
    assert (whole.receipts.to_frame()["signatures"] == "valid").all()
    for name, read in (("a.parquet", pandas.read_parquet), ("a.arrow", pandas.read_feather)):
        back = read(stateroom.write_table(whole, tmp_path / name))
        assert back["event_id"].to_list() == frame["event_id"].to_list()
    with pytest.raises(stateroom.InputError):
        stateroom.write_table(whole, tmp_path / "a.xlsx")


@pytest.mark.parametrize("version", stateroom.versions())
def test_a_printed_text_is_the_text(version, tmp_path):
    whole = stateroom.version(version)
    text = stateroom.parse(whole.source)
    assert stateroom.parse(stateroom.print_text(text)) == text
    assert stateroom.format(stateroom.format(whole.source)) == stateroom.format(whole.source)


@given(
    label=st.from_regex(r"[a-z][a-z_]{2,10}", fullmatch=True).filter(lambda word: word not in {"for", "not", "and"}),
    level=st.integers(0, 100),
    kind=st.sampled_from(["m.room.topic", "org.example.any"]),
    leaf=st.sampled_from(["reject", "allow"]),
    spaces=st.integers(1, 5),
    comment=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
)
def test_a_generated_candidate_keeps_its_meaning_when_it_is_laid_out(
    label, level, kind, leaf, spaces, comment, tmp_path_factory
):
    gap = " " * spaces
    source = (
        f'room version "c"{gap}extends "11"\n  status{gap}unstable\n\nedit rules  msc 1\n'
        f'  insert x_{label} before joined:{gap}{leaf} if type = "{kind}"{gap}'
        f"and power(sender) < {level}  # {comment}\n"
    )
    text = stateroom.parse(source)
    assert stateroom.parse(stateroom.print_text(text)) == text
    folder = tmp_path_factory.mktemp("text")
    (folder / "c.room").write_text(source)
    before = stateroom.version(str(folder / "c.room")).print()
    (folder / "c.room").write_text(stateroom.format(source))
    assert stateroom.version(str(folder / "c.room")).print() == before
    assert f"x_{label}" in before


def test_a_text_is_refused_with_all_its_errors():
    with pytest.raises(stateroom.TextError) as raised:
        stateroom.parse('room version "a" extends "11"\nedit rules\n  remove\nedit rules\n  remove\n', "mine")
    assert raised.value.where.startswith("mine:3")
    assert len(raised.value.more) == 1


def test_another_thread_goes_on_while_the_core_works():
    """The core's calls release the GIL: a thread counts while many resolutions run in one call."""
    one = history().data
    many = b"\n".join([one] * 300)
    counted, done = 0, threading.Event()

    def work():
        stateroom.bench.bench.resolve(many, "many")
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        counted += 1
    thread.join()
    assert counted > 1000


def test_threads_share_versions_and_agree():
    found: list[dict] = []

    def work():
        for version in ("11", "12", "10"):
            found.append({len(stateroom.compare(version, "6")): stateroom.version(version).print("rules")})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(one) for one in found}) == 3
