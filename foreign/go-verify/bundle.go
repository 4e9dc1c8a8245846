package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	sizeMax    = 1 << 30
)

// verifyBundle checks the log that a bundle holds: policy, checkpoint, cosignatures, every tile, every entry, every
// note that entries name, and that each part is what its name says. Other files it does not read.
func verifyBundle(dir, logKey, channel string) ([]string, error) {
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))) }
	raw, err := read("policy.txt")
	if err != nil {
		return nil, err
	}
	policy, err := parsePolicy(string(raw))
	if err != nil {
		return nil, fmt.Errorf("policy.txt: %w", err)
	}
	if raw, err = read("checkpoint"); err != nil {
		return nil, err
	}
	found, cosigned, err := openCheckpoint(raw, policy.log, policy.witnesses...)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if found.tree.N < 1 || found.tree.N > sizeMax {
		return nil, fmt.Errorf("checkpoint: a log of %d entries", found.tree.N)
	}
	leaves, err := readLeaves(read, found.tree.N)
	if err != nil {
		return nil, err
	}
	hashes, err := checkTiles(dir, read, found.tree, leaves)
	if err != nil {
		return nil, err
	}
	whose, err := checkKey(policy, leaves[0], logKey, channel)
	if err != nil {
		return nil, err
	}
	notes, err := checkNotes(dir, read, policy, hashes)
	if err != nil {
		return nil, err
	}
	parts, err := checkParts(dir, read)
	if err != nil {
		return nil, err
	}
	said := []string{
		fmt.Sprintf("log %s: %d entries under root %s", found.origin, found.tree.N, found.tree.Hash),
		whose,
		fmt.Sprintf("%d earlier notes of the log lead to this one, %d parts are what their names say", notes, parts),
	}
	for _, one := range cosigned {
		said = append(said, fmt.Sprintf("cosigned by %s at %d", one.Name, timeOf(one)))
	}
	return said, nil
}

// tilePath is the place of a tile in C2SP tlog-tiles, which leaves the height out.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

// readLeaves takes the entries out of their bundles: each a big-endian length of two bytes, then the leaf.
func readLeaves(read func(string) ([]byte, error), size int64) ([][]byte, error) {
	var leaves [][]byte
	for start := int64(0); start < size; start += tileWidth {
		width := size - start
		if width > tileWidth {
			width = tileWidth
		}
		at := tlog.Tile{H: tileHeight, L: 0, N: start / tileWidth, W: int(width)}
		name := strings.Replace(tilePath(at), "tile/0/", "tile/entries/", 1)
		raw, err := read(name)
		if err != nil {
			return nil, err
		}
		for n := int64(0); n < width; n++ {
			if len(raw) < 2 || len(raw) < 2+int(binary.BigEndian.Uint16(raw)) {
				return nil, fmt.Errorf("%s: it ends within entry %d", name, start+n)
			}
			end := 2 + int(binary.BigEndian.Uint16(raw))
			leaves, raw = append(leaves, raw[2:end]), raw[end:]
		}
		if len(raw) != 0 {
			return nil, fmt.Errorf("%s: %d bytes after its last entry", name, len(raw))
		}
	}
	return leaves, nil
}

// A reader of tiles in a directory, for tlog to authenticate against a root.
type tilesOnDisk struct {
	read func(string) ([]byte, error)
}

func (t tilesOnDisk) Height() int { return tileHeight }

func (t tilesOnDisk) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		raw, err := t.read(tilePath(tile))
		if err != nil {
			return nil, err
		}
		if len(raw) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes, not %d hashes", tilePath(tile), len(raw), tile.W)
		}
		found = append(found, raw)
	}
	return found, nil
}

func (t tilesOnDisk) SaveTiles([]tlog.Tile, [][]byte) {}

// checkTiles holds the entries to the signed root twice: through the tiles as a client of tlog does, and by hashing
// all of them anew; then each tile to those hashes. No other file may lie among the tiles.
func checkTiles(dir string, read func(string) ([]byte, error), tree tlog.Tree, leaves [][]byte) (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, at := range indexes {
			found = append(found, stored[at])
		}
		return found, nil
	})
	var wanted []int64
	for n, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(n), leaf, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
		wanted = append(wanted, tlog.StoredHashIndex(0, int64(n)))
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, fmt.Errorf("the entries have the root %s, the log has signed %s", root, tree.Hash)
	}
	proven, err := tlog.TileHashReader(tree, tilesOnDisk{read}).ReadHashes(wanted)
	if err != nil {
		return nil, err
	}
	for n, leaf := range leaves {
		if tlog.RecordHash(leaf) != proven[n] {
			return nil, fmt.Errorf("entry %d is not the one under the root", n)
		}
	}
	known := map[string]bool{}
	for _, tile := range tlog.NewTiles(tileHeight, 0, tree.N) {
		if end := tile.N<<tileHeight + int64(tile.W); tile.W < tileWidth && end < tree.N>>(tileHeight*tile.L) {
			continue // it lists each width that a growing tile has had; a bundle has the last one
		}
		name := tilePath(tile)
		known[name] = true
		if tile.L == 0 {
			known[strings.Replace(name, "tile/0/", "tile/entries/", 1)] = true
		}
		raw, err := read(name)
		if err != nil {
			return nil, err
		}
		made, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(raw, made) {
			return nil, fmt.Errorf("%s: these are not the hashes of the entries", name)
		}
	}
	return reader, onlyKnown(dir, known)
}

func onlyKnown(dir string, known map[string]bool) error {
	return filepath.Walk(filepath.Join(dir, "tile"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil && !known[filepath.ToSlash(name)] {
			err = fmt.Errorf("%s: it has no place in this log", name)
		}
		return err
	})
}

// checkKey says whose log this is. The policy stands in the bundle, so its key must be one that the reader knows, or
// the one that entry 0 names, whose hash is the id of the channel.
func checkKey(policy policy, genesis []byte, logKey, channel string) (string, error) {
	hash := tlog.RecordHash(genesis)
	if channel != "" && channel != hash.String() {
		return "", fmt.Errorf("this is channel %s, not %s", hash, channel)
	}
	if logKey != "" {
		if logKey != policy.vkey {
			return "", fmt.Errorf("its log has the key %s, not %s", policy.vkey, logKey)
		}
		return fmt.Sprintf("channel %s, under the log key that you named", hash), nil
	}
	var first struct {
		Act struct {
			Public struct {
				Host struct{ Log, Origin string }
			}
		}
	}
	if err := json.Unmarshal(bytes.SplitN(genesis, []byte("\n"), 2)[0], &first); err != nil {
		return "", fmt.Errorf("entry 0: %w", err)
	}
	_, _, _, key, err := parseVkey(policy.vkey)
	if err != nil {
		return "", err
	}
	host := first.Act.Public.Host
	if host.Origin != policy.log.Name() || host.Log != base64.StdEncoding.EncodeToString(key) {
		return "", fmt.Errorf("the log key of policy.txt is not the one of entry 0; after a change of host name it: -log")
	}
	return fmt.Sprintf("channel %s, under the log key that entry 0 names", hash), nil
}

// checkNotes verifies the notes that entries name as what their authors had seen: signed by the log, and of this tree.
func checkNotes(dir string, read func(string) ([]byte, error), policy policy, hashes tlog.HashReader) (int, error) {
	names, err := namesIn(dir, "notes")
	for _, name := range names {
		raw, err := read("notes/" + name)
		if err != nil {
			return 0, err
		}
		old, _, err := openCheckpoint(raw, policy.log, policy.witnesses...)
		if err != nil {
			return 0, fmt.Errorf("notes/%s: %w", name, err)
		}
		if name != strconv.FormatInt(old.tree.N, 10) {
			return 0, fmt.Errorf("notes/%s: it is of a log of %d entries", name, old.tree.N)
		}
		root, err := rootOf(old.tree.N, hashes)
		if err != nil {
			return 0, fmt.Errorf("notes/%s: %w", name, err)
		}
		if root != old.tree.Hash {
			return 0, fmt.Errorf("notes/%s: the log has signed another tree of that size", name)
		}
	}
	return len(names), err
}

// rootOf is the root of the first so many entries; of more than there are it says so.
func rootOf(size int64, hashes tlog.HashReader) (root tlog.Hash, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("it covers more entries than there are")
		}
	}()
	return tlog.TreeHash(size, hashes)
}

func checkParts(dir string, read func(string) ([]byte, error)) (int, error) {
	names, err := namesIn(dir, "parts")
	for _, name := range names {
		raw, err := read("parts/" + name)
		if err != nil {
			return 0, err
		}
		if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != name {
			return 0, fmt.Errorf("parts/%s: its bytes have another hash", name)
		}
	}
	return len(names), err
}

func namesIn(dir, folder string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, folder))
	if os.IsNotExist(err) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	sort.Strings(names)
	return names, err
}
