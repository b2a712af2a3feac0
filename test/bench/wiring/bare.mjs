import { createTap } from './tap.mjs';

/** The app alone. */
export const wire = () => createTap({});
