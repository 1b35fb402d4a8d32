package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/matrix-org/gomatrixserverlib"
	"github.com/matrix-org/gomatrixserverlib/spec"
)

type (
	PDU     = gomatrixserverlib.PDU
	version = gomatrixserverlib.RoomVersion
	raw     = json.RawMessage
)

// release is the library's version as go.mod pins it.
func release() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/matrix-org/gomatrixserverlib" {
				return module.Version
			}
		}
	}
	return "unknown"
}

// room holds the events of a question.
type room struct {
	events map[string]PDU
	order  []string
}

// read decodes PDUs whose ids are given. A name that is no hash keeps its meaning: nothing is computed.
func (r *room) read(impl gomatrixserverlib.IRoomVersion, pdus []raw) error {
	if r.events == nil {
		r.events = map[string]PDU{}
	}
	for _, text := range pdus {
		var fields map[string]raw
		if err := json.Unmarshal(text, &fields); err != nil {
			return fmt.Errorf("question: %w", err)
		}
		var id string
		if err := json.Unmarshal(fields["event_id"], &id); err != nil {
			return fmt.Errorf("question: an event without event_id: %w", err)
		}
		if err := complete(fields, impl.EventFormat() == gomatrixserverlib.EventFormatV1); err != nil {
			return fmt.Errorf("question: event %s: %w", id, err)
		}
		whole, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		event, err := impl.NewEventFromTrustedJSONWithEventID(id, whole, false)
		if err != nil {
			return fmt.Errorf("event %s: %w", id, err)
		}
		if _, known := r.events[id]; !known {
			r.order = append(r.order, id)
		}
		r.events[id] = event
	}
	return nil
}

// complete gives the event what drawings leave out, and its edges the form of the version.
func complete(fields map[string]raw, pairs bool) error {
	for name, value := range map[string]string{"depth": "1", "origin_server_ts": "0", "content": "{}"} {
		if _, present := fields[name]; !present {
			fields[name] = raw(value)
		}
	}
	for _, name := range []string{"prev_events", "auth_events"} {
		var list, edges []raw
		if text, present := fields[name]; present {
			if err := json.Unmarshal(text, &list); err != nil {
				return err
			}
		}
		for _, one := range list {
			var pair []raw
			isPair := json.Unmarshal(one, &pair) == nil && len(pair) > 0
			switch {
			case isPair && !pairs:
				one = pair[0]
			case !isPair && pairs:
				one = raw(`[` + string(one) + `,{"sha256":""}]`)
			}
			edges = append(edges, one)
		}
		fields[name] = raw("[]")
		if len(edges) > 0 {
			text, err := json.Marshal(edges)
			if err != nil {
				return err
			}
			fields[name] = text
		}
	}
	return nil
}

// chain is everything that is reached from the events by one or more steps along auth_events.
func (r *room) chain(from []PDU) []PDU {
	var found []PDU
	seen := map[string]bool{}
	for todo := slices.Clone(from); len(todo) > 0; {
		event := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, id := range event.AuthEventIDs() {
			if cited, known := r.events[id]; known && !seen[id] {
				seen[id] = true
				found = append(found, cited)
				todo = append(todo, cited)
			}
		}
	}
	return found
}

// userID takes a sender for the user id that it is: no pseudonyms here.
func userID(_ spec.RoomID, sender spec.SenderID) (*spec.UserID, error) {
	return spec.NewUserID(string(sender), true)
}
