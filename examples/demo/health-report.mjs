import { paint } from './paint.mjs';

const COLOURS = { healthy: 'green', degraded: 'yellow', unhealthy: 'red', unknown: 'magenta' };

/** Asks `/health` and tells what it says: the whole first, then a line per check. */
export async function healthReport(url, signal) {
  const response = await fetch(`${url}/health`, { signal });
  const { status, checks } = await response.json();
  const lines = Object.entries(checks).map(([name, check]) => {
    const { status: of, latency_ms, message, ...details } = check;
    const latency = `${latency_ms.toFixed(1)} ms`.padStart(8);
    const facts = Object.entries(details).map(([key, value]) => `${key} ${value}`);
    const rest = paint('dim', [message, ...facts].filter(Boolean).join(', '));
    return `  ${name.padEnd(11)} ${paint(COLOURS[of], of.padEnd(9))} ${latency}   ${rest}`.trimEnd();
  });
  return [`  ${response.status} ${paint(COLOURS[status], status)}`, ...lines];
}
