// Answers questions about Matrix state resolution with gomatrixserverlib, one JSON object a line (see ../README.md).
//
//	gomatrixserverlib-oracle [dendrite]
//
// Without an argument the newer entry point is asked (ResolveConflictsNew), with `dendrite` the one whose algorithm
// Dendrite runs (ResolveConflicts). A panic or an error of the library is an answer, never the end of the process.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/matrix-org/gomatrixserverlib"
)

type answer map[string]any

const longestLine = 256 << 20 // bytes

func about(name string) answer {
	var versions []string
	for v := 1; v <= 12; v++ {
		versions = append(versions, fmt.Sprint(v))
	}
	return answer{"oracle": name, "release": "gomatrixserverlib " + release(), "versions": versions, "judges": versions}
}

// panicPlace is the innermost place in the library, or in what it calls, at which a panic started.
func panicPlace() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		for _, folder := range []string{"/pkg/mod/", "/target/peer/"} { // as published, and the corrected copy
			if _, file, found := strings.Cut(frame.File, folder); found {
				return fmt.Sprintf("%s:%d", file, frame.Line)
			}
		}
		if !more {
			return ""
		}
	}
}

func ask(name string, line []byte) (reply answer) {
	defer func() {
		if cause := recover(); cause != nil {
			reply = answer{"panic": panicPlace(), "message": fmt.Sprint(cause)}
		}
	}()
	var head struct {
		Ask         string                        `json:"ask"`
		RoomVersion gomatrixserverlib.RoomVersion `json:"room_version"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return answer{"error": "question: " + err.Error()}
	}
	var err error
	switch head.Ask {
	case "about":
		return about(name)
	case "resolve":
		reply, err = resolve(name, head.RoomVersion, line)
	case "auth":
		reply, err = auth(head.RoomVersion, line)
	default:
		err = fmt.Errorf("question: nobody asks %q here", head.Ask)
	}
	if err != nil {
		return answer{"error": err.Error()}
	}
	return reply
}

func main() {
	name := "gomatrixserverlib"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	if name != "gomatrixserverlib" && name != "dendrite" {
		fmt.Fprintln(os.Stderr, "usage: gomatrixserverlib-oracle [dendrite]")
		os.Exit(2)
	}
	out := os.Stdout
	os.Stdout = os.Stderr // the library prints as it works
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	write := json.NewEncoder(out)
	write.SetEscapeHTML(false)
	for {
		line, err := readLine(lines)
		if err != nil {
			return
		}
		if write.Encode(ask(name, line)) != nil {
			return
		}
	}
}

func readLine(from *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, isPrefix, err := from.ReadLine()
		if err != nil {
			return nil, err
		}
		if line = append(line, part...); len(line) > longestLine {
			return nil, io.ErrShortBuffer
		}
		if !isPrefix {
			return line, nil
		}
	}
}
