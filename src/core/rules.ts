/** What an option of a driver may be. */
export interface Rule {
  readonly expected: string;
  is(value: unknown): boolean;
}

export const text: Rule = {
  expected: 'a text',
  is: (value) => typeof value === 'string' && value !== '',
};

export const flag: Rule = {
  expected: 'true or false',
  is: (value) => typeof value === 'boolean',
};

export const httpUrl: Rule = {
  expected: 'an http or https URL',
  is: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:/i.test(value),
};
