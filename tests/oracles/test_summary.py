"""What a campaign shows of what it found, and how it is summed up: rows without any implementation."""

from typing import Any

from stateroom.differ_summary import UNEXPLAINED_SHOWN, Shown, summary_of_oracle, to_show

PANIC = "peer-panic:example.org/peer@v1/resolve.go:9"


def rows(*explanations: str | None) -> list[dict[str, Any]]:
    return [
        {"oracle": "peer", "version": "6", "seed": seed, "same": said is None, "explanation": said, "shape": seed // 2}
        | {"file": None}
        for seed, said in enumerate(explanations)
    ]


def shown(*explanations: str | None) -> list[tuple[int, str, str | None]]:
    return [(one.seed, one.explanation, one.deviation) for one in to_show(rows(*explanations))]


def test_the_first_history_of_each_single_cause_is_shown() -> None:
    found = shown(None, "deviation:a", "reading:x=y", "deviation:a", "deviation:b")
    assert found == [(1, "deviation:a", None), (2, "reading:x=y", None), (4, "deviation:b", None)]


def test_a_deviation_that_is_never_alone_is_shown_with_the_fewest_others() -> None:
    found = shown("deviation:a+b+c", "deviation:a+b", "deviation:b", f"{PANIC}+deviation:d")
    assert found == [
        (2, "deviation:b", None),
        (3, PANIC, None),
        (1, "deviation:a+b", "a"),
        (0, "deviation:a+b+c", "c"),
        (3, f"{PANIC}+deviation:d", "d"),
    ]
    names = [Shown("peer", "6", seed, said, deviation).name for seed, said, deviation in found]
    assert len(set(names)) == len(names)


def test_what_is_unexplained_is_shown_so_often_also_behind_a_crash() -> None:
    assert len(shown(*["unexplained"] * (UNEXPLAINED_SHOWN + 5))) == UNEXPLAINED_SHOWN
    assert shown(f"{PANIC}+unexplained") == [(0, f"{PANIC}+unexplained", None)]


def test_a_crash_is_summed_up_by_its_place_and_by_what_lies_behind() -> None:
    found = rows(None, PANIC, f"{PANIC}+deviation:a", f"{PANIC}+deviation:a+b", f"{PANIC}+unexplained", "unexplained")
    summary = summary_of_oracle(found, {one: f"{one.name}.json" for one in to_show(found)})
    assert (summary["histories"], summary["distinct"], summary["same"], summary["unexplained"]) == (6, 3, 1, 2)
    crash = summary["explanations"][0]
    assert (crash["explanation"], crash["histories"], crash["versions"]) == (PANIC, 4, {"6": 4})
    assert crash["behind"] == {"": 1, "deviation:a": 1, "deviation:a+b": 1, "unexplained": 1}
    assert [(one["deviation"], one["histories"]) for one in summary["never_alone"]] == [("a", 2), ("b", 1)]
