import type * as promClient from 'prom-client';
import registry from 'prom-client/lib/registry.js';
import summary from 'prom-client/lib/summary.js';

/**
 * prom-client's own classes, each from its file: the package's main file loads what runs clusters,
 * pushes to gateways and collects defaults as well, for ten times as long.
 */
export const Registry: typeof promClient.Registry = registry;
export type Registry = promClient.Registry;

export const Summary: typeof promClient.Summary = summary;
export type Summary<Label extends string = string> = promClient.Summary<Label>;
