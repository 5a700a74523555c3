#!/bin/sh
# Installs Chromium for the page's tests where there is none (Debian and its like). Does nothing
# if there is one; the tests look at the same places (stage.mjs).
set -eu
if [ -n "${CHROMIUM:-}" ]; then
  if command -v "$CHROMIUM" >/dev/null 2>&1; then
    exit 0
  fi
  echo "CHROMIUM=$CHROMIUM is no program" >&2
  exit 1
fi
for browser in /usr/bin/chromium chromium-browser google-chrome; do
  if command -v "$browser" >/dev/null 2>&1; then
    exit 0
  fi
done
if ! command -v apt-get >/dev/null 2>&1; then
  echo "No Chromium, and no apt-get to install it: install Chromium or Chrome, or set CHROMIUM to its path." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "No Chromium, and only root can install it: run 'sudo apt-get install chromium', or set CHROMIUM to its path." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends chromium
