import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { describeError, errorFrom } from '../../src/core/described-error.js';

const throwing = (): never => {
  throw new Error('unreadable');
};
const hostile = new Proxy(new Error('proxied'), {
  get: throwing,
  has: throwing,
  ownKeys: throwing,
  getPrototypeOf: throwing,
  getOwnPropertyDescriptor: throwing,
});
const revoked = Proxy.revocable({}, {});
revoked.revoke();

function circular(): Error {
  const [first, second] = [new Error('first'), new Error('second')];
  first.cause = second;
  second.cause = first;
  return first;
}

function deep(levels: number): Error {
  let error = new Error('bottom');
  for (let i = 0; i < levels; i++) error = new Error(`level ${i}`, { cause: error });
  return error;
}

describe('a described error', () => {
  it.each([
    ['an error', new TypeError('m'), { type: 'TypeError', message: 'm' }],
    ['one whose class names it', new (class OwnError extends Error {})('m'), { type: 'OwnError' }],
    ['one of another realm', runInNewContext("new RangeError('m')"), { type: 'RangeError' }],
    ['a DOMException', new DOMException('m', 'AbortError'), { type: 'AbortError', message: 'm' }],
    ['what looks like one', { name: 'Odd', message: 'm' }, { type: 'Odd', message: 'm' }],
    ['undefined', undefined, { type: 'NonError', message: 'undefined' }],
    ['null', null, { type: 'NonError', message: 'null' }],
    ['a text', 'text', { type: 'NonError', message: 'text' }],
    ['a number', 7, { type: 'NonError', message: '7' }],
    ['a symbol', Symbol('s'), { type: 'NonError', message: 'Symbol(s)' }],
    ['an object', { a: 1 }, { type: 'NonError', message: '{ a: 1 }' }],
    ['a function', function named() {}, { message: '[Function: named]' }],
    ['a proxy that throws', hostile, { message: expect.any(String) }],
    ['a revoked proxy', revoked.proxy, { type: 'NonError' }],
    ['a hostile name', Object.assign(new Error('m'), { name: 'a"} 1\n' }), { type: 'Error' }],
    ['a long name', Object.assign(new Error('m'), { name: 'x'.repeat(65) }), { type: 'Error' }],
    ['a message that is none', Object.assign(new Error(), { message: 7 }), { message: '' }],
  ])('tells %s', (_, thrown, told) => {
    expect(describeError(thrown)).toMatchObject(told);
    expect(errorFrom(describeError(thrown))).toBeInstanceOf(Error);
  });

  it('has causes and parts, and ends', () => {
    const parts = new AggregateError([new Error('a'), 'b'], 'both', { cause: new Error('c') });
    expect(describeError(parts)).toMatchObject({
      message: 'both',
      cause: { message: 'c' },
      errors: [{ message: 'a' }, { type: 'NonError', message: 'b' }],
    });
    expect(describeError(circular())).toMatchObject({
      message: 'first',
      cause: { message: 'second' },
    });
    expect(describeError(circular()).cause?.cause).toBeUndefined();
    for (const endless of [
      deep(10_000),
      new AggregateError(Array.from({ length: 10_000 }, (_, i) => new Error(`${i}`))),
    ]) {
      expect(JSON.stringify(describeError(endless)).length).toBeLessThan(100_000);
    }
  });

  it('is of a size that can be shown, whatever was thrown', () => {
    const large = 'x'.repeat(10_000_000);
    const started = performance.now();
    for (const thrown of [
      new Error(large),
      large,
      { large },
      Object.assign(new Error('m'), { code: large }),
      Object.assign(new Error('m'), { stack: `    at ${large}\n`.repeat(3) }),
      Object.assign(
        new Error('m'),
        Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key${i}`, i])),
      ),
    ]) {
      expect(JSON.stringify(describeError(thrown)).length).toBeLessThan(20_000);
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('holds no secret, wherever one was', () => {
    const planted = Object.assign(
      new Error('connect postgres://app:hunter2@db/shop', {
        cause: new Error('password=hunter2', { cause: 'Bearer hunter2hunter2' }),
      }),
      { password: 'hunter2', detail: 'token: hunter2', errors: [new Error('secret=hunter2')] },
    );
    const described = describeError(planted);
    expect(JSON.stringify(described)).not.toContain('hunter2');
    expect(described.intact).toBe(false);
    expect(described.fields).toMatchObject({ password: '[redacted]' });
    const error = errorFrom(described);
    expect([error.message, error.stack, error.cause].map(String).join()).not.toContain('hunter2');
    // What the message says of frames is none.
    const faked = describeError(new Error('m\n    at password=hunter2 (file.js:1:1)'));
    expect(faked.stack?.split('\n').slice(1).join()).not.toContain('file.js');
  });

  it('is what it was, when there is nothing to hide', () => {
    const error = new TypeError('plain', { cause: new Error('below') });
    const described = describeError(error);
    expect(described.intact).toBe(true);
    const stack = error.stack?.replaceAll('file://', '');
    expect(described.stack).toBe(stack);
    expect(errorFrom(described)).toMatchObject({ name: 'TypeError', stack });
  });
});
