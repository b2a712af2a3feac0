/** Remembers how to close what was opened, and closes it in reverse order whatever happens. */
export function createOpened() {
  const closers = [];
  return {
    add(close) {
      closers.push(close);
    },
    async closeAll() {
      for (const close of closers.reverse()) {
        try {
          await close();
        } catch (error) {
          console.error('could not close:', error);
          process.exitCode = 1;
        }
      }
    },
  };
}
