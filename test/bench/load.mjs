/** The load generator's process: closed loops, paced loads and scrapes. */

import { openConnection } from './connection.mjs';
import { answer } from './rpc.mjs';
import { createScrapes } from './scrapes.mjs';
import { quantile } from './stats.mjs';

const users = Array.from({ length: 900 }, (_, i) => `/users/${i + 100}`);
const lanesByKey = new Map();
const scrapes = createScrapes();

const requestsFor = (paths) =>
  paths.map((path) =>
    Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: telltale-bench\r\n` +
        'Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n',
    ),
  );

/** Connections stay open between slices, so that no slice pays for accepting them. */
function lanesOf(port, connections) {
  const key = `${port} ${connections}`;
  if (!lanesByKey.has(key)) {
    const lanes = Array.from({ length: connections }, () => {
      const lane = { onResponse: undefined, onError: undefined, sentAt: 0 };
      lane.connection = openConnection(port, {
        onResponse: () => lane.onResponse(),
        onError(error) {
          // The next server on this port is another one.
          lanesByKey.delete(key);
          lane.onError(error);
        },
      });
      return lane;
    });
    lanesByKey.set(key, lanes);
  }
  return lanesByKey.get(key);
}

/** A closed loop: every connection sends its next request when it has been answered. */
function run({ port, connections, count, paths = users }) {
  const lanes = lanesOf(port, connections);
  const requests = requestsFor(paths);
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
        if (done === count) resolve(summary(latencies, started, now));
        else send(lane, now);
      };
      send(lane, performance.now());
    }

    function send(lane, now) {
      if (sent === count) return;
      lane.sentAt = now;
      lane.connection.write(requests[sent++ % requests.length]);
    }
  });
}

/**
 * An open loop: `rate` requests a second whatever the server does. A latency counts from the
 * moment at which the request was due, so that a pause is felt by all that it held up.
 */
function pace({ port, connections, count, rate, paths = users }) {
  const lanes = lanesOf(port, connections);
  const requests = requestsFor(paths);
  const latencies = new Float64Array(count);
  const started = performance.now();
  const idle = [...lanes];
  let sent = 0;
  let done = 0;

  return new Promise((resolve, reject) => {
    for (const lane of lanes) {
      lane.onError = reject;
      lane.onResponse = () => {
        const now = performance.now();
        latencies[done++] = now - lane.sentAt;
        idle.push(lane);
        if (done === count) resolve(summary(latencies, started, now));
      };
    }
    turn();

    // Never rests, since a timer is later than what is measured.
    function turn() {
      const due = Math.min(count, ((performance.now() - started) * rate) / 1000);
      while (sent < due && idle.length > 0) {
        const lane = idle.pop();
        lane.sentAt = started + (sent * 1000) / rate;
        lane.connection.write(requests[sent++ % requests.length]);
      }
      if (sent < count) setImmediate(turn);
    }
  });
}

function summary(latencies, started, now) {
  latencies.sort();
  return {
    seconds: (now - started) / 1000,
    ended: performance.timeOrigin + now,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

answer({ run, pace, scrape: scrapes.once, beginScrapes: scrapes.begin, endScrapes: scrapes.end });
