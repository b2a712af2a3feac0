/** What is needed of a span to find its place among others. */
interface Nestable {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startTime: number;
}

/** A span and how many spans are above it. */
export interface Nested<Span> {
  readonly span: Span;
  readonly depth: number;
  /** For each level from the first to its own, whether no sibling follows. */
  readonly last: readonly boolean[];
}

/** Spans in the order of a tree: each after its parent, siblings in the order of their start. */
export function nest<Span extends Nestable>(spans: readonly Span[]): Nested<Span>[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = new Map<string, Span[]>();
  const roots: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.startTime - b.startTime)) {
    const { parentSpanId = '' } = span;
    if (!known.has(parentSpanId)) roots.push(span);
    else below.set(parentSpanId, [...(below.get(parentSpanId) ?? []), span]);
  }
  const nested: Nested<Span>[] = [];
  const waiting: Nested<Span>[] = [];
  function enter(siblings: readonly Span[], above: readonly boolean[]): void {
    const entries = siblings.map((span, i) => ({
      span,
      depth: above.length,
      last: [...above, i === siblings.length - 1],
    }));
    waiting.push(...entries.reverse());
  }
  enter(roots, []);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    nested.push(next);
    enter(below.get(next.span.spanId) ?? [], next.last);
  }
  return nested;
}
