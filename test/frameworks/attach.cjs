/**
 * Attaches telltale to every application that a framework makes, while its own tests run:
 *
 *   TELLTALE_FRAMEWORK=<its main file> NODE_OPTIONS='--require <this file>' <its test runner>
 *
 * On exit it appends to the file TELLTALE_REPORT, as a line of JSON, how many applications it attached
 * telltale to, and how many requests of theirs telltale saw to their end.
 */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');
const { setupMonitoring } = require('telltale');

const { TELLTALE_FRAMEWORK: framework, TELLTALE_REPORT: report } = process.env;
const seen = { applications: 0, requests: 0 };

const options = {
  serviceName: 'suite',
  logs: {
    destination: {
      write() {
        seen.requests++;
      },
    },
  },
};

function attached(factory) {
  const attaching = new Proxy(factory, {
    apply(target, receiver, args) {
      const application = Reflect.apply(target, receiver, args);
      setupMonitoring(application, options);
      seen.applications++;
      return application;
    },
  });
  // The same function under its other names, such as `fastify.default`.
  for (const [name, value] of Object.entries(factory)) {
    if (value === factory) factory[name] = attaching;
  }
  return attaching;
}

// Where a file is loaded rather than where it is required, so that a second copy is not missed.
const load = Module._extensions['.js'];
Module._extensions['.js'] = function loadAttached(module, filename) {
  load(module, filename);
  if (filename === framework) module.exports = attached(module.exports);
};

process.on('exit', () => {
  if (report) appendFileSync(report, `${JSON.stringify(seen)}\n`);
});
