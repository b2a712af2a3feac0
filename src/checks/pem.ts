import type { Rule } from '../core/rules.js';

/** Certificates in PEM. */
export type Pem = string | Buffer | readonly (string | Buffer)[];

/** What an option with certificates may be. */
export const pem: Rule = {
  expected: 'certificates in PEM',
  is: (value) => [value].flat().every((one) => typeof one === 'string' || Buffer.isBuffer(one)),
};
