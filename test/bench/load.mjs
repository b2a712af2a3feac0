/** The load generator: a fixed number of requests over a fixed number of connections. */

import { openConnection } from './connection.mjs';
import { answer } from './rpc.mjs';
import { quantile } from './stats.mjs';

const requests = Array.from({ length: 900 }, (_, i) =>
  Buffer.from(
    `GET /users/${i + 100} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: telltale-bench\r\n` +
      'Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n',
  ),
);

const lanesByPort = new Map();

/** Connections stay open between slices, so that no slice pays for accepting them. */
function lanesOf(port, connections) {
  if (!lanesByPort.has(port)) {
    const lanes = Array.from({ length: connections }, () => {
      const lane = { onResponse: undefined, onError: undefined, sentAt: 0 };
      lane.connection = openConnection(port, {
        onResponse: () => lane.onResponse(),
        onError: (error) => lane.onError(error),
      });
      return lane;
    });
    lanesByPort.set(port, lanes);
  }
  return lanesByPort.get(port);
}

function run({ port, connections, count }) {
  const lanes = lanesOf(port, connections);
  const latencies = new Float64Array(count);
  const started = performance.now();
  let sent = 0;
  let done = 0;

  return new Promise((resolve, reject) => {
    for (const lane of lanes) {
      lane.onError = reject;
      lane.onResponse = () => {
        const now = performance.now();
        latencies[done++] = now - lane.sentAt;
        if (done === count) finish(now);
        else send(lane, now);
      };
      send(lane, performance.now());
    }

    function send(lane, now) {
      if (sent === count) return;
      lane.sentAt = now;
      lane.connection.write(requests[sent++ % requests.length]);
    }

    function finish(now) {
      latencies.sort();
      resolve({
        seconds: (now - started) / 1000,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      });
    }
  });
}

answer({ run });
