import { hostname } from 'node:os';
import * as conventions from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import { containerId } from '../../src/assembly/container-id.js';
import { detectResource } from '../../src/assembly/resource.js';

const service = {
  name: 'shop',
  version: '1.2.3',
  environment: 'production',
  attributes: { team: 'checkout', 'host.name': 'given' },
};
const ID = 'c0ffee0123456789'.repeat(4);
const OTHER = '0123456789abcdef'.repeat(4);
const NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

const files = (texts: Record<string, string>) => (file: string) => texts[file];
const everything = () =>
  detectResource(
    service,
    {
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      HOSTNAME: 'shop-5d9c',
      POD_UID: 'uid',
      NODE_NAME: 'node-1',
      K8S_CONTAINER_NAME: 'shop',
      K8S_DEPLOYMENT_NAME: 'shop',
      K8S_CLUSTER_NAME: 'eu',
    },
    files({
      '/proc/self/cgroup': `12:cpu:/docker/${ID}`,
      '/etc/machine-id': 'machine\n',
      [NAMESPACE]: 'shops\n',
    }),
  );

describe('the resource', () => {
  it('tells service, host and process', () => {
    expect(detectResource(service, {}, files({}))).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'production',
      'host.name': 'given',
      'os.type': process.platform,
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'process.command': process.argv[1],
      team: 'checkout',
    });
    const plain = detectResource({ ...service, attributes: {} }, {}, files({}));
    expect(plain['host.name']).toBe(hostname());
    expect(plain['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(detectResource(service, {})['service.instance.id']).toBe(plain['service.instance.id']);
  });

  it('has no argument of the command line, which may be a secret', () => {
    process.argv.push('--password=hunter2');
    try {
      expect(JSON.stringify(everything())).not.toContain('hunter2');
    } finally {
      process.argv.pop();
    }
  });

  it('has names of the semantic conventions only', () => {
    const known = new Set(
      [conventions, incubating].flatMap((names: object) => Object.values(names)),
    );
    const names = Object.keys(everything()).filter((name) => name !== 'team');
    expect(names).toContain('k8s.pod.name');
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const { 'host.arch': arch, 'os.type': system } = everything();
    expect(known).toContain(arch);
    expect(known).toContain(system);
  });

  it('says nothing of Kubernetes outside of it', () => {
    const env = { HOSTNAME: 'laptop', POD_NAME: 'none' };
    expect(Object.keys(detectResource(service, env)).filter((name) => /^k8s/.test(name))).toEqual(
      [],
    );
  });

  it.each([
    [{ HOSTNAME: 'host' }, {}, { 'k8s.pod.name': 'host' }],
    [{ HOSTNAME: 'host', POD_NAME: 'pod' }, {}, { 'k8s.pod.name': 'pod' }],
    [{ POD_NAME: 'pod', K8S_POD_NAME: 'k8s' }, {}, { 'k8s.pod.name': 'k8s' }],
    [{}, { [NAMESPACE]: 'from-file\n' }, { 'k8s.namespace.name': 'from-file' }],
    [{ POD_NAMESPACE: 'env' }, { [NAMESPACE]: 'file' }, { 'k8s.namespace.name': 'env' }],
    [
      { K8S_NODE_NAME: 'n', POD_UID: 'u', CONTAINER_NAME: 'c' },
      {},
      { 'k8s.node.name': 'n', 'k8s.pod.uid': 'u', 'k8s.container.name': 'c' },
    ],
  ] as [Record<string, string>, Record<string, string>, object][])(
    'knows its pod by %o and %o',
    (env, texts, expected) => {
      const inKubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1', ...env };
      expect(detectResource(service, inKubernetes, files(texts))).toMatchObject(expected);
    },
  );
});

describe('the id of the container', () => {
  const mount = (source: string, target: string) =>
    `1 2 0:1 / / rw - overlay overlay rw\n3 1 254:1 ${source} ${target} rw,relatime - ext4 /dev/vda1 rw`;

  it.each([
    ['Docker, cgroup v1', { '/proc/self/cgroup': `11:memory:/docker/${ID}\n1:name=systemd:/` }, ID],
    [
      'Docker by systemd, v1',
      { '/proc/self/cgroup': `1:name=systemd:/system.slice/docker-${ID}.scope` },
      ID,
    ],
    [
      'Kubernetes with containerd, v1',
      {
        '/proc/self/cgroup': `5:cpu:/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`,
      },
      ID,
    ],
    [
      'Kubernetes, the host’s cgroups, v2',
      { '/proc/self/cgroup': `0::/kubepods/burstable/pod2d3/${ID}` },
      ID,
    ],
    ['CRI-O, v1', { '/proc/self/cgroup': `3:pids:/kubepods/pod1/crio-${ID}` }, ID],
    [
      'Docker, v2',
      {
        '/proc/self/cgroup': '0::/',
        '/proc/self/mountinfo': mount(`/var/lib/docker/containers/${ID}/hostname`, '/etc/hostname'),
      },
      ID,
    ],
    [
      'Podman, v2',
      {
        '/proc/self/cgroup': '0::/',
        '/proc/self/mountinfo': mount(
          `/containers/storage/overlay-containers/${ID}/userdata/hosts`,
          '/etc/hosts',
        ),
      },
      ID,
    ],
    [
      'containerd in Kubernetes, v2: its files are the pod’s',
      {
        '/proc/self/cgroup': '0::/',
        '/proc/self/mountinfo': mount(
          `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${OTHER}/hostname`,
          '/etc/hostname',
        ),
      },
      undefined,
    ],
    ['no container', { '/proc/self/cgroup': '0::/user.slice/user-1000.slice' }, undefined],
    ['another system', {}, undefined],
  ] as [string, Record<string, string>, string | undefined][])('%s', (_, texts, expected) => {
    expect(containerId(files(texts))).toBe(expected);
  });
});
