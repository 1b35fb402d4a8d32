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
want cargo 1.89 "$(cargo --version 2>/dev/null | cut -d' ' -f2)" \
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

# A copy of a peer's source with the patch that stands beside its driver, made again when either changed.
corrected_copy() {  # folder of the driver, its list of releases, the published source
  local key copy=$1/target/peer
  key=$(cat "$1/$2" "$1/corrections.patch" ../tools/oracles.sh | sha256sum)
  [ "$(cat "$copy/setup-stamp" 2>/dev/null)" != "$key" ] || return 0
  rm -rf "$copy"
  mkdir -p "$1/target"
  cp -r "$3" "$copy"
  chmod -R u+w "$copy"
  patch --quiet --strip 1 --directory "$copy" <"$1/corrections.patch"
  echo "$key" >"$copy/setup-stamp"
}

mkdir -p synapse/target/published
cp synapse/.venv/lib/python3*/site-packages/synapse/state/v2.py synapse/target/published/
corrected_copy synapse requirements.txt synapse/target/published

say "building the driver of ruma-state-res, and one of a copy with corrections that can be switched on"
(cd ruma && cargo build --quiet --release --locked)
published=$(cd ruma && cargo metadata --quiet --format-version 1 --locked |
  ../../.venv/bin/python -c 'import json, os, sys
print(next(os.path.dirname(p["manifest_path"]) for p in json.load(sys.stdin)["packages"] if p["name"] == "ruma-state-res"))')
corrected_copy ruma Cargo.lock "$published"
mkdir -p ruma/target/corrected
{ sed 's/^name = "ruma-oracle"/name = "ruma-corrected"/' ruma/Cargo.toml
  printf '\n[[bin]]\nname = "ruma-corrected"\npath = "../../src/main.rs"\n\n[patch.crates-io]\nruma-state-res = { path = "../peer" }\n'
} >ruma/target/corrected/Cargo.toml
cp ruma/Cargo.lock ruma/target/corrected/
(cd ruma/target/corrected && cargo build --quiet --release --offline --features corrected --target-dir ..)

say "building the driver of gomatrixserverlib, and one of a copy with corrections that can be switched on"
(cd gomatrixserverlib && go mod download)  # before go list, which names no folder for a module that is not there
corrected_copy gomatrixserverlib go.mod "$(cd gomatrixserverlib && go list -m -f '{{.Dir}}' github.com/matrix-org/gomatrixserverlib)"
cd gomatrixserverlib
go build -mod=readonly -o target/gomatrixserverlib-oracle .
cp go.mod target/corrected.mod
cp go.sum target/corrected.sum
go mod edit -replace "github.com/matrix-org/gomatrixserverlib=./target/peer" target/corrected.mod
go build -modfile target/corrected.mod -tags corrected -o target/gomatrixserverlib-corrected .
