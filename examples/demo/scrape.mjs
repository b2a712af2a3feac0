/** Fetches `/metrics`: the value of every sample, by its name and labels as they stand there. */
export async function scrape(url, signal) {
  const response = await fetch(`${url}/metrics`, { signal });
  const lines = (await response.text()).split('\n').filter((line) => line && line[0] !== '#');
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}
