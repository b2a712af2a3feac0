import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, hostname, release } from 'node:os';
import { basename } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { containerId } from './container-id.js';
import type { Environment, Service } from './environment.js';

/** Reads a text file; undefined where there is none. */
export type ReadText = (file: string) => string | undefined;

/** One id for the process, whatever in it is monitored. */
const INSTANCE = randomUUID();

const ARCHITECTURES: Readonly<Record<string, string>> = {
  arm: 'arm32',
  ppc: 'ppc32',
  x64: 'amd64',
  ia32: 'x86',
};
const SYSTEMS: Readonly<Record<string, string>> = { sunos: 'solaris', win32: 'windows' };

/**
 * What tells this process from others, by OpenTelemetry's names; what the user says of it comes
 * first. All of it is in memory or in files that the kernel makes up, so nothing is waited for.
 * https://opentelemetry.io/docs/specs/semconv/resource/
 */
export function detectResource(
  { name, version, environment, attributes }: Service,
  env: Environment,
  readText: ReadText = readIfThere,
): Attributes {
  return present({
    'service.instance.id': INSTANCE,
    'host.name': hostname(),
    'host.arch': ARCHITECTURES[arch()] ?? arch(),
    'host.id': readText('/etc/machine-id')?.trim(),
    'os.type': SYSTEMS[process.platform] ?? process.platform,
    'os.version': release(),
    'process.pid': process.pid,
    'process.executable.name': basename(process.execPath),
    'process.executable.path': process.execPath,
    // Without the arguments, which may hold anything.
    'process.command': process.argv[1],
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
    'container.id': containerId(readText),
    ...kubernetes(env, readText),
    ...attributes,
    'service.name': name,
    'service.version': version,
    'deployment.environment.name': environment,
  });
}

const NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** What a pod knows of itself, by the variables that are usually filled by the downward API. */
function kubernetes(env: Environment, readText: ReadText): Attributes {
  if (!env.KUBERNETES_SERVICE_HOST) return {};
  const first = (...names: string[]) => names.map((name) => env[name]).find((value) => value);
  return {
    'k8s.pod.name': first('K8S_POD_NAME', 'POD_NAME', 'KUBERNETES_POD_NAME', 'HOSTNAME'),
    'k8s.pod.uid': first('K8S_POD_UID', 'POD_UID'),
    'k8s.namespace.name':
      first('K8S_NAMESPACE_NAME', 'K8S_NAMESPACE', 'POD_NAMESPACE', 'KUBERNETES_NAMESPACE') ??
      readText(NAMESPACE)?.trim(),
    'k8s.node.name': first('K8S_NODE_NAME', 'NODE_NAME'),
    'k8s.container.name': first('K8S_CONTAINER_NAME', 'CONTAINER_NAME'),
    'k8s.deployment.name': first('K8S_DEPLOYMENT_NAME'),
    'k8s.cluster.name': first('K8S_CLUSTER_NAME'),
  };
}

function present(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
