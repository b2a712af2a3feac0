/** The command line. */

import { parseArgs } from 'node:util';
import { frameworks, selectVariants, variants } from './variants.mjs';

/** Parses arguments; throws on a name that does not exist. */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      framework: { type: 'string' },
      variants: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const { quick, json } = values;
  const profile = values.profile && parseProfile(values.profile);
  return {
    quick,
    json,
    profile,
    frameworks: values.framework ? [knownFramework(values.framework)] : frameworks,
    variants: values.variants ? selectVariants(values.variants.split(',')) : variants,
  };
}

/** `express-hand-all-10` is framework `express`, variant `hand-all-10`. */
function parseProfile(name) {
  const [framework, ...rest] = name.split('-');
  const variant = selectVariants([rest.join('-')]).at(-1);
  return { framework: knownFramework(framework), variant, path: `${name}.cpuprofile` };
}

function knownFramework(name) {
  if (frameworks.includes(name)) return name;
  throw new Error(`unknown framework ${name}; known: ${frameworks.join(', ')}`);
}
