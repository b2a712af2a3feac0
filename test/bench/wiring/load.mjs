import { createRequire } from 'node:module';

/** `require`, at a moment of our choosing: OpenTelemetry patches only what is loaded after it. */
export const load = createRequire(import.meta.url);
