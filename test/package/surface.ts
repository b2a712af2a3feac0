/** The names that each subpath exports at run time. What is added or taken away here is public. */
export const SURFACE: Readonly<Record<string, readonly string[]>> = {
  telltale: [
    'DURATION_BUCKETS',
    'SIZE_BUCKETS',
    'TelltaleError',
    'counter',
    'createMonitoring',
    'gauge',
    'histogram',
    'metricGroup',
    'operation',
    'setupMonitoring',
  ],
  'telltale/express': ['setupMonitoring'],
  'telltale/fastify': ['default', 'setupMonitoring', 'telltale'],
  'telltale/node': ['setupMonitoring'],
  'telltale/exporters/otlp': ['otlp'],
  'telltale/checks/disk': ['disk'],
  'telltale/checks/memory': ['memory'],
  'telltale/checks/event-loop': ['eventLoop'],
  'telltale/testing/adapter-contract': ['adapterContract'],
};
