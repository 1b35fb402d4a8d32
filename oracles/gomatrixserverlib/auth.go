package main

import (
	"encoding/json"
	"fmt"

	"github.com/matrix-org/gomatrixserverlib"
)

type authQuestion struct {
	Event     raw      `json:"event"`
	State     []raw    `json:"state"`
	Corrected []string `json:"corrected"`
	// Corrections asks for one verdict for each list of corrections, all in one answer.
	Corrections [][]string `json:"corrections"`
}

// auth asks the library about one event in a state. It has no rule on the event's auth_events themselves: those are
// looked after by the server around it.
func auth(v version, line []byte) (answer, error) {
	var question authQuestion
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	impl, err := gomatrixserverlib.GetRoomVersion(v)
	if err != nil {
		return nil, err
	}
	if err := correct(question.Corrected, nil); err != nil {
		return nil, err
	}
	var state, judged room
	if err := state.read(impl, question.State); err != nil {
		return nil, err
	}
	if err := judged.read(impl, []raw{question.Event}); err != nil {
		return answer{"allowed": false, "reason": err.Error()}, nil
	}
	provider, err := gomatrixserverlib.NewAuthEvents(nil)
	if err != nil {
		return nil, err
	}
	for _, id := range state.order {
		if err := provider.AddEvent(state.events[id]); err != nil {
			return nil, err
		}
	}
	run := func() error { return gomatrixserverlib.Allowed(judged.events[judged.order[0]], provider, userID) }
	if question.Corrections != nil {
		return eachVerdict(question.Corrections, run)
	}
	if err := run(); err != nil {
		return answer{"allowed": false, "reason": err.Error()}, nil
	}
	return answer{"allowed": true}, nil
}

// eachVerdict tells for each list of corrections whether the event is allowed, null where the library panics.
func eachVerdict(lists [][]string, run func() error) (answer, error) {
	verdicts := []any{}
	for _, ids := range lists {
		if err := correct(ids, nil); err != nil {
			return nil, err
		}
		verdicts = append(verdicts, func() (verdict any) {
			defer func() {
				if recover() != nil {
					verdict = nil
				}
			}()
			return run() == nil
		}())
	}
	return answer{"verdicts": verdicts}, nil
}
