/** The child's end of the questions that `child.mjs` asks over IPC. */

/**
 * Answers each message `{ id, name, data }` with what `handlers[name](data)` resolves to, and
 * ends this process when the parent is gone, so that no child outlives a killed run.
 */
export function answer(handlers) {
  process.on('message', async ({ id, name, data }) => {
    try {
      process.send({ id, value: await handlers[name](data) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send({ id: 'ready' });
}
