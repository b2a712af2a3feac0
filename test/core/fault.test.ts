import { describe, expect, it } from 'vitest';
import { classifyFault } from '../../src/core/fault.js';

const coded = (code: string, message = '', more = {}) =>
  Object.assign(new Error(message), { code, ...more });

class SocketClosedUnexpectedlyError extends Error {}

describe('classifyFault', () => {
  it.each<[string, unknown]>([
    ['timeout', coded('ETIMEDOUT')],
    ['timeout', coded('57014', 'canceling statement due to statement timeout')],
    ['timeout', coded('UND_ERR_HEADERS_TIMEOUT')],
    ['timeout', new DOMException('aborted', 'TimeoutError')],
    ['timeout', new DOMException('aborted', 'AbortError')],
    ['refused', coded('ECONNREFUSED')],
    ['refused', coded('ECONNRESET')],
    ['refused', coded('57P01', 'terminating connection due to administrator command')],
    ['refused', coded('57P03', 'the database system is shutting down')],
    ['refused', coded('08006')],
    ['refused', coded('ENOENT', '', { syscall: 'connect' })],
    ['refused', new SocketClosedUnexpectedlyError()],
    ['dns', coded('ENOTFOUND', '', { syscall: 'getaddrinfo' })],
    ['dns', coded('EAI_AGAIN')],
    ['dns', coded('ECONNREFUSED', '', { syscall: 'queryA' })],
    ['auth', coded('28P01')],
    ['auth', coded('28000')],
    ['auth', coded('CERT_HAS_EXPIRED')],
    ['auth', coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')],
    ['auth', new Error('WRONGPASS invalid username-password pair or user is disabled.')],
    ['auth', new Error('NOAUTH Authentication required.')],
    ['exhausted', coded('53300', 'sorry, too many clients already')],
    ['exhausted', coded('EMFILE')],
    ['exhausted', coded('ENOSPC')],
    ['exhausted', new Error("OOM command not allowed when used memory > 'maxmemory'.")],
    ['exhausted', new Error('ERR max number of clients reached')],
    ['loading', coded('57P03', 'the database system is starting up')],
    ['loading', new Error('LOADING Redis is loading the dataset in memory')],
    ['readonly', coded('25006')],
    ['readonly', new Error("READONLY You can't write against a read only replica.")],
    ['readonly', new Error('NOREPLICAS Not enough good replicas to write.')],
    ['readonly', new Error('MISCONF Redis is configured to save RDB snapshots')],
    ['error', coded('42P01', 'relation "orders" does not exist')],
    ['error', coded('ENOENT', 'no such file', { syscall: 'statfs' })],
    ['error', new Error('')],
  ])('is %s: %s', (expected, error) => {
    expect(classifyFault(error)).toBe(expected);
  });

  it('looks into causes and parts', () => {
    const refused = coded('ECONNREFUSED');
    expect(classifyFault(new TypeError('fetch failed', { cause: refused }))).toBe('refused');
    expect(classifyFault(new AggregateError([refused, coded('EHOSTUNREACH')]))).toBe('refused');
    const deep = new Error('a', {
      cause: new AggregateError([new Error('b', { cause: refused })]),
    });
    expect(classifyFault(deep)).toBe('refused');
  });

  it('believes a code before a name, and a name before a message', () => {
    expect(classifyFault(coded('53300', 'password timeout'))).toBe('exhausted');
    expect(classifyFault(new Error('timeout', { cause: coded('28P01') }))).toBe('auth');
    expect(classifyFault(Object.assign(new Error('password'), { name: 'TimeoutError' }))).toBe(
      'timeout',
    );
  });

  it.each<[string, unknown]>([
    ['refused', 'connect ECONNREFUSED 127.0.0.1:53300'],
    ['refused', new Error('Connection terminated unexpectedly')],
    ['refused', new Error('Connection is closed.')],
    ['timeout', new Error('timeout expired')],
    ['timeout', new Error('health check timed out after 800 ms')],
    ['auth', new Error('SASL: client password must be a string')],
    ['dns', new Error('getaddrinfo failed')],
    ['exhausted', new Error('FATAL: too many connections for role "app"')],
  ])('is %s by words alone: %s', (expected, error) => {
    expect(classifyFault(error)).toBe(expected);
  });

  it('bears whatever is thrown at it', () => {
    const nasty = {
      get code() {
        throw new Error('no');
      },
      get message() {
        throw new Error('no');
      },
      get cause() {
        throw new Error('no');
      },
    };
    const cyclic = new Error('round');
    cyclic.cause = new AggregateError([cyclic], 'and round', { cause: cyclic });
    const endless = (): unknown => ({
      get cause() {
        return endless();
      },
    });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const values = [undefined, null, 0, 7n, true, Symbol('x'), '', {}, [], () => {}, nasty, cyclic];
    const more = [endless(), proxy, { code: 7, message: {}, errors: 'ab', cause: null }, NaN];
    const list = { length: 2 ** 40, 0: coded('57014') };
    for (const value of [...values, ...more]) expect(classifyFault(value)).toBe('error');
    expect(classifyFault({ errors: list })).toBe('timeout');
    expect(classifyFault(new Error(`${'x'.repeat(1e7)} timeout`))).toBe('error');
  });
});
