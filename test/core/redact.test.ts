import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createRedactor, redactError, redactSecrets } from '../../src/core/redact.js';
import { createMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';

class Account {
  name = 'ann';
  password = 'hunter2';
  describe(): string {
    return this.name;
  }
}

describe('redaction by key', () => {
  it('looks into instances of classes, into what they write as JSON, and as deep as they go', () => {
    let deep: object = new Account();
    for (let i = 0; i < 20; i++) deep = { deep };
    const document = { toJSON: () => ({ password: 'hunter2', id: 7 }) };
    const clean = redactSecrets({ account: new Account(), deep, document, at: new Date(0) });
    expect(JSON.stringify(clean)).not.toContain('hunter2');
    expect(clean).toMatchObject({
      account: { name: 'ann', password: '[redacted]' },
      document: { password: '[redacted]', id: 7 },
      at: new Date(0),
    });
  });

  it.each([
    ['password'],
    ['Set-Cookie'],
    ['cookies'],
    ['secretAccessKey'],
    ['PGPASSWORD'],
    ['credentials'],
    ['passwords'],
    ['client_secrets'],
    ['AWS_SECRET_KEY'],
    ['jwt'],
    ['signingKey'],
    ['http.request.header.authorization'],
    ['rawHeaders'],
  ])('knows %s', (key) => {
    expect(redactSecrets({ [key]: 'x' })).toEqual({ [key]: '[redacted]' });
  });

  it.each([
    ['accessKeyId'],
    ['passed'],
    ['compass'],
    ['keys'],
    ['cookiejar'],
    ['monkey'],
    ['max_tokens'],
    ['publicKey'],
  ])('leaves %s', (key) => {
    const given = { [key]: 'x' };
    expect(redactSecrets(given)).toBe(given);
  });

  it('takes names, in any case, and patterns', () => {
    const { fields } = createRedactor(['iban', /^x-.*-sig$/g]);
    const given = { a: [{ IBAN: 'DE1' }], 'x-1-sig': 's', 'x-2-sig': 's', 'user.iban': 'DE2' };
    expect(fields(given)).toEqual({
      a: [{ IBAN: '[redacted]' }],
      'x-1-sig': '[redacted]',
      'x-2-sig': '[redacted]',
      'user.iban': '[redacted]',
    });
  });
});

describe('redaction of addresses', () => {
  it.each([
    ['https://registry.example/@scope/name', 'https://registry.example/@scope/name'],
    ['file:///app/node_modules/@scope/name.js:1:2', 'file:///app/node_modules/@scope/name.js:1:2'],
    ['see https://h/p and redis://:p@h', 'see https://h/p and redis://[redacted]@h'],
    ['amqp://u:p%40@a,amqp://u:p@b', 'amqp://[redacted]@b'],
    ['/login?user=ann&password=x#top', '/login?user=ann&password=[redacted]#top'],
    ['https://h/?q=tokens&api_key=k;sig=1', 'https://h/?q=tokens&api_key=[redacted];sig=1'],
    ['what? token=x is in no address', 'what? token=x is in no address'],
  ])('%s', (text, expected) => {
    expect(redactSecrets({ text })).toEqual({ text: expected });
  });
});

describe('redaction of errors', () => {
  it('keeps their class, causes, parts and members', () => {
    class PaymentError extends Error {
      override name = 'PaymentError';
      code = 'DECLINED';
    }
    const cause = new TypeError('password=hunter2');
    const error = new PaymentError('card', { cause });
    const clean = redactError(error) as PaymentError;
    expect(clean).toBeInstanceOf(PaymentError);
    expect(clean).toMatchObject({ name: 'PaymentError', code: 'DECLINED', message: 'card' });
    expect(clean.cause).toBeInstanceOf(TypeError);
    expect((clean.cause as Error).message).toBe('password=[redacted]');
    expect((clean.cause as Error).stack).toContain('redact.test.ts');
    expect(error.cause).toBe(cause);
    expect(cause.message).toBe('password=hunter2');
    expect(redactError(clean)).toBe(clean);
  });

  it('ends whatever they hang together with', () => {
    const error = new Error('a') as unknown as Record<string, unknown>;
    error.cause = error;
    error.errors = [error, ...Array.from({ length: 1000 }, () => new Error('b'))];
    error.context = { error, list: Array.from({ length: 5000 }, () => ({ error })) };
    expect(
      JSON.stringify(pino.stdSerializers.err(redactError(error) as Error)).length,
    ).toBeLessThan(1_000_000);
    let chain = new Error('last');
    for (let i = 0; i < 1000; i++) chain = new Error(`cause ${i}`, { cause: chain });
    const text = JSON.stringify(pino.stdSerializers.err(redactError(chain) as Error));
    expect(text.length).toBeLessThan(200_000);
  });

  it('takes what is thrown and no error', () => {
    expect(redactError('password=x')).toBe('password=[redacted]');
    expect(redactError({ message: 'token: x', password: 'y' })).toEqual({
      message: 'token: [redacted]',
      password: '[redacted]',
    });
    for (const thrown of [undefined, null, 7, 7n, false]) expect(redactError(thrown)).toBe(thrown);
  });
});

const cycle: Record<string, unknown> = { password: 'hunter2' };
cycle.self = cycle;
cycle.selves = Array.from({ length: 100 }, () => cycle);
let nested: unknown = 'bottom';
for (let i = 0; i < 5000; i++) nested = { nested };
const throwing = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error('thrown on purpose');
    },
    getPrototypeOf() {
      throw new Error('thrown on purpose');
    },
  },
);
const getter = Object.defineProperty({ fine: 1 }, 'odd', {
  enumerable: true,
  get() {
    throw new Error('thrown on purpose');
  },
});
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const oddError = Object.assign(new Error('odd'), { getter, throwing });
Object.defineProperty(oddError, 'stack', {
  get() {
    throw new Error('thrown on purpose');
  },
});

const HOSTILE: Record<string, unknown> = {
  'a text of 10 MB': 'x'.repeat(10_000_000),
  'addresses of 10 MB': 'a://b:c@'.repeat(1_250_000),
  'parameters of 5 MB': `a://h/?${'&a=b'.repeat(1_250_000)}`,
  'a list of a million': Array.from({ length: 1_000_000 }, (_, i) => i),
  'a hundred thousand objects': Array.from({ length: 100_000 }, (_, i) => ({ i })),
  'a cycle': cycle,
  'five thousand levels': nested,
  'a getter that throws': { getter },
  'a proxy that throws': throwing,
  'a proxy that is revoked': revoked.proxy,
  'toJSON that throws': {
    toJSON() {
      throw new Error('thrown on purpose');
    },
  },
  'toJSON that gives itself': {
    toJSON() {
      return this;
    },
  },
  'a big integer': { big: 12n },
  'keys that are symbols': { [Symbol('password')]: 'x', a: Symbol('b') },
  'a buffer': Buffer.alloc(100_000),
  'typed arrays': new Float64Array(1000),
  'a map and a set': { map: new Map([['a', 1]]), set: new Set([1]) },
  'no prototype': Object.assign(Object.create(null), { a: 1 }),
  'a key named __proto__': JSON.parse('{"__proto__":{"password":"x"},"a":1}'),
  'a function': () => {},
  'an odd error': oddError,
  'an error of 10 MB': new Error(`${'token= a://b:'.repeat(800_000)}`),
  'a frozen error': Object.freeze(new Error('frozen')),
  'an error of another kind': new DOMException('aborted', 'AbortError'),
  'a boxed text': Object('boxed'),
};

describe.each(Object.entries(HOSTILE))('%s', (_, value) => {
  it('is logged in whatever way, without harm', () => {
    const texts: string[] = [];
    const { logger } = createMonitoring({
      logs: { destination: { write: (text: string) => texts.push(text) } },
    });
    const started = performance.now();
    logger.info({ value }, 'as a member');
    logger.info({ err: value }, 'as an error');
    logger.child({ value }).info('bound');
    expect(performance.now() - started).toBeLessThan(5000);
    expect(texts.map((text) => JSON.parse(text).msg)).toEqual([
      'as a member',
      'as an error',
      'bound',
    ]);
    expect(texts.join('')).not.toContain('hunter2');
  });
});

describe('the option', () => {
  it('can be false', () => {
    const sink = createLogSink();
    const { logger } = createMonitoring({ logs: { destination: sink, redact: false } });
    logger.info({ password: 'p' }, 'open');
    expect(sink.lines[0]).toMatchObject({ password: 'p' });
  });

  it('leaves values to serializers, and looks at what they make', () => {
    const sink = createLogSink();
    const { logger } = createMonitoring({ logs: { destination: sink, redact: ['iban'] } });
    const child = logger.child(
      { account: new Account() },
      {
        serializers: {
          account: (account: Account) => ({ said: account.describe(), password: account.password }),
        },
        formatters: { log: (fields) => ({ ...fields, formatted: true }) },
      },
    );
    child.info({ account: new Account(), iban: 'DE1' }, 'paid');
    child.child({ iban: 'DE2' }).info({ account: new Account() }, 'below');
    expect(sink.lines).toMatchObject([
      { account: { said: 'ann', password: '[redacted]' }, iban: '[redacted]', formatted: true },
      { account: { said: 'ann', password: '[redacted]' }, iban: '[redacted]', formatted: true },
    ]);
  });

  it.each([[7], ['iban'], [['']], [[7]]])('refuses %j', (redact) => {
    expect(() => createMonitoring({ logs: { redact: redact as never } })).toThrow(
      /^option logs\.redact: expected false, or a list of keys, patterns and paths/,
    );
  });
});
