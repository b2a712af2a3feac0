import type { Mechanism } from './mechanism.js';

const VERDICTS: Readonly<Record<Mechanism['verdict'], string>> = {
  kept: 'kept',
  restored: 'given back by',
  lost: 'lost, unless you use',
};

/** The table of the README. */
export function contextTable(mechanisms: readonly Mechanism[]): string {
  const rows = mechanisms.map(
    ({ name, verdict, advice }) =>
      `| ${name} | ${[VERDICTS[verdict], advice].filter(Boolean).join(' ')} |`,
  );
  return ['| a line that is written after | its ids are |', '| --- | --- |', ...rows].join('\n');
}
