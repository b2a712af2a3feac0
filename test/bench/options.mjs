/** The command line. */

import { parseArgs } from 'node:util';
import { sections } from './sections.mjs';
import { findVariant, frameworks, quickVariants, selectVariants, variants } from './variants.mjs';

/** After which a run that hangs is given up. */
const minutes = { quick: 8, full: 40 };

/** Parses arguments; throws on a name that does not exist and on options that contradict. */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      only: { type: 'string' },
      framework: { type: 'string' },
      variants: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const { save, check, json, only, framework } = values;
  const quick = values.quick || check;
  if (save && (check || quick || only || framework || values.variants)) {
    throw new Error('--save keeps a whole and full run: no other option goes with it but --json');
  }
  return {
    quick,
    check,
    save,
    json,
    profile: values.profile && parseProfile(values.profile),
    sections: only ? only.split(',').map(knownSection) : Object.keys(sections),
    frameworks: framework ? [knownFramework(framework)] : frameworks,
    variants: chooseVariants(values.variants, quick),
    minutes: Number(values.minutes ?? minutes[quick ? 'quick' : 'full']),
  };
}

function chooseVariants(names, quick) {
  if (names) return selectVariants(names.split(','));
  return quick ? quickVariants : variants;
}

/**
 * `express-hand-all-10` is framework `express`, variant `hand-all-10`; `express-all` is what a user
 * of telltale has.
 */
function parseProfile(name) {
  const [framework, ...rest] = name.split('-');
  const variant = rest.join('-');
  return {
    framework: knownFramework(framework),
    variant: findVariant(variant === 'all' ? 'telltale-all-10' : variant),
    path: `${name}.cpuprofile`,
  };
}

function knownSection(name) {
  if (name in sections) return name;
  throw new Error(`unknown section ${name}; known: ${Object.keys(sections).join(', ')}`);
}

function knownFramework(name) {
  if (frameworks.includes(name)) return name;
  throw new Error(`unknown framework ${name}; known: ${frameworks.join(', ')}`);
}
