import { healthReport } from './health-report.mjs';
import { metricChanges } from './metric-changes.mjs';
import { paint } from './paint.mjs';
import { scrape } from './scrape.mjs';
import { traceTree } from './trace-tree.mjs';
import { SHOWN_REQUEST_ID, sendTraffic } from './traffic.mjs';

/** Sends the service its requests and prints what each of the four signals says of them. */
export async function showSignals({ url, redis, spans, lines }, signal) {
  const before = await scrape(url, signal);
  const sent = await sendTraffic(url, signal);
  const after = await scrape(url, signal);
  const line = lines.ofRequest(SHOWN_REQUEST_ID);
  const { trace_id } = JSON.parse(line);

  section('The service');
  const data = redis === undefined ? 'PostgreSQL (no redis-server here)' : 'PostgreSQL and Redis';
  console.log(`  ${url}   Express 5 on ${data}`);
  console.log(`  ${url}/health   …/health/live   …/health/ready   …/health/startup`);
  console.log(`  ${url}/metrics`);

  section('Health', 'GET /health');
  print(await healthReport(url, signal));

  section('Metrics', `GET /metrics, what these ${sent} requests added`);
  print(metricChanges(before, after));

  section('Log', 'the line of one of them; request_id and trace_id find the rest');
  console.log(`  ${line.replace(/"(request|trace)_id":"[^"]*"/g, (id) => paint('yellow', id))}`);

  section('Trace', `the same request, trace_id ${paint('yellow', trace_id)}`);
  print(traceTree(await spans.ofTrace(trace_id)));
}

function section(title, remark) {
  const after = remark === undefined ? '' : `  ${remark}`;
  console.log(`\n${paint('bold', title)}${after}`);
}

function print(lines) {
  for (const line of lines) console.log(line);
}
