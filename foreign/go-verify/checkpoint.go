package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"crypto/sha256"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	algLog         = 1
	algCosignature = 4
	algMlDsa       = 6
)

// A checkpoint is what the three lines of its note say.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func parseCheckpoint(text string) (checkpoint, error) {
	var found checkpoint
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] == "" {
		return found, fmt.Errorf("a checkpoint has exactly three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return found, fmt.Errorf("%q is no size of a log", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return found, fmt.Errorf("%q is no root", lines[2])
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}

// openCheckpoint verifies a note under a log's key, and hands back the cosigners whose lines it verified too.
func openCheckpoint(raw []byte, logKey note.Verifier, cosigners ...note.Verifier) (checkpoint, []note.Signature, error) {
	opened, err := note.Open(raw, note.VerifierList(append([]note.Verifier{logKey}, cosigners...)...))
	if err != nil {
		return checkpoint{}, nil, err
	}
	found, err := parseCheckpoint(opened.Text)
	if err != nil {
		return found, nil, err
	}
	if found.origin != logKey.Name() {
		return found, nil, fmt.Errorf("it speaks of the log %q, not of %q", found.origin, logKey.Name())
	}
	var seen []note.Signature
	signed := false
	for _, one := range opened.Sigs {
		if one.Name == logKey.Name() && one.Hash == logKey.KeyHash() {
			signed = true
		} else {
			seen = append(seen, one)
		}
	}
	if !signed {
		return found, nil, fmt.Errorf("the log %q has not signed it", logKey.Name())
	}
	return found, seen, nil
}

// A cosigner verifies lines of the type cosignature/v1, which the toolchain's own packages do not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	said := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature))
	return ed25519.Verify(c.key, append([]byte(said), text...), signature[8:])
}

// timeOf is the second since 1970 that a cosignature names.
func timeOf(line note.Signature) uint64 {
	raw, _ := base64.StdEncoding.DecodeString(line.Base64)
	return binary.BigEndian.Uint64(raw[4:])
}

// parseVkey takes a key apart, and holds its id to its name and bytes.
func parseVkey(vkey string) (name string, alg byte, hash uint32, key []byte, err error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 || parts[0] == "" {
		return "", 0, 0, nil, fmt.Errorf("%q is no key", vkey)
	}
	id, errID := hex.DecodeString(parts[1])
	raw, errKey := base64.StdEncoding.Strict().DecodeString(parts[2])
	if errID != nil || errKey != nil || len(id) != 4 || len(raw) < 2 {
		return "", 0, 0, nil, fmt.Errorf("%q is no key", vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	hash = binary.BigEndian.Uint32(id)
	if binary.BigEndian.Uint32(sum[:4]) != hash {
		return "", 0, 0, nil, fmt.Errorf("the id of %q is not that of its name and key", vkey)
	}
	return parts[0], raw[0], hash, raw[1:], nil
}

// parseCosigner is the verifier of a witness line; nil for an ML-DSA key, whose lines this program passes over.
func parseCosigner(vkey string) (note.Verifier, error) {
	name, alg, hash, key, err := parseVkey(vkey)
	switch {
	case err != nil:
		return nil, err
	case alg == algMlDsa:
		return nil, nil
	case alg != algCosignature || len(key) != ed25519.PublicKeySize:
		return nil, fmt.Errorf("%q is no key of a cosigner", vkey)
	}
	return &cosigner{name, hash, ed25519.PublicKey(key)}, nil
}

func parseLogKey(vkey string) (note.Verifier, error) {
	if _, alg, _, _, err := parseVkey(vkey); err != nil || alg != algLog {
		return nil, fmt.Errorf("%q is no key of a log", vkey)
	}
	return note.NewVerifier(vkey)
}
