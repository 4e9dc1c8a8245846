package main

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A policy names the log's key and the witnesses that may cosign (C2SP tlog-policy, as Wellclear writes it).
type policy struct {
	vkey      string
	log       note.Verifier
	witnesses []note.Verifier
}

func parsePolicy(text string) (policy, error) {
	var found policy
	if !strings.HasSuffix(text, "\n") {
		return found, fmt.Errorf("the policy does not end in a line feed")
	}
	names := map[string]bool{"none": true}
	quorum := ""
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if err := found.take(strings.Split(line, " "), names, &quorum); err != nil {
			return found, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	if found.log == nil || quorum == "" {
		return found, fmt.Errorf("a policy names a log and a quorum")
	}
	return found, nil
}

func (p *policy) take(words []string, names map[string]bool, quorum *string) error {
	var err error
	switch {
	case words[0] == "log" && len(words) == 2 && p.log == nil:
		p.vkey = words[1]
		p.log, err = parseLogKey(words[1])
		return err
	case words[0] == "witness" && len(words) == 3:
		witness, err := parseCosigner(words[2])
		if err != nil {
			return err
		}
		if witness != nil {
			p.witnesses = append(p.witnesses, witness)
		}
		return newName(words[1], names)
	case words[0] == "group" && len(words) > 3 && (words[2] == "any" || words[2] == "all"):
		for _, member := range words[3:] {
			if !names[member] || member == "none" {
				return fmt.Errorf("%q is no witness or group", member)
			}
		}
		return newName(words[1], names)
	case words[0] == "quorum" && len(words) == 2 && *quorum == "":
		if words[1] != "none" {
			return fmt.Errorf("this program asks for no quorum, and cannot hold %q", words[1])
		}
		*quorum = words[1]
		return nil
	}
	return fmt.Errorf("%q is not understood", strings.Join(words, " "))
}

func newName(name string, names map[string]bool) error {
	if name == "" || names[name] {
		return fmt.Errorf("the name %q is taken", name)
	}
	names[name] = true
	return nil
}
