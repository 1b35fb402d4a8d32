"""The first screen of a report: five questions, each answered in sentences.

What does it change, does it break a promise that the base keeps, does it converge, what does it cost, what is not
known.
"""

from typing import TYPE_CHECKING, Any

from stateroom import vet_costs, vet_promises, vet_simulations, vet_small_scope

if TYPE_CHECKING:
    from stateroom.vet import Vet

CHANGES = "What does it change?"
PROMISES = "Does it break a promise that the base keeps?"
CONVERGES = "Does it converge?"
COSTS = "What does it cost?"
UNKNOWN = "What is not known?"
SHOWN_MAX = 4  # rules of one broken promise that a sentence names
NAMED_MAX = 6
RUN_WORDS = {
    "converges": "servers that knew the same events had the same state",
    "delivers": "what one honest server accepted every honest server got",
}


def _count(number: int, word: str, words: str = "") -> str:
    return f"{number} {word if number == 1 else words or word + 's'}"


def answers(vet: "Vet") -> list[dict[str, Any]]:
    """Give each question with its sentences, in the order of the report."""
    return [
        {"question": CHANGES, "sentences": changes(vet)},
        {"question": PROMISES, "sentences": promises(vet)},
        {"question": CONVERGES, "sentences": converges(vet)},
        {"question": COSTS, "sentences": vet_costs.sentences(vet)},
        {"question": UNKNOWN, "sentences": unknown(vet)},
    ]


def first_screen(vet: "Vet") -> list[str]:
    """Give all sentences in order; that the report is not complete stands before them."""
    out = [sentence for answer in answers(vet) for sentence in answer["sentences"]]
    return [note(vet), *out] if note(vet) else out


def note(vet: "Vet") -> str:
    """Say that the report is not complete; empty: it is."""
    if vet.complete:
        return ""
    why = "The work was interrupted" if vet.interrupted else "The time was up"
    return f"{why} before all was done: this report is not complete."


def changes(vet: "Vet") -> list[str]:
    """Say how many edits there are, of whom, and what shows them."""
    if not vet.edits:
        return [
            f"{vet.candidate} says the same as {vet.base}.",
            f"{vet.search['pairs']} pairs of event and state were decided alike.",
        ]
    owners = sorted({o for e in vet.edits for o in e["owner"]})
    by = f", owned by {', '.join(owners)}." if owners else "."
    out = [f"{vet.candidate} makes {_count(len(vet.edits), 'edit')} to {vet.base}{by}", _shown(vet)]
    if small := next((w for w in vet.search["witnesses"] if w["holds"]), None):
        said = [
            f"{getattr(vet, side)} {'allows' if one['allowed'] else 'refuses'} it by {one['number']} {one['label']}"
            for side, one in ((side, small[side]["replayed"]) for side in ("base", "candidate"))
        ]
        out.append(f"The smallest event: {'; '.join(small['deviations'])}. {', '.join(said).replace('  ', ' ')}.")
    merges = sum(1 for r in vet.runs if r["merges_differ"])
    verdicts = sum(1 for r in vet.runs if r["verdicts"])
    out.append(
        f"Of {_count(len(vet.runs), 'random history', 'random histories')} {vet.differ()} differ: "
        f"{merges} at a merge, {verdicts} in a verdict on an event."
    )
    out.append(
        f"Of {_count(len(vet.named), 'named problem history', 'named problem histories')} "
        f"{sum(1 for n in vet.named if n['differs'])} resolve differently."
    )
    return out


def _shown(vet: "Vet") -> str:
    shown = [e["shown"]["how"] for e in vet.edits if e["shown"]]
    scopes = [e["scope"] for e in vet.edits]
    proved = sum(1 for s in scopes if s.startswith("proved"))
    unsaid = sum(1 for s in scopes if s.startswith("none can be"))
    built = sum(1 for s in scopes if s.startswith("the prover"))
    ways = {
        "alone": "alone",
        "together": "together with others that are needed too",
        "without": f"only by being taken out of {vet.candidate}",
        "choice": "by another choice of a reading",
    }
    how = ", ".join(f"{shown.count(way)} {words}" for way, words in ways.items() if way in shown)
    return (
        f"For {len(shown)} of them an event, a PDU or a history shows a difference"
        + (f": {how}." if shown else ".")
        + (f" For {built} the prover built an event that shows one." if built else "")
        + (f" Of {proved} it is proved that no verdict on an event changes by it." if proved else "")
        + (f" For {unsaid} there can be none." if unsaid else "")
    )


def promises(vet: "Vet") -> list[str]:
    """Name each promise that the candidate alone breaks, and each new lint; then count."""
    out = vet_promises.broken_sentences(vet)
    out += [_broken_merge(vet, held) for held in vet.held if held.broken]
    out += [f"A lint that {vet.base} does not have: {_lint(lint)}" for lint in vet.lints]
    if not vet.lints:
        out.append("No lint is new.")
    out += [_sooner(vet, held) for held in vet.held if held.sooner]
    counted = vet_promises.counted(vet)
    if vet.held:
        kept = [h for h in vet.held if h.kept]
        said = f"Of {len(vet.held)} questions about merges both keep what was asked in {len(kept)}"
        verdicts = [(h.base.verdict, h.candidate.verdict) for h in vet.held]
        others = verdicts.count(("refuted", "refuted"))
        gained = [h for h in vet.held if (h.base.verdict, h.candidate.verdict) == ("refuted", "proved")]
        said += f", neither in {others}" if others else ""
        names = ", ".join(dict.fromkeys(f"`{h.property}`" for h in gained))
        said += f", {vet.candidate} alone in {len(gained)}: {names}" if gained else ""
        bound = vet_small_scope.spans(vet) or str(vet_small_scope.EVENTS)
        counted.append(f"{said} (all histories of up to {bound} events after the prefix `study`).")
    asked = bool(vet.promises or vet.held)
    if asked and not any(p.broken for p in vet.promises) and not any(h.broken for h in vet.held):
        counted.insert(0, f"No promise that {vet.base} keeps is found broken.")
    return out + counted if asked else [*out, "No promise was asked about."]


def _broken_merge(vet: "Vet", held: vet_small_scope.Held) -> str:
    how = "proved for" if held.base.method == "bounded" else "seen in"
    return (
        f"{vet.candidate} breaks a promise that {vet.base} keeps: {held.statement} (`{held.property}`). Where "
        f"{held.world.words}, it is {how} all histories of up to {held.base.kept} events after the prefix `study` "
        f"under {vet.base}; {vet.candidate} breaks it by {_count(held.candidate.events, 'event')} ({held.file})."
    )


def _sooner(vet: "Vet", held: vet_small_scope.Held) -> str:
    return (
        f"Both break `{held.property}`, {vet.candidate} by {_count(held.candidate.events, 'event')} ({held.file}), "
        f"{vet.base} by no fewer than {held.base.events}, where {held.world.words}."
    )


def _lint(lint: dict[str, Any]) -> str:
    hint = f": {lint['hint']}" if lint["hint"] else ""
    return f"{lint['message']} (`{lint['code']}`){hint}."


def converges(vet: "Vet") -> list[str]:
    """Say what simulated federations came to, and the small scope."""
    out = []
    for federation in vet.federations:
        out += [
            f"In the scenario `{federation.scenario}` `{name}` held under {vet.base} and was violated "
            f"{_count(federation.candidate.violated[name], 'time')} under {vet.candidate}."
            for name in federation.broken()
        ]
    for name in vet_simulations.RUNS:
        if said := _of_runs(vet, name):
            out.append(said)
    if vet.federations:
        merges = [sum(getattr(f, side).merges for f in vet.federations) for side in ("base", "candidate")]
        resets = [sum(getattr(f, side).resets for f in vet.federations) for side in ("base", "candidate")]
        out.append(
            f"In them {merges[0]} merges were computed under {vet.base} and {merges[1]} under {vet.candidate}; entries "
            f"came back {resets[0]} and {resets[1]} times."
        )
    for world in vet_small_scope.WORLDS:
        if bound := vet_small_scope.spans(vet, world):
            kept = dict.fromkeys(f"`{h.property}`" for h in vet.held if h.kept and h.world == world)
            out.append(
                f"Where {world.words}, every merge of two states in every history of up to {bound} events keeps under "
                f"both {', '.join(kept)}."
            )
    return out or ["Nothing was simulated and no small scope was gone through."]


def _of_runs(vet: "Vet", name: str) -> str:
    held = {"base": 0, "candidate": 0}
    asked = []
    for federation in vet.federations:
        outcomes = {side: getattr(federation, side).outcomes.get(name) for side in held}
        if "never asked" in outcomes.values() or None in outcomes.values():
            continue
        asked.append(federation.scenario)
        for side, outcome in outcomes.items():
            held[side] += outcome == "held"
    if not asked:
        return ""
    names = ", ".join(f"`{one}`" for one in asked)
    return (
        f"In simulated federations {RUN_WORDS[name]} (`{name}`): under {vet.base} in {held['base']}, under "
        f"{vet.candidate} in {held['candidate']} of {len(asked)} ({names})."
    )


def unknown(vet: "Vet") -> list[str]:
    """Say what was not asked, not answered, or asked in a bound only."""
    out = []
    none = sum(1 for e in vet.edits if e["scope"].startswith(("none among", "none between")))
    late = sum(1 for e in vet.edits if e["scope"].startswith("not asked"))
    if none:
        out.append(f"For {_count(none, 'edit')} no difference was found, which does not say that there is none.")
    if late:
        out.append(f"About {_count(late, 'edit')} nothing was asked.")
    open_ = [f"`{p.property}`" for p in vet.promises if "unknown" in (p.base, p.candidate)]
    open_ += [
        f"`{h.property}` where {h.world.words}" for h in vet.held if "unknown" in (h.base.verdict, h.candidate.verdict)
    ]
    if open_:
        out.append(f"There was no answer about {'; '.join(dict.fromkeys(open_))}.")
    missing = vet_promises.not_asked(vet)
    if missing:
        out.append(f"Not asked about: {', '.join(f'`{name}`' for name in missing)}.")
    if not vet.held:
        why = "with chosen readings no histories are asked" if vet.readings else "no small histories were asked"
        out.append(f"About merges nothing is known: {why}.")
    else:
        out.append(vet_small_scope.asked_about(vet))
        wrong = sum(bool(answer.mismatches) for held in vet.held for answer in (held.base, held.candidate))
        if wrong:
            out.append(
                f"For {_count(wrong, 'question')} a model of the prover did not replay: a mistake of the prover."
            )
    if vet.federations:
        silent = [f"`{f.scenario}`" for f in vet.federations if "never asked" in _pair(f, "converges")]
        out.append(
            "That servers agree in the end was tried with one seed a scenario, not proved"
            + (f"; in {', '.join(silent)} they did not come to rest, so that it was never asked." if silent else ".")
        )
    elif vet.profile or vet.readings:
        out.append("Whether servers agree in the end was not tried: simulated servers have the default readings.")
    else:
        out.append("Whether servers agree in the end was not tried.")
    return out


def _pair(federation: vet_simulations.Federation, name: str) -> list[str]:
    return [getattr(federation, side).outcomes.get(name, "never asked") for side in ("base", "candidate")]
