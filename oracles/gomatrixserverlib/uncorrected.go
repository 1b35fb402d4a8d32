//go:build !corrected

package main

import "errors"

// correct refuses: this is the library as it is published.
func correct(ids []string, _ [][]PDU) error {
	if len(ids) > 0 {
		return errors.New("question: only the corrected copy takes corrections")
	}
	return nil
}
