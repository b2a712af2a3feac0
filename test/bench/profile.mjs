import { drive } from './measure.mjs';
import { planFor } from './plan.mjs';
import { startSubject } from './subject.mjs';

/** Writes a `.cpuprofile` of one warm server under load to the working directory. */
export async function runProfile({ framework, variant, path }, { options, dir, load, sink, log }) {
  const { connections, warmup } = planFor(framework, options);
  const subject = await startSubject({ framework, variant, dir, sink });
  await drive(subject, load, { connections, count: warmup });
  await subject.server.ask('beginProfile');
  await drive(subject, load, { connections, count: 20_000 });
  await subject.server.ask('endProfile', path);
  await subject.server.stop();
  log(`wrote ${path}`);
}
