import { expect, it } from 'vitest';
import { failureOf } from '../../src/instrumentation/pg/failure.js';

const withCode = (code: string) => Object.assign(new Error('failed on purpose'), { code });

it.each([
  ['an SQLSTATE', withCode('23505'), '23', '23505', '23505'],
  ['one of the application', withCode('P0001'), 'P0', 'P0001', 'P0001'],
  ['a code of Node with as many characters', withCode('EPIPE'), 'refused', 'EPIPE', undefined],
  ['a longer one', withCode('ECONNRESET'), 'refused', 'ECONNRESET', undefined],
  ['an error without a code', new RangeError('too far'), 'error', 'RangeError', undefined],
  ['a text', 'failed', 'error', '_OTHER', undefined],
  ['nothing', undefined, 'error', '_OTHER', undefined],
])('is told of %s', (_name, error, label, type, status) => {
  expect(failureOf(error)).toEqual({
    label,
    attributes: {
      'error.type': type,
      ...(status !== undefined && { 'db.response.status_code': status }),
    },
  });
});
