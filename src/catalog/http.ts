import { metricGroup } from '../model/group.js';
import { counter, gauge, histogram, SIZE_BUCKETS } from '../model/metric.js';
import { operation } from '../model/operation.js';

/** A request that this service serves. */
export const httpServer = operation('http.server.request', {
  kind: 'server',
  labels: ['method', 'route', 'status'],
});

/** Requests that this service serves: how many, how long, how large. */
export const http = metricGroup('http', {
  requests: counter({
    name: 'http_requests_total',
    help: 'HTTP requests answered; status 499 is a client that went away first',
    labels: ['method', 'route', 'status'],
    feed: { on: httpServer, value: 'count' },
  }),
  duration: histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from the first line of a request to the end of its response',
    labels: ['method', 'route', 'status'],
    feed: { on: httpServer, value: 'duration' },
  }),
  inProgress: gauge({
    name: 'http_requests_in_progress',
    help: 'HTTP requests being served now',
    labels: ['method'],
    feed: { on: httpServer, value: 'in_progress' },
  }),
  requestSize: histogram({
    name: 'http_request_size_bytes',
    help: 'Announced bytes of request bodies',
    labels: ['method', 'route'],
    buckets: SIZE_BUCKETS,
    feed: { on: httpServer, value: ({ http }) => http?.requestBytes },
  }),
  responseSize: histogram({
    name: 'http_response_size_bytes',
    help: 'Bytes of response bodies as they were sent',
    labels: ['method', 'route'],
    buckets: SIZE_BUCKETS,
    feed: { on: httpServer, value: ({ http }) => http?.responseBytes },
  }),
});
