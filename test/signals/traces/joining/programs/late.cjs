// OpenTelemetry's SDK, or Sentry, started after telltale.
globalThis.afterSetup = () => require(process.env.LATE);
