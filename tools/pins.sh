#!/usr/bin/env bash
# Write requirements/*.txt from pyproject.toml: exact versions with hashes, one resolution for every
# supported Python, wheels only, no addresses. Pins that still fit stay; UPGRADE=1 moves all up.
# Usage: tools/pins.sh UV      (`make pins`)
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${1:?usage: tools/pins.sh UV}

# The build backend too: with it in place the project itself installs without build isolation.
backend=$(sed -n 's/^requires = \["\([^"]*\)"\]$/\1/p' pyproject.toml)

pin() {
  local out=requirements/$1
  shift
  printf '%s\n' "$backend" | "$uv" pip compile pyproject.toml - --quiet --output-file "$out" \
    --universal --python-version 3.10 --only-binary :all: --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header ${UPGRADE:+--upgrade} "$@"
}

pin base.txt
pin test.txt --extra documents --extra test --extra check --constraints requirements/base.txt
pin models.txt --extra ollama --extra openai-like --extra openai --constraints requirements/base.txt
pin anthropic.txt --extra anthropic
