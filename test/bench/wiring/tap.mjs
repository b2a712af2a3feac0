/**
 * What a wiring hands to an app. Every member has a default that does nothing.
 *
 * - `options`: options of the Fastify constructor
 * - `attach(app)`: called before the routes are declared
 * - `wrap(handler)`: for node:http, the handler to serve with
 * - `fill({ counters, histograms })`: adds that many label sets to the registry
 * - `render()`: the exposition as text
 * - `flush()`: exports queued spans
 * - `stop()`: flushes everything, for the count at the end
 */
export const createTap = (parts) => ({
  options: {},
  attach() {},
  wrap: (handler) => handler,
  fill() {},
  async render() {},
  async flush() {},
  async stop() {},
  ...parts,
});
