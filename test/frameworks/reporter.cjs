/** A reporter for `node --test`: each test that ran is a line of JSON, an `Outcome` of suite.ts. */
module.exports = async function* reportOutcomes(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.skip !== undefined || data.todo !== undefined) continue;
    const cause = data.details.error?.cause ?? data.details.error;
    const error = cause === undefined ? undefined : String(cause.stack ?? cause);
    yield `${JSON.stringify({ file: data.file, line: data.line, name: data.name, error })}\n`;
  }
};
