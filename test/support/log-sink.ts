/** A log line as it was written. */
export type LogLine = Record<string, unknown> & { msg: string };

/** A destination that keeps the lines it is given. */
export interface LogSink {
  write(text: string): void;
  readonly lines: LogLine[];
  /** The lines of requests. */
  requests(): LogLine[];
}

/** Creates an empty sink. */
export function createLogSink(): LogSink {
  const lines: LogLine[] = [];
  return {
    lines,
    write(text) {
      for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line));
    },
    requests: () => lines.filter(({ msg }) => msg.startsWith('request ')),
  };
}
