import { load } from './load.mjs';

/** Fastify's documented LogController: one line a request, with the request in it. */
export function oneLineAResponse() {
  const { LogController } = load('fastify');
  class OneLine extends LogController {
    incomingRequest() {}

    requestCompleted(_error, request, reply) {
      const responseTime = reply.elapsedTime;
      reply.log.info({ req: request, res: reply, responseTime }, 'request completed');
    }
  }
  return new OneLine();
}
