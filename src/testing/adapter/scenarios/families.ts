import type { Family } from '../scenario.js';
import { aborts } from './aborts.js';
import { answers } from './answers.js';
import { bodies } from './bodies.js';
import { endings } from './endings.js';
import { failures } from './failures.js';
import { fields } from './fields.js';
import { meddling } from './meddling.js';
import { methods } from './methods.js';
import { pipelines } from './pipelines.js';
import { protocol } from './protocol.js';
import { targets } from './targets.js';

/** Every scenario of the contract. */
export const FAMILIES: readonly Family[] = [
  targets,
  methods,
  fields,
  bodies,
  protocol,
  pipelines,
  answers,
  endings,
  meddling,
  failures,
  aborts,
];
