#!/usr/bin/env bash
# Fetches what only Debian packages hold for the tests: redis-server, prometheus, promtool, and
# Python's strict parser of OpenMetrics. What is on PATH is left alone; the rest is extracted, not installed, into
# node_modules/.cache/telltale-services: no root, no system service, nothing outside the repository.
# Exits 0 also when the packages cannot be had: the tests then say which of them they skip.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache="$root/node_modules/.cache/telltale-services"

# Debian's redis-server package is a link to a program in redis-tools.
declare -A packages=(
  [redis-server]='redis-server redis-tools'
  [prometheus]='prometheus'
  [promtool]='prometheus'
)

works() { # Is this program on PATH, or in the cache and able to run?
  command -v "$1" >/dev/null || "$cache/bin/$1" --version >/dev/null 2>&1
}

give_up() {
  local stars='**********************************************************************'
  {
    printf '  %s\n' "$stars" "test services NOT INSTALLED: ${missing[*]}" "$1" \
      'Tests that need them are skipped.' "$stars"
    if [[ -f ${log:-} ]]; then tail -n 5 "$log"; fi
  } >&2
  exit 0
}

# Python's Prometheus client, for its strict parser of OpenMetrics. It needs no building.
fetch_parser() {
  [[ -d "$cache/usr/lib/python3/dist-packages/prometheus_client" ]] && return
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return
  local folder
  folder=$(mktemp -d)
  local get=(apt-get -o APT::Sandbox::User="$(id -un)" -qq download python3-prometheus-client)
  if (cd "$folder" && { "${get[@]}" || { apt-get -qq update && "${get[@]}"; }; }) >/dev/null 2>&1; then
    mkdir -p "$cache" && dpkg-deb -x "$folder"/*.deb "$cache"
    echo "test services: python3-prometheus-client extracted"
  fi
  rm -rf "$folder"
}
fetch_parser || true

missing=()
for program in redis-server prometheus promtool; do
  works "$program" || missing+=("$program")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo 'test services: redis-server, prometheus and promtool are there'
  exit 0
fi
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || give_up "No $tool here: put them on PATH by other means."
done

mkdir -p "$cache" || give_up "The cache folder cannot be written."
work=$(mktemp -d "$cache/install.XXXXXX")
trap 'rm -rf "$work"' EXIT
log="$work/log"

wanted=()
for program in "${missing[@]}"; do
  read -ra names <<<"${packages[$program]}"
  wanted+=("${names[@]}")
done

# The packages and those shared libraries that this machine lacks, as apt itself would resolve them.
# Libraries that it has stay out: a second libc beside the loader's own would crash the program.
resolve() {
  apt-get -s install --no-install-recommends "${wanted[@]}" 2>>"$log" |
    awk '$1 == "Inst" { print $2 }' | grep -E '^(redis-|prometheus$|lib)' | grep -v '^libjs-'
}

download() {
  local names
  names=$(resolve) || return 1
  rm -f "$work"/*.deb
  # shellcheck disable=SC2086 # one word per package
  (cd "$work" && apt-get -o APT::Sandbox::User="$(id -un)" -qq download $names >>"$log" 2>&1)
}

echo "test services: fetching ${missing[*]}"
# Package lists may be missing or older than the mirror; only root can renew them.
if ! download; then
  { apt-get -qq update >>"$log" 2>&1 && download; } || give_up 'apt-get cannot reach them.'
fi

for package in "$work"/*.deb; do
  dpkg-deb -x "$package" "$cache" >>"$log" 2>&1 || give_up "dpkg-deb cannot extract $package."
done

# `exec` keeps the process id, so that whoever starts the program can also stop it.
mkdir -p "$cache/bin"
for program in "${missing[@]}"; do
  cat >"$work/launcher" <<'LAUNCHER'
#!/bin/sh
cache=$(dirname "$(dirname "$(readlink -f "$0")")")
LD_LIBRARY_PATH=$(echo "$cache"/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
LAUNCHER
  echo "exec \"\$cache/usr/bin/$program\" \"\$@\"" >>"$work/launcher"
  chmod 755 "$work/launcher"
  mv "$work/launcher" "$cache/bin/$program"
  works "$program" || { rm "$cache/bin/$program"; give_up "$program does not run here."; }
done
echo "test services: ${missing[*]} extracted to ${cache#"$root"/}"
