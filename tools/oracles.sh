#!/usr/bin/env bash
# Builds the oracles of oracles/, each from its pinned list of releases, and only what is missing or changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../oracles"

say() { printf '\033[1mstateroom:\033[0m %s\n' "$*" >&2; }

at_least() { printf '%s\n%s\n' "$1" "$2" | sort -V -C; }  # wanted, found

checked=true
want() {  # what it is, the least version, the version found, what to install
  at_least "$2" "${3:-0}" && return
  say "$1 $2 or later is needed, found ${3:-none}: $4"
  checked=false
}
want cargo 1.85 "$(cargo --version 2>/dev/null | cut -d' ' -f2)" \
  "install Rust with edition 2024 by rustup (rustup.rs: 'rustup toolchain install stable')"
want go 1.23 "$(go env GOVERSION 2>/dev/null | sed 's/^go//')" \
  "install Go from go.dev/dl, or the package golang-1.23-go of Debian's backports"
$checked || { say "nothing was built; everything but the tests against other implementations works without"; exit 1; }

stamp=synapse/.venv/setup-stamp
key=$(sha256sum <synapse/requirements.txt)
if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
  say "installing Synapse into oracles/synapse/.venv"
  rm -rf synapse/.venv
  ../.venv/bin/python -m venv synapse/.venv
  synapse/.venv/bin/python -m pip install --quiet --no-deps --disable-pip-version-check -r synapse/requirements.txt
  synapse/.venv/bin/python -m pip check --disable-pip-version-check >/dev/null
  echo "$key" >"$stamp"
fi

say "building the driver of ruma-state-res"
(cd ruma && cargo build --quiet --release --locked)

say "building the driver of gomatrixserverlib, and one of a copy with corrections that can be switched on"
cd gomatrixserverlib
go build -mod=readonly -o target/gomatrixserverlib-oracle .
stamp=target/peer/setup-stamp
key=$(cat go.mod corrections.patch | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
  rm -rf target/peer
  cp -r "$(go list -m -f '{{.Dir}}' github.com/matrix-org/gomatrixserverlib)" target/peer
  chmod -R u+w target/peer
  patch --quiet --strip 1 --directory target/peer <corrections.patch
  cp go.mod target/corrected.mod
  cp go.sum target/corrected.sum
  go mod edit -replace "github.com/matrix-org/gomatrixserverlib=./target/peer" target/corrected.mod
  echo "$key" >"$stamp"
fi
go build -modfile target/corrected.mod -tags corrected -o target/gomatrixserverlib-corrected .
