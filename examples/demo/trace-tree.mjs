import { paint } from './paint.mjs';

const BAR_COLUMNS = 30;

/** One trace as a tree: who called whom, how long it took, and when in the whole it happened. */
export function traceTree(spans) {
  const root = spans.find((span) => !spans.some((other) => isParent(other, span)));
  const rows = rowsOf(root, spans, '', '');
  const width = Math.max(...rows.map(({ label }) => label.length));
  return rows.map(({ label, span }) => {
    const duration = `${milliseconds(span.duration).toFixed(1)} ms`.padStart(9);
    return `  ${label.padEnd(width)} ${duration}  ${paint('cyan', bar(span, root))}`;
  });
}

function rowsOf(span, spans, indent, branch) {
  const children = spans
    .filter((other) => isParent(span, other))
    .sort((a, b) => milliseconds(a.startTime) - milliseconds(b.startTime));
  const below = indent + { '': '', '├─ ': '│  ', '└─ ': '   ' }[branch];
  return [
    { label: `${indent}${branch}${span.name}`, span },
    ...children.flatMap((child, i) =>
      rowsOf(child, spans, below, i < children.length - 1 ? '├─ ' : '└─ '),
    ),
  ];
}

function isParent(span, child) {
  return child.parentSpanContext?.spanId === span.spanContext().spanId;
}

function bar(span, root) {
  const whole = milliseconds(root.duration);
  const columns = (part) => Math.round((BAR_COLUMNS * part) / whole);
  const since = milliseconds(span.startTime) - milliseconds(root.startTime);
  const offset = Math.min(Math.max(0, columns(since)), BAR_COLUMNS - 1);
  return ' '.repeat(offset) + '━'.repeat(Math.max(1, columns(milliseconds(span.duration))));
}

function milliseconds([seconds, nanoseconds]) {
  return seconds * 1e3 + nanoseconds / 1e6;
}
