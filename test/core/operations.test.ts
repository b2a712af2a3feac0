import { describe, expect, it } from 'vitest';
import { createDiagnostics } from '../../src/core/diagnostics.js';
import { createOperations } from '../../src/core/operations.js';
import { createScopes } from '../../src/core/scope.js';
import { operation } from '../../src/index.js';
import type { Observer } from '../../src/model/observer.js';

const job = operation('job', { labels: [] });
const other = operation('other', { labels: [] });

function recorder(name: string, heard: string[]): Observer {
  return {
    name,
    watch: (type) =>
      type === job
        ? { start: () => heard.push(`${name} starts`), end: () => heard.push(`${name} ends`) }
        : undefined,
  };
}

describe('an observer that joins later', () => {
  it('is told of types known already and of new ones, until it leaves', () => {
    const heard: string[] = [];
    const first = recorder('first', heard);
    const operations = createOperations([first], createScopes(), createDiagnostics());
    const run = () => operations.observe(job, {}, () => {});
    run();
    const leave = operations.join(recorder('second', heard));
    heard.length = 0;
    run();
    expect(heard).toEqual(['first starts', 'second starts', 'second ends', 'first ends']);
    leave();
    heard.length = 0;
    run();
    expect(heard).toEqual(['first starts', 'first ends']);
  });

  it('makes an unwatched type watched, and leaves it unwatched again', () => {
    const heard: string[] = [];
    const operations = createOperations([], createScopes(), createDiagnostics());
    const leave = operations.join(recorder('late', heard));
    expect(operations.plan(job).watched).toBe(true);
    expect(operations.plan(other).watched).toBe(false);
    leave();
    expect(operations.plan(job).watched).toBe(false);
    operations.observe(job, {}, () => {});
    expect(heard).toEqual([]);
  });
});
