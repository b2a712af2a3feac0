import type { SqlToken } from './sql-tokens.js';

/** Statements that give settings values, which need no quotes there. */
const SETTING = new Set(['SET', 'ALTER']);

/** Says of each token in turn whether it belongs to the value of a setting, as in `SET a.b = word`. */
export function settingReader(): (token: SqlToken) => boolean {
  let verb = '';
  let isSetting = false;
  let isValue = false;

  return function belongsToValue({ kind, text }) {
    if (text === ';') verb = '';
    // Settings of a table are in parentheses, and more may follow.
    if (text === ';' || text === ')') {
      isSetting = false;
      isValue = false;
    }
    if (isValue) return kind !== 'punctuation';
    const word = kind === 'word' ? text.toUpperCase() : text;
    if (kind === 'word') verb ||= word;
    if (isSetting) isValue = word === '=' || word === 'TO';
    else isSetting = word === 'SET' && SETTING.has(verb);
    return false;
  };
}
