import { figure, table } from './table.mjs';

const frameworks = { express: 'Express 5', fastify: 'Fastify 5', node: 'node:http' };

/** Goals of the request path by framework, and the others below one another. */
export function renderGoals(goals) {
  const requests = goals.filter(({ group }) => group === 'requests');
  const others = goals.filter(({ group }) => group !== 'requests');
  return [requests.length > 0 && byFramework(requests), others.length > 0 && list(others)]
    .filter(Boolean)
    .join('\n\n');
}

function byFramework(goals) {
  const texts = [...new Set(goals.map(({ text }) => text))];
  const shown = Object.keys(frameworks).filter((name) =>
    goals.some(({ framework }) => framework === name),
  );
  const rows = texts.map((text) => [
    text,
    ...shown.map((name) => {
      const goal = goals.find((one) => one.text === text && one.framework === name);
      return goal ? `${measured(goal)}, goal ${limit(goal)} ${verdict(goal)}` : '–';
    }),
  ]);
  return table(['CPU of a request', ...shown.map((name) => frameworks[name])], rows);
}

const list = (goals) =>
  table(
    ['beside it', 'measured', '95 % interval', 'goal', ''],
    goals.map((goal) => [
      goal.text,
      measured(goal),
      goal.error > 0 ? `${figure(goal.low)} to ${figure(goal.high)}` : '–',
      limit(goal),
      verdict(goal),
    ]),
  );

const measured = ({ value, unit }) => `**${figure(value)}**${unit && ` ${unit}`}`;

const limit = ({ limit: most, unit }) => `≤ ${figure(most)}${unit && ` ${unit}`}`;

const verdict = ({ met }) => (met ? '✓' : '✗');
