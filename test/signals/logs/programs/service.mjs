// A service that logs as its argument and its messages say; run by the tests of destinations.
import { createServer } from 'node:http';
import { setupMonitoring } from 'telltale';

const { options } = JSON.parse(process.argv[2]);
let written = 0;

function write(count, bytes) {
  const filler = 'x'.repeat(bytes);
  for (let i = 0; i < count; i++) monitoring.logger.info({ i: written++, filler }, 'work');
}

/** `/write/<lines>/<bytes of each>` */
const server = createServer((request, response) => {
  const [, , count, bytes] = request.url.split('/').map(Number);
  write(count, bytes);
  response.end('answered');
});
const monitoring = setupMonitoring(server, options);

let pouring;
const COMMANDS = {
  write: (count, bytes) => write(count, bytes),
  pour() {
    pouring = setInterval(() => write(20, 50), 1);
  },
  stop() {
    clearInterval(pouring);
  },
  memory: () => process.memoryUsage.rss(),
  exit: (code) => process.exit(code),
  shutdown: () => monitoring.shutdown(),
};
process.on('message', async ([name, ...values]) => {
  const result = await COMMANDS[name](...values);
  process.send?.({ done: name, result, written });
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
