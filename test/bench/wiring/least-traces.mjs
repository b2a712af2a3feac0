import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';

const batch = 512;
const every = 1_000;
const traceDigits = 32;
const digits = traceDigits + 16;

/** Ids for every request; for the sampled ones a span as JSON, sent a batch at a time. */
export function createTraces({ endpoint, ratio }) {
  const agent = new Agent({ keepAlive: true });
  const sending = new Set();
  let spans = [];
  let pool = '';
  let used = 0;

  setInterval(send, every).unref();

  function begin() {
    if (used === pool.length) {
      pool = randomBytes(digits * 64).toString('hex');
      used = 0;
    }
    const trace = pool.slice(used, used + traceDigits);
    const span = pool.slice(used + traceDigits, (used += digits));
    return { trace, span, sampled: Math.random() < ratio };
  }

  function end(work) {
    if (!work.ids.sampled) return;
    spans.push(spanOf(work));
    if (spans.length === batch) send();
  }

  function send() {
    if (spans.length === 0) return;
    const body = bodyOf(spans);
    spans = [];
    const sent = post(`${endpoint}/v1/traces`, agent, body).finally(() => sending.delete(sent));
    sending.add(sent);
  }

  async function flush() {
    send();
    await Promise.all(sending);
  }

  return { begin, end, flush };
}

function spanOf({ method, url, route, status, started, seconds, ids }) {
  const start = (performance.timeOrigin + started) * 1e3;
  return (
    `{"traceId":"${ids.trace}","spanId":"${ids.span}","name":"${method} ${route}","kind":2,` +
    `"startTimeUnixNano":"${Math.floor(start)}000",` +
    `"endTimeUnixNano":"${Math.floor(start + seconds * 1e6)}000","attributes":[` +
    `{"key":"http.request.method","value":{"stringValue":"${method}"}},` +
    `{"key":"http.route","value":{"stringValue":"${route}"}},` +
    `{"key":"url.path","value":{"stringValue":${JSON.stringify(url)}}},` +
    `{"key":"http.response.status_code","value":{"intValue":${status}}}]}`
  );
}

const bodyOf = (spans) =>
  '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":' +
  '{"stringValue":"bench"}}]},"scopeSpans":[{"scope":{"name":"least"},"spans":[' +
  `${spans.join(',')}]}]}]}`;

function post(url, agent, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', resolve);
    })
      .once('error', reject)
      .end(body);
  });
}
