import { closeSync, openSync, writeSync } from 'node:fs';

const enough = 16 * 1024;

/** One JSON line a request, written when many have come together. */
export function createLog(file) {
  const fd = openSync(file, 'a');
  let lines = '';

  function flush() {
    writeSync(fd, lines);
    lines = '';
  }

  return {
    write({ method, url, route, status, seconds, ids }) {
      const trace = ids ? `"trace_id":"${ids.trace}","span_id":"${ids.span}",` : '';
      lines +=
        `{"level":30,"time":${Date.now()},${trace}"method":"${method}","route":"${route}",` +
        `"path":${JSON.stringify(url)},"status":${status},` +
        `"duration_ms":${Math.round(seconds * 1e5) / 100},"msg":"request completed"}\n`;
      if (lines.length > enough) flush();
    },
    close() {
      flush();
      closeSync(fd);
    },
  };
}
