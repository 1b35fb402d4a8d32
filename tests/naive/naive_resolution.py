"""State resolution of room versions 1 to 12, written plainly: sets and dictionaries, no cleverness.

Written from the Matrix specification alone (rooms/v1, v2 and v12, "State resolution"), as ``naive_rules.py`` is.
``resolve`` returns the resolved state and the named values on the way, under the names that Stateroom's texts give
them, so that both can be compared name by name.
"""

import hashlib
import math

from naive_rules import Rules


class Resolution:
    def __init__(self, version, events, readings=None, rejected=frozenset()):
        self.rules = Rules(version, readings)
        self.version, self.events, self.rejected = version, events, rejected
        self.readings = self.rules.readings
        self.named = {}
        self.checks = []

    def resolve(self, states):
        states = [dict(items) for items in {tuple(sorted(s.items())) for s in states}]
        states.sort(key=lambda s: sorted(s.items()))
        if self.version == 1:
            return self._version_1(states)
        return self._version_2(states)

    # -- common ------------------------------------------------------------------------------------------------------

    def key(self, name):
        e = self.events[name]
        return e["type"], e["state_key"]

    def cited(self, name):
        return [a for a in self.events[name]["auth_events"] if a in self.events]

    def chain(self, names, within=None):
        """Everything that is reached from the events by one or more steps along auth_events."""
        found, todo = set(), [a for n in names for a in self.cited(n)]
        while todo:
            n = todo.pop()
            if n in found or (within is not None and n not in within):
                continue
            found.add(n)
            todo.extend(self.cited(n))
        return found

    def allowed(self, name, state):
        verdict = self.rules.authorise(
            self.events[name], state, self.events, self.rejected, recheck=name not in self.rejected
        )
        self.checks.append((name, verdict))
        return verdict[0]

    # -- room version 1 ----------------------------------------------------------------------------------------------

    def _version_1(self, states):
        everything = {n for s in states for n in s.values()}
        per_key = {}
        for n in everything:
            per_key.setdefault(self.key(n), set()).add(n)
        disputed = {n for n in everything if len(per_key[self.key(n)]) > 1}
        result = {self.key(n): n for n in everything - disputed}
        self.named.update(everything=everything, disputed=disputed, agreed=dict(result))

        def order(n):
            return self.events[n]["depth"], [-b for b in hashlib.sha1(n.encode()).digest()]

        passes = (
            ("m.room.power_levels", "power_levels_resolved"),
            ("m.room.join_rules", "join_rules_resolved"),
            ("m.room.member", "members_resolved"),
        )
        for kind, name in passes:
            mine = [n for n in disputed if self.events[n]["type"] == kind]
            if self.readings["contest_scope"] == "type":
                contests = [mine] if mine else []
            else:
                contests = [[n for n in mine if self.key(n) == k] for k in sorted({self.key(n) for n in mine})]
            base = dict(result)
            for contest in contests:
                now = dict(base)
                for place, n in enumerate(sorted(contest, key=order)):
                    if place and not self.allowed(n, now):
                        break
                    now[self.key(n)] = n
                    result[self.key(n)] = n
            self.named[name] = dict(result)
        done = dict(result)
        others = [n for n in disputed if self.events[n]["type"] not in [kind for kind, _ in passes]]
        self.named["others"] = set(others)
        for k in sorted({self.key(n) for n in others}):
            contest = sorted((n for n in others if self.key(n) == k), key=order, reverse=True)
            chosen = next((n for n in contest if self.allowed(n, done)), None)
            if chosen is None and self.readings["none_allowed"] == "last":
                chosen = contest[-1]
            if chosen is not None:
                result[k] = chosen
        self.named["result"] = dict(result)
        return result

    # -- room versions 2 to 12 ---------------------------------------------------------------------------------------

    def power_event(self, name):
        e = self.events[name]
        if "state_key" not in e:
            return False
        kinds = ("m.room.power_levels", "m.room.join_rules")
        if self.readings["power_event_key"] == "any":
            if e["type"] in kinds:
                return True
        elif e["type"] in (*kinds, "m.room.create") and e["state_key"] == "":
            return True
        return (
            e["type"] == "m.room.member"
            and e["content"].get("membership") in ("leave", "ban")
            and e["sender"] != e["state_key"]
        )

    def power_at(self, name):
        state = {}
        for a in self.cited(name):
            if "state_key" in self.events[a]:
                state.setdefault(self.key(a), a)
        e = self.events[name]
        create = self.rules.create_of(e, state, self.events)
        return self.rules.power(e["sender"], create, self.events.get(state.get(("m.room.power_levels", ""))))

    def power_levels_of(self, name):
        for a in self.cited(name):
            if self.key_or_none(a) == ("m.room.power_levels", ""):
                return a
        return None

    def key_or_none(self, name):
        return self.key(name) if "state_key" in self.events[name] else None

    def split(self, states):
        if not states:
            return {}, set()
        keys = {k for s in states for k in s}
        unconflicted, conflicted = {}, set()
        for k in keys:
            values = [s.get(k) for s in states]
            if self.readings["absence"] == "agreement":
                values = [x for x in values if x is not None]
            if len(set(values)) == 1:
                unconflicted[k] = values[0]
            else:
                conflicted |= {x for x in values if x is not None}
        return unconflicted, conflicted

    def between(self, names):
        down = self.chain(names) | set(names)
        return {n for n in down if n in names or self.chain([n]) & set(names)}

    def power_order(self, names):
        """Kahn's algorithm: of what cites nothing that is left, the smallest."""

        def order(n):
            return -self.power_at(n), self.events[n]["origin_server_ts"], n.encode()

        if self.readings["power_order_edges"] == "paths":
            needs = {n: self.chain([n]) & names for n in names}
        else:
            needs = {n: set(self.cited(n)) & names for n in names}
        left, out = set(names), []
        while left:
            ready = [n for n in left if not needs[n] & left]
            chosen = min(ready, key=order)
            out.append(chosen)
            left.remove(chosen)
        return out

    def line(self, name):
        out = []
        while name is not None:
            out.append(name)
            name = self.power_levels_of(name)
        return out

    def iterative_auth_checks(self, order, start):
        state = dict(start)
        for n in order:
            if n in self.rejected and self.readings["rejected_candidates"] == "skipped":
                continue
            view = {}
            for a in self.cited(n):
                if "state_key" in self.events[a] and a not in self.rejected:
                    view.setdefault(self.key(a), a)
            view.update(state)
            if self.allowed(n, view):
                state[self.key(n)] = n
        return state

    def _version_2(self, states):
        unconflicted, conflicted = self.split(states)
        chains = []
        for s in states:
            chain = self.chain(s.values())
            chains.append(chain | set(s.values()) if self.readings["auth_chain_of_state"] == "inclusive" else chain)
        difference = set().union(*chains) - set.intersection(*chains) if chains else set()
        full = conflicted | difference
        if self.version >= 12:
            subgraph = self.between(conflicted)
            full |= subgraph
            self.named["conflicted_state_subgraph"] = subgraph
        power_events = {n for n in full if self.power_event(n)}
        if self.readings["power_closure"] == "whole":
            closure = power_events | self.chain(power_events) & full
        else:
            closure = power_events | self.chain(power_events, within=full)
        power_order = self.power_order(closure)
        partial = self.iterative_auth_checks(power_order, {} if self.version >= 12 else unconflicted)
        mainline = self.line(partial.get(("m.room.power_levels", "")))

        def position(n):
            own = self.line(n) if self.readings["mainline_start"] == "itself" else self.line(self.power_levels_of(n))
            return next((mainline.index(p) for p in own if p in mainline), math.inf)

        def order(n):
            return -position(n), self.events[n]["origin_server_ts"], n.encode()

        normal_order = sorted(full - closure, key=order)
        applied = self.iterative_auth_checks(normal_order, partial)
        result = {**applied, **unconflicted}
        self.named.update(
            unconflicted=unconflicted,
            conflicted=conflicted,
            auth_difference=difference,
            full_conflicted_set=full,
            power_events=power_events,
            power_closure=closure,
            power_order=power_order,
            partial=partial,
            normal_order=normal_order,
            applied=applied,
            result=result,
        )
        return result


class Walk:
    """A whole room as a server that knows all of it sees it: the state before each event, and what was rejected.

    ``before`` and ``after`` map event ids to states, ``verdicts`` to the verdicts by the event's own auth_events and
    by the state before it. Soft failure is not asked: it changes no state before an event.
    """

    def __init__(self, version, events, readings=None):
        self.rules = Rules(version, readings)
        self.version, self.readings, self.events = version, readings, events
        self.before, self.after, self.verdicts, self.rejected = {}, {}, {}, set()
        for name in self.order():
            self.receive(name)

    def order(self):
        """Ids, what an event cites before it."""
        done, out = set(), []
        for start in sorted(self.events):
            todo = [(start, False)]
            while todo:
                name, ready = todo.pop()
                if ready:
                    out.append(name)
                elif name not in done:
                    done.add(name)
                    todo.append((name, True))
                    e = self.events[name]
                    todo += [
                        (n, False) for n in e["prev_events"] + e["auth_events"] if n in self.events and n not in done
                    ]
        return out

    def resolve(self, states):
        unique = []
        for s in states:
            if s not in unique:
                unique.append(s)
        if len(unique) < 2:
            return dict(unique[0]) if unique else {}
        return Resolution(self.version, self.events, self.readings, frozenset(self.rejected)).resolve(unique)

    def receive(self, name):
        e = self.events[name]
        before = self.resolve([self.after[p] for p in e["prev_events"] if p in self.after])
        cited = {}
        for a in e["auth_events"]:
            if a in self.events and "state_key" in self.events[a]:
                cited.setdefault((self.events[a]["type"], self.events[a]["state_key"]), a)
        by_auth = self.rules.authorise(e, cited, self.events, self.rejected)
        by_state = self.rules.authorise(e, before, self.events, self.rejected)
        self.before[name], self.verdicts[name] = before, (by_auth, by_state)
        self.after[name] = before
        if not (by_auth[0] and by_state[0]):
            self.rejected.add(name)
        elif "state_key" in e:
            self.after[name] = {**before, (e["type"], e["state_key"]): name}

    def current(self):
        accepted = [n for n in self.events if n not in self.rejected]
        cited = {p for n in accepted for p in self.events[n]["prev_events"]}
        return self.resolve([self.after[n] for n in accepted if n not in cited])
