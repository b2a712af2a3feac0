import { spawn } from 'node:child_process';

// Reads what is to be cleaned up. The end of input without `done` means that the demo has died.
const script = `
pid=none
while read -r word; do
  [ "$word" = done ] && exit
  pid=$word
done
if [ "$pid" != none ]; then
  kill -s "$2" "$pid"
  for _ in $(seq 30); do kill -s 0 "$pid" || break; sleep 0.1; done
  kill -s KILL "$pid"
fi
for _ in $(seq 50); do rm -rf -- "$1" && [ ! -e "$1" ] && break; sleep 0.1; done
`;

/**
 * Removes a folder, and ends the server that runs in it, when this process is gone without having
 * called `done`. A small shell that waits for the end of its input also notices SIGKILL, which no
 * exit handler does.
 */
export function guard(directory, stopSignal) {
  const shell = spawn('/bin/sh', ['-c', script, 'guard', directory, stopSignal.slice(3)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.stdin.on('error', () => {});
  shell.unref();
  return {
    watch: (pid) => shell.stdin.write(`${pid ?? 'none'}\n`),
    done: () => shell.stdin.end('done\n'),
  };
}
