const MOST_KEPT = 200;

/** A destination of log lines that keeps the last of them and can pass them on. */
export function createLines() {
  const kept = [];
  let pass = () => {};
  return {
    write(line) {
      kept.push(line.trimEnd());
      if (kept.length > MOST_KEPT) kept.shift();
      pass(line);
    },
    /** The line of the request that was sent with this id. */
    ofRequest(requestId) {
      return kept.find((line) => {
        const { request_id, status } = JSON.parse(line);
        return request_id === requestId && status !== undefined;
      });
    },
    /** From now on every line is also handed to `next`. */
    passTo(next) {
      pass = next;
    },
  };
}
