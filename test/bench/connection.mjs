/** One keep-alive connection of the load generator: the least a client can do per request. */

import { connect } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
// The tail of Content-Length in either case, since frameworks differ in it.
const lengthName = Buffer.from('ength: ');
const firstStatusDigit = 'HTTP/1.1 '.length;

/** Opens a connection that has one request under way at most. */
export function openConnection(port, { onResponse, onError }) {
  let missing = 0;

  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    // One buffer for all reads, instead of one allocated by each.
    onread: { buffer: Buffer.allocUnsafe(64 * 1024), callback: read },
  });
  socket.on('error', onError);
  socket.on('close', () => onError(new Error('the server closed a connection')));

  function read(size, buffer) {
    if (missing === 0) missing = responseLength(buffer.subarray(0, size));
    missing -= size;
    if (missing === 0) onResponse();
    if (missing < 0) onError(new Error('more bytes than content-length promised'));
    return true;
  }

  return { write: (bytes) => socket.write(bytes) };
}

/** Length of head and body. A head always arrives whole, as it is written at once. */
function responseLength(chunk) {
  const head = chunk.indexOf(headEnd);
  const name = chunk.indexOf(lengthName);
  if (chunk[firstStatusDigit] !== 0x32 || head < 0 || name < 0 || name > head) {
    throw new Error(`unexpected response: ${chunk.toString('latin1', 0, 300)}`);
  }
  let length = 0;
  for (let i = name + lengthName.length; chunk[i] >= 0x30; i++) {
    length = length * 10 + chunk[i] - 0x30;
  }
  return head + headEnd.length + length;
}
