#!/usr/bin/env bash
# Print the path of a Chromium for the browser tests: $CHROMIUM, else one on PATH, else, for root on a
# Debian system, Debian's, installed now. Without one: one line on stderr that says how to get it, exit 3.
set -euo pipefail

if [ -n "${CHROMIUM:-}" ]; then
  command -v "$CHROMIUM" && exit
  echo "CHROMIUM=$CHROMIUM is no program. Name one, or unset it to use the one on PATH." >&2
  exit 1
fi

find_one() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

find_one && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing chromium for the browser tests ..." >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -qq --no-install-recommends chromium; } </dev/null >/dev/null || true
  find_one && exit
fi
echo "The browser tests need Chromium: apt-get install chromium (as root), or CHROMIUM=/path/to/it." >&2
exit 3
