package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-org/gomatrixserverlib"
)

type resolveQuestion struct {
	Events    []raw      `json:"events"`
	Rejected  []string   `json:"rejected"`
	StateSets [][]string `json:"state_sets"`
	Repeat    int        `json:"repeat"`
	Corrected []string   `json:"corrected"`
	// Corrections asks for one state for each list of corrections, all in one answer.
	Corrections [][]string `json:"corrections"`
}

func resolve(name string, v version, line []byte) (answer, error) {
	var question resolveQuestion
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	impl, err := gomatrixserverlib.GetRoomVersion(v)
	if err != nil {
		return nil, err
	}
	var all room
	if err := all.read(impl, question.Events); err != nil {
		return nil, err
	}
	var sets [][]PDU
	for _, ids := range question.StateSets {
		var set []PDU
		for _, id := range ids {
			if event, known := all.events[id]; known {
				set = append(set, event)
			}
		}
		sets = append(sets, set)
	}
	if err := correct(question.Corrected, sets); err != nil {
		return nil, err
	}
	auth := all.authEvents(impl.StateResAlgorithm(), sets)
	rejected := func(id string) bool { return slices.Contains(question.Rejected, id) }
	run := func() ([]PDU, error) {
		if name == "dendrite" {
			return gomatrixserverlib.ResolveConflicts(v, slices.Concat(sets...), slices.Clone(auth), userID, rejected)
		}
		return gomatrixserverlib.ResolveConflictsNew(v, sets, slices.Clone(auth), userID, rejected)
	}
	if question.Corrections != nil {
		return eachCorrected(question.Corrections, sets, run)
	}
	times := []int64{}
	for range question.Repeat {
		start := time.Now()
		if _, err := run(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start).Nanoseconds())
	}
	resolved, err := run()
	if err != nil {
		return nil, err
	}
	reply := answer{"state": entries(resolved)}
	if question.Repeat > 0 {
		reply["nanoseconds"] = times
	}
	return reply, nil
}

// eachCorrected gives a state for each list of corrections, null where the library panics or refuses.
func eachCorrected(lists [][]string, sets [][]PDU, run func() ([]PDU, error)) (answer, error) {
	states := []any{}
	for _, ids := range lists {
		if err := correct(ids, sets); err != nil {
			return nil, err
		}
		states = append(states, func() (state any) {
			defer func() {
				if recover() != nil {
					state = nil
				}
			}()
			resolved, err := run()
			if err != nil {
				return nil
			}
			return entries(resolved)
		}())
	}
	return answer{"states": states}, nil
}

// authEvents is what the library's caller hands it: for the first algorithm the entries that nobody contests, for the
// others the auth chains of the state sets, and for the last of them the state sets too.
func (r *room) authEvents(algorithm gomatrixserverlib.StateResAlgorithm, sets [][]PDU) []PDU {
	every := slices.Concat(sets...)
	switch algorithm {
	case gomatrixserverlib.StateResV1:
		return uncontested(every)
	case gomatrixserverlib.StateResV2:
		return r.chain(every)
	default:
		return distinct(append(r.chain(every), every...))
	}
}

func distinct(events []PDU) []PDU {
	var out []PDU
	seen := map[string]bool{}
	for _, event := range events {
		if !seen[event.EventID()] {
			seen[event.EventID()] = true
			out = append(out, event)
		}
	}
	return out
}

func uncontested(every []PDU) []PDU {
	rivals := map[gomatrixserverlib.StateKeyTuple]int{}
	tuple := func(event PDU) gomatrixserverlib.StateKeyTuple {
		return gomatrixserverlib.StateKeyTuple{EventType: event.Type(), StateKey: *event.StateKey()}
	}
	events := slices.DeleteFunc(distinct(every), func(event PDU) bool { return event.StateKey() == nil })
	for _, event := range events {
		rivals[tuple(event)]++
	}
	return slices.DeleteFunc(events, func(event PDU) bool { return rivals[tuple(event)] > 1 })
}

// entries is the state as the protocol has it: type, state_key, event id, sorted.
func entries(state []PDU) [][3]string {
	list := [][3]string{}
	for _, event := range distinct(state) {
		list = append(list, [3]string{event.Type(), *event.StateKey(), event.EventID()})
	}
	slices.SortFunc(list, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return list
}
