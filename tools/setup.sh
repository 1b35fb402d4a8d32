#!/usr/bin/env bash
# Sets the checkout up, and does only what is missing.
#   tools/setup.sh packages   Debian packages of packages.txt, by apt
#   tools/setup.sh fuzz-packages   Debian packages of tests/fuzz/packages.txt, which `make fuzz` alone needs
#   tools/setup.sh venv       .venv with the Python packages of requirements.txt, the package `stateroom` and its command
#   tools/setup.sh build      the C++ build in build/, the extension in bindings/stateroom
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1mstateroom:\033[0m %s\n' "$*" >&2; }

packages() {  # of the list that is given, else of packages.txt
  local list=${1:-packages.txt} wanted missing
  wanted=$(sed 's/#.*//' "$list" | xargs)
  if ! command -v dpkg-query apt-get >/dev/null; then
    say "this is no Debian: install yourself what $list lists"
    return
  fi
  # shellcheck disable=SC2086 -- a list of words
  missing=$(comm -23 <(tr ' ' '\n' <<<"$wanted" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort -u) | xargs)
  [ -n "$missing" ] || return 0
  say "installing Debian packages: $missing"
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  $sudo apt-get install -qq --yes --no-install-recommends $missing >/dev/null
}

python_3() {  # the first Python that is new enough and has its headers; Debian's comes first because apt brings its headers
  local candidate
  for candidate in /usr/bin/python3 python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import os, sys, sysconfig, venv, ensurepip
sys.exit(sys.version_info < (3, 11) or not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  say "no Python 3.11 or later with headers and the venv module was found"
  return 1
}

venv() {
  local python stamp=.venv/setup-stamp key
  key=$(cat requirements.txt tools/setup.sh | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return
  python=$(python_3)
  if [ "$(.venv/bin/python -c 'import sys; print(sys.base_prefix)' 2>/dev/null)" != \
       "$("$python" -c 'import sys; print(sys.base_prefix)')" ]; then
    say "making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
  fi
  say "installing the Python packages of requirements.txt into .venv"
  # The list holds every package with its release, so that there is nothing left to decide.
  .venv/bin/python -m pip install --quiet --no-deps --disable-pip-version-check -r requirements.txt
  .venv/bin/python -m pip check --disable-pip-version-check >/dev/null
  link
  echo "$key" >"$stamp"
}

link() {  # the package as it stands in the source tree, and its command
  local site
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "$PWD/bindings" >"$site/stateroom.pth"
  # Ctrl-C while Python still reads the package ends it as quietly as later; processes of a campaign read this file too.
  cat >.venv/bin/stateroom <<END
#!$PWD/.venv/bin/python
import sys

if __name__ == "__main__":
    try:
        from stateroom.cli import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
END
  chmod +x .venv/bin/stateroom
}

build() {
  if [ ! -e build/build.ninja ] || [ .venv/setup-stamp -nt build/build.ninja ]; then
    say "configuring the C++ build in build/"
    cmake --preset default >build-configure.log 2>&1 || { cat build-configure.log >&2; exit 1; }
    rm build-configure.log
    touch build/build.ninja
  fi
  say "building what changed"
  local quiet=--quiet  # a terminal sees the progress, a log only what goes wrong
  [ ! -t 1 ] || quiet=""
  # shellcheck disable=SC2086
  cmake --build build ${STATEROOM_JOBS:+-j "$STATEROOM_JOBS"} -- $quiet
}

for step in "$@"; do
  case "$step" in
    packages | venv | build) "$step" ;;
    fuzz-packages) packages tests/fuzz/packages.txt ;;
    *) say "no step of that name: $step"; exit 2 ;;
  esac
done
