#!/bin/sh
# Build the program at OUT with the Go of $GO (default: go), from this folder and the toolchain's own sumdb packages.
# Nothing is fetched: the proxy is off, and everything that is not ours is copied out of the toolchain.
set -eu
out=${1:?usage: build.sh OUT}
go=${GO:-go}
here=$(cd "$(dirname "$0")" && pwd)
vendored=$("$go" env GOROOT)/src/cmd/vendor/golang.org/x
[ -d "$vendored/mod/sumdb/note" ] || { echo "this Go brings no golang.org/x/mod/sumdb" >&2; exit 3; }
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp "$here"/*.go "$here/go.mod" "$work"
copied=$work/of-the-toolchain
version=$("$go" env GOVERSION | sed 's/^go\([0-9]*\.[0-9]*\).*/\1/')  # the toolchain's own packages use all of its language
sed -i.before "s/^go .*/go $version/" "$work/go.mod"
mkdir -p "$copied/mod/sumdb" "$copied/crypto"
cp -R "$vendored/mod/sumdb/note" "$vendored/mod/sumdb/tlog" "$copied/mod/sumdb"
printf 'module golang.org/x/mod\n\ngo %s\n' "$version" > "$copied/mod/go.mod"
# Go 1.19 still reaches Ed25519 by way of x/crypto; later ones do not, and then this module stays empty.
[ ! -d "$vendored/crypto/ed25519" ] || cp -R "$vendored/crypto/ed25519" "$copied/crypto"
printf 'module golang.org/x/crypto\n\ngo %s\n' "$version" > "$copied/crypto/go.mod"
cd "$work"
GOFLAGS=-mod=mod GOPROXY=off GOSUMDB=off GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 \
GOPATH="$work/path" GOCACHE="${GOCACHE:-$work/cache}" "$go" build -trimpath -o "$work/built" .
mv "$work/built" "$out"
