/** An id as Docker, containerd, CRI-O and Podman give them. */
const ID = '[0-9a-f]{64}';

/** A path of cgroup v1: `…/docker/<id>`, `…/cri-containerd-<id>.scope`, `…/crio-<id>`. */
const CGROUP = new RegExp(`(?:^|[/:-])(${ID})(?:\\.scope)?(?:/|$)`);
/**
 * What is mounted into every container comes from a folder of its own: `…/containers/<id>/hostname`.
 * In Kubernetes it comes from `…/sandboxes/<id>/`, which is the pod's and not the container's.
 */
const MOUNT = new RegExp(
  `/(?:containers|overlay-containers)/(${ID})/(?:[^ ]*/)?(?:hostname|hosts|resolv\\.conf) `,
);

/**
 * The id of the container that the process runs in. With cgroup v1 it is the process's cgroup; with
 * v2 a container sees its own as `/`, and the id is where its files are mounted from.
 */
export function containerId(readText: (file: string) => string | undefined): string | undefined {
  for (const line of (readText('/proc/self/cgroup') ?? '').split('\n')) {
    const id = CGROUP.exec(line)?.[1];
    if (id !== undefined) return id;
  }
  for (const line of (readText('/proc/self/mountinfo') ?? '').split('\n')) {
    const id = MOUNT.exec(line)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}
