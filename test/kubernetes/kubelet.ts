import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A probe as a manifest has it. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe */
export interface ProbeSpec {
  readonly httpGet: { readonly path: string; readonly port: string | number };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

/** The three probes of a container. */
export interface Probes {
  readonly startupProbe: ProbeSpec;
  readonly readinessProbe: ProbeSpec;
  readonly livenessProbe: ProbeSpec;
}

/** What a kubelet knows of a container. */
export interface ContainerStatus {
  readonly started: boolean;
  readonly ready: boolean;
  /** How often it would have been killed and started again. */
  readonly restarts: number;
}

/** Probes one container. */
export interface Kubelet {
  readonly status: ContainerStatus;
  /** The pod is being deleted: only readiness is asked from now on. */
  terminate(): void;
  stop(): Promise<void>;
}

/** What a field is when the manifest does not say. */
export function completed(probe: ProbeSpec): Required<ProbeSpec> {
  return {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
  };
}

/**
 * Asks as a kubelet does: on a new connection each time, 200 to 399 is a success, and a change of
 * state takes so many of a kind in a row. The startup probe holds the others back until it has
 * succeeded. A second of `period` lasts `scale` milliseconds; a timeout is as long as it says.
 */
export function startKubelet(probes: Probes, port: number, scale: number): Kubelet {
  const status = { started: false, ready: false, restarts: 0 };
  let running = true;
  let terminating = false;

  /** Calls back each time that enough results in a row are there. */
  async function watch(
    spec: ProbeSpec,
    wanted: () => boolean,
    passed: () => void,
    failed: () => void,
  ): Promise<void> {
    const probe = completed(spec);
    let successes = 0;
    let failures = 0;
    await sleep(probe.initialDelaySeconds * scale);
    while (running) {
      if (wanted()) {
        const ok = await probeOnce(port, probe);
        successes = ok ? successes + 1 : 0;
        failures = ok ? 0 : failures + 1;
        if (successes >= probe.successThreshold) passed();
        if (failures >= probe.failureThreshold) {
          failures = 0;
          failed();
        }
      }
      await sleep(probe.periodSeconds * scale);
    }
  }

  function restart(): void {
    if (terminating) return;
    status.restarts++;
    status.started = false;
    status.ready = false;
  }

  const loops = [
    watch(
      probes.startupProbe,
      () => !status.started && !terminating,
      () => {
        status.started = true;
      },
      restart,
    ),
    watch(
      probes.readinessProbe,
      () => status.started,
      () => {
        status.ready = true;
      },
      () => {
        status.ready = false;
      },
    ),
    watch(
      probes.livenessProbe,
      () => status.started && !terminating,
      () => {},
      restart,
    ),
  ];
  return {
    status,
    terminate() {
      terminating = true;
    },
    async stop() {
      running = false;
      await Promise.all(loops);
    },
  };
}

function probeOnce(port: number, probe: Required<ProbeSpec>): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      {
        host: '127.0.0.1',
        port,
        path: probe.httpGet.path,
        agent: false,
        signal: AbortSignal.timeout(probe.timeoutSeconds * 1000),
        headers: { 'user-agent': 'kube-probe/1.31', accept: '*/*' },
      },
      (response) => {
        response.resume();
        response.on('error', () => {});
        const { statusCode = 0 } = response;
        resolve(statusCode >= 200 && statusCode < 400);
      },
    );
    request.on('error', () => resolve(false));
  });
}
