/** Scrapes /metrics; resolves to the requests in each request-duration family, by its name. */
export async function countMetrics(port) {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const counts = {};
  for (const line of (await response.text()).split('\n')) {
    const [, family, value] =
      /^(\w*http\w*request\w*duration\w*_count)(?:\{.*\})? (\d+)/.exec(line) ?? [];
    if (family) counts[family] = (counts[family] ?? 0) + Number(value);
  }
  return counts;
}
