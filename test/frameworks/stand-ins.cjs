/**
 * Stands in for two packages that Fastify's tests load and we do not have. `undici` is what Node
 * itself has of it. A test that needs more than that fails, with and without telltale.
 */
const Module = require('node:module');

const standIns = {
  undici: { fetch, FormData, Headers, Request, Response },
  proxyquire() {
    throw new Error('proxyquire is not installed');
  },
};

const load = Module._load;
Module._load = function loadStandIn(request, ...rest) {
  return Object.hasOwn(standIns, request) ? standIns[request] : load.call(this, request, ...rest);
};
