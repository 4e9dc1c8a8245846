package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const evidenceMax = 4 << 20

// An evidence file: the sentence, the key that it convicts, and what proves it.
type evidence struct {
	sentence, vkey string
	root           *tlog.Hash
	proof          tlog.TreeProof
	notes          [2][]byte
}

// verifyEvidence confirms that the holder of a log's key has signed two trees that cannot both be true.
func verifyEvidence(path, logKey string) ([]string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	shown, err := parseEvidence(raw)
	if err != nil {
		return nil, err
	}
	key, err := parseLogKey(shown.vkey)
	if err != nil {
		return nil, err
	}
	if logKey != "" && logKey != shown.vkey {
		return nil, fmt.Errorf("it convicts the key %s, not %s", shown.vkey, logKey)
	}
	sentence, err := shown.judge(key)
	if err != nil {
		return nil, err
	}
	if sentence != shown.sentence {
		return nil, fmt.Errorf("it proves another sentence: %s", sentence)
	}
	return []string{sentence, "convicts " + shown.vkey}, nil
}

func (e evidence) judge(key note.Verifier) (string, error) {
	var trees [2]tlog.Tree
	for n, raw := range e.notes {
		opened, _, err := openCheckpoint(raw, key)
		if err != nil {
			return "", fmt.Errorf("note %d: %w", n+1, err)
		}
		trees[n] = opened.tree
	}
	older, newer, origin := trees[0], trees[1], key.Name()
	if older.N > newer.N {
		return "", fmt.Errorf("the older note stands first")
	}
	empty, err := tlog.ParseHash("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	if err != nil {
		return "", err
	}
	for _, one := range trees {
		if one.N == 0 && one.Hash != empty {
			return fmt.Sprintf("%s signed an empty tree with root %s, which is not that of an empty tree", origin, one.Hash), nil
		}
	}
	if older.N == newer.N && older.Hash != newer.Hash && e.root == nil && len(e.proof) == 0 {
		return fmt.Sprintf("%s signed two trees of size %d, one with root %s, one with %s",
			origin, older.N, older.Hash, newer.Hash), nil
	}
	if older.N == 0 || older.N == newer.N || e.root == nil || *e.root == older.Hash {
		return "", fmt.Errorf("both notes can be true")
	}
	if err := tlog.CheckTree(e.proof, newer.N, newer.Hash, older.N, *e.root); err != nil {
		return "", fmt.Errorf("the proof does not lead from the newer note to that root: %w", err)
	}
	return fmt.Sprintf("%s signed a tree of size %d with root %s, and a tree of size %d whose first %d entries have root %s",
		origin, older.N, older.Hash, newer.N, older.N, *e.root), nil
}

func parseEvidence(raw []byte) (evidence, error) {
	var found evidence
	if len(raw) > evidenceMax || !bytes.HasSuffix(raw, []byte("\n")) {
		return found, fmt.Errorf("this is no evidence file")
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	if len(lines) < 3 || lines[0] != "wellclear/evidence/1" || !strings.HasPrefix(lines[2], "key ") {
		return found, fmt.Errorf("this is no evidence file")
	}
	found.sentence, found.vkey = lines[1], strings.TrimPrefix(lines[2], "key ")
	at := 3
	for ; at < len(lines) && strings.HasPrefix(lines[at], "root "); at++ {
		root, err := tlog.ParseHash(strings.TrimPrefix(lines[at], "root "))
		if err != nil || found.root != nil {
			return found, fmt.Errorf("line %d: one root expected", at+1)
		}
		found.root = &root
	}
	for ; at < len(lines) && strings.HasPrefix(lines[at], "proof "); at++ {
		hash, err := tlog.ParseHash(strings.TrimPrefix(lines[at], "proof "))
		if err != nil {
			return found, fmt.Errorf("line %d: %w", at+1, err)
		}
		found.proof = append(found.proof, hash)
	}
	for n := range found.notes {
		if at >= len(lines) || !strings.HasPrefix(lines[at], "note ") {
			return found, fmt.Errorf("line %d: a note expected", at+1)
		}
		text := strings.TrimPrefix(lines[at], "note ")
		count, err := strconv.Atoi(text)
		if err != nil || strconv.Itoa(count) != text || count < 1 || at+1+count > len(lines) {
			return found, fmt.Errorf("line %d: %q is no number of lines", at+1, text)
		}
		found.notes[n] = []byte(strings.Join(lines[at+1:at+1+count], "\n") + "\n")
		at += 1 + count
	}
	if at != len(lines) {
		return found, fmt.Errorf("line %d: nothing more belongs here", at+1)
	}
	return found, nil
}
