// OpenTelemetry's HTTP instrumentation, and nobody that would take its spans.
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');

new HttpInstrumentation();
