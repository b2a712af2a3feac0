import { drive } from './measure.mjs';
import { renderProfile } from './profile-report.mjs';
import { planFor } from './sections/requests.mjs';
import { startSubject } from './subject.mjs';

const requests = 20_000;

/** Writes a `.cpuprofile` of one warm server under load to the working directory, and sums it up. */
export async function runProfile({ framework, variant, path }, { options, dir, load, sink, log }) {
  const { connections, warmup } = planFor(framework, options);
  const subject = await startSubject({ framework, variant, dir, sink });
  await drive(subject, load, { connections, count: warmup });
  await subject.server.ask('beginProfile');
  await drive(subject, load, { connections, count: requests });
  await subject.server.ask('endProfile', path);
  await subject.server.stop();
  log(`wrote ${path}`);
  console.log(await renderProfile(path, requests));
}
