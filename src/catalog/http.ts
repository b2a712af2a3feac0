import { metricGroup } from '../model/group.js';
import { counter, gauge, histogram, SIZE_BUCKETS } from '../model/metric.js';
import { operation } from '../model/operation.js';

/**
 * Requests that this service serves, as an operation and as metrics: how many, how long, how large.
 *
 * @param further labels of the service's own on what is counted and timed.
 */
export function httpCatalog(further: readonly string[] = []) {
  const labels = ['method', 'route', 'status', ...further];
  const request = operation<string>('http.server.request', { kind: 'server', labels });
  const group = metricGroup('http', {
    requests: counter({
      name: 'http_requests_total',
      help: 'HTTP requests answered; status 499 is a client that went away first',
      labels,
      feed: { on: request, value: 'count' },
    }),
    duration: histogram({
      name: 'http_request_duration_seconds',
      help: 'Seconds from the first line of a request to the end of its response',
      labels,
      feed: { on: request, value: 'duration' },
    }),
    inProgress: gauge({
      name: 'http_requests_in_progress',
      help: 'HTTP requests being served now',
      labels: ['method'],
      feed: { on: request, value: 'in_progress' },
    }),
    slow: counter({
      name: 'http_slow_requests_total',
      help: 'HTTP requests that took longer than the threshold of the service',
      labels: ['method', 'route'],
      feed: { on: request, value: ({ http }) => (http?.slow ? 1 : undefined) },
    }),
    requestSize: histogram({
      name: 'http_request_size_bytes',
      help: 'Announced bytes of request bodies',
      labels: ['method', 'route'],
      buckets: SIZE_BUCKETS,
      feed: { on: request, value: ({ http }) => http?.requestBytes },
    }),
    responseSize: histogram({
      name: 'http_response_size_bytes',
      help: 'Bytes of response bodies as they were sent',
      labels: ['method', 'route'],
      buckets: SIZE_BUCKETS,
      feed: { on: request, value: ({ http }) => http?.responseBytes },
    }),
  });
  return { request, group };
}
