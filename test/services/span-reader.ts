import type { ReceivedAttributes, ReceivedSpan } from './received-span.js';

/** Reads the collector's print-out as it comes. */
export interface SpanReader {
  /** All spans so far. The last one grows while the rest of it is still being printed. */
  readonly spans: readonly ReceivedSpan[];
  /** Takes the next piece of text, cut anywhere. */
  read(text: string): void;
}

type Draft = { -readonly [Key in keyof ReceivedSpan]: ReceivedSpan[Key] };

const otherHeading = /^(?:ScopeSpans #|InstrumentationScope |Events:$|Links:$)/;
const textField = /^ {4}((?:Trace |Parent )?ID|Name|Kind|Status (?:code|message)) *: (.*)$/;
const timeField = /^(Start time|End time): (\d+)$/;
const attribute = /^ {5}-> (.*?): (.*)$/;
const scalar = /^(Str|Int|Double|Bool)\((.*)\)$/s;

/**
 * The print-out is indented text without quotes: a value of several lines goes on until a line that
 * looks like the next attribute or heading, and a value that imitates one is cut short.
 */
export function spanReader(): SpanReader {
  const spans: Draft[] = [];
  let rest = '';
  let resource: ReceivedAttributes = {};
  // Where the lines that follow belong.
  let span: Draft | undefined;
  let attributes: ReceivedAttributes | undefined;
  let continueValue: ((line: string) => void) | undefined;

  function enter(section: { span?: Draft; attributes?: ReceivedAttributes }): void {
    ({ span, attributes } = section);
    continueValue = undefined;
  }

  function put(target: ReceivedAttributes, name: string, printed: string): void {
    target[name] = parseValue(printed);
    continueValue = (line) => put(target, name, `${printed}\n${line}`);
  }

  function fill(target: Draft, key: string, printed: string): void {
    setField(target, key, printed);
    const free = key === 'Name' || key === 'Status message';
    continueValue = free ? (line) => fill(target, key, `${printed}\n${line}`) : undefined;
  }

  function readLine(line: string): void {
    if (line.startsWith('ResourceSpans #')) {
      resource = {};
      enter({});
    } else if (line === 'Resource attributes:') {
      enter({ attributes: resource });
    } else if (line.startsWith('Span #')) {
      const draft = newSpan(resource);
      spans.push(draft);
      enter({ span: draft });
    } else if (line === 'Attributes:') {
      enter({ attributes: spans.at(-1)?.attributes ?? {} });
    } else if (otherHeading.test(line)) {
      enter({});
    } else {
      readContent(line);
    }
  }

  function readContent(line: string): void {
    const match = attributes
      ? attribute.exec(line)
      : (textField.exec(line) ?? timeField.exec(line));
    const [, key, value] = match ?? [];
    if (key === undefined || value === undefined) {
      continueValue?.(line);
    } else if (attributes) {
      put(attributes, key, value);
    } else if (span) {
      fill(span, key, value);
    }
  }

  return {
    spans,
    read(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(readLine);
    },
  };
}

function newSpan(resource: ReceivedAttributes): Draft {
  const times = { startNanos: 0n, endNanos: 0n };
  const ids = { traceId: '', spanId: '', name: '' };
  return { ...ids, kind: 'unspecified', status: 'unset', ...times, attributes: {}, resource };
}

function setField(span: Draft, key: string, value: string): void {
  switch (key) {
    case 'Trace ID':
      span.traceId = value;
      break;
    case 'ID':
      span.spanId = value;
      break;
    case 'Parent ID':
      if (value !== '') span.parentSpanId = value;
      break;
    case 'Name':
      span.name = value;
      break;
    case 'Kind':
      span.kind = withoutPrefix(value, 'SPAN_KIND_') as ReceivedSpan['kind'];
      break;
    case 'Status code':
      span.status = withoutPrefix(value, 'STATUS_CODE_') as ReceivedSpan['status'];
      break;
    case 'Status message':
      if (value !== '') span.statusMessage = value;
      break;
    case 'Start time':
      span.startNanos = BigInt(value);
      break;
    case 'End time':
      span.endNanos = BigInt(value);
      break;
  }
}

function withoutPrefix(value: string, prefix: string): string {
  return value.slice(prefix.length).toLowerCase();
}

function parseValue(printed: string): string | number | boolean {
  const [, type, text = ''] = scalar.exec(printed) ?? [];
  if (type === undefined) return printed;
  if (type === 'Str') return text;
  return type === 'Bool' ? text === 'true' : Number(text);
}
