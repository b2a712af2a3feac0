import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { answerTo } from '../../src/exporters/answer.js';

async function slowCollector(): Promise<number> {
  const server = createServer(async (_request, response) => {
    await sleep(50);
    response.end('late');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

it.each([1e12, Number.POSITIVE_INFINITY])('an answer may take %d ms', async (milliseconds) => {
  const sent = request({ host: '127.0.0.1', port: await slowCollector(), agent: false });
  const answer = answerTo(sent, milliseconds);
  sent.end();
  expect(await answer).toMatchObject({ status: 200, body: Buffer.from('late') });
});
