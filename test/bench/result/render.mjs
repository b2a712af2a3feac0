/** A result as Markdown. Pure: the README holds what this makes of the committed result. */

import { goalsOf } from './goals.mjs';
import { renderGoals } from './render-goals.mjs';
import { renderRequests } from './render-requests.mjs';
import {
  renderExposition,
  renderGrowth,
  renderHandles,
  renderMemory,
  renderProbe,
  renderStartup,
} from './render-sections.mjs';

/** Every table that the result has figures for, goals first. */
export function render(result) {
  const { requests, memory, startup, probe, handles, growth, exposition } = result.sections;
  const parts = [
    renderHeader(result),
    renderGoals(goalsOf(result)),
    ...Object.entries(requests ?? {}).map(renderRequests),
    memory && renderMemory(memory),
    startup && renderStartup(startup),
    probe && renderProbe(probe),
    handles && renderHandles(handles),
    growth && renderGrowth(growth),
    exposition && renderExposition(exposition),
    renderVersions(result),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function renderHeader({ date, machine, node, quick, seconds }) {
  const { cpu, cores, memory, kernel } = machine;
  return (
    `Measured on ${date.slice(0, 10)} with Node ${node} on ${cores} × ${cpu}, ${memory}, ` +
    `${kernel}, in ${(seconds / 60).toFixed(1)} minutes${quick ? ' (a quick run)' : ''}.`
  );
}

function renderVersions({ versions }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `With ${packages.join(', ')}.`;
}
