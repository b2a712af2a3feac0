import { execFile } from 'node:child_process';
import { pbkdf2, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns';
import { createReadStream, readFile } from 'node:fs';
import { readFile as readFileLater } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzip } from 'node:zlib';
import { callingBack, type Mechanism } from '../mechanism.js';

const FILE = import.meta.filename;

function passing(note: () => void): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      note();
      setImmediate(done, null, chunk);
    },
  });
}

/** Streams, files and what else Node does in the background. */
export const platform: readonly Mechanism[] = [
  {
    name: '`stream.pipeline`',
    verdict: 'kept',
    keeps: async (note) => {
      await pipeline(Readable.from(['a', 'b']), passing(note), async (chunks) => {
        for await (const _chunk of chunks) note();
      });
    },
  },
  {
    name: 'events of streams',
    verdict: 'kept',
    keeps: callingBack((done) => {
      Readable.from(['a', 'b'])
        .pipe(passing(() => {}))
        .on('data', () => {})
        .on('end', done);
    }),
  },
  {
    name: '`ReadableStream`',
    verdict: 'kept',
    keeps: async (note) => {
      for await (const _chunk of Readable.toWeb(Readable.from(['a', 'b']))) note();
    },
  },
  {
    name: '`readline`',
    verdict: 'kept',
    keeps: (note) =>
      new Promise<void>((resolve) => {
        const lines = createInterface({ input: Readable.from(['a\nb\n', 'c\n']) });
        lines.on('line', note).on('close', resolve);
      }),
  },
  { name: '`fs`, callbacks', verdict: 'kept', keeps: callingBack((done) => readFile(FILE, done)) },
  {
    name: '`fs.promises`',
    verdict: 'kept',
    keeps: async (note) => {
      await readFileLater(FILE);
      note();
    },
  },
  {
    name: '`fs.createReadStream`',
    verdict: 'kept',
    keeps: callingBack((done) =>
      createReadStream(FILE)
        .on('data', () => {})
        .on('close', done),
    ),
  },
  {
    name: '`crypto`, callbacks',
    verdict: 'kept',
    keeps: (note) =>
      new Promise<void>((resolve) => {
        pbkdf2('password', 'salt', 1, 16, 'sha256', () => {
          note();
          randomBytes(8, () => {
            note();
            resolve();
          });
        });
      }),
  },
  {
    name: '`zlib`',
    verdict: 'kept',
    keeps: (note) =>
      new Promise<void>((resolve) => {
        gzip('hello', () => {
          note();
          const packing = createGzip();
          packing.on('data', note).on('end', resolve);
          packing.end('hello');
        });
      }),
  },
  {
    name: '`dns.lookup`',
    verdict: 'kept',
    keeps: callingBack((done) => lookup('localhost', () => done())),
  },
  {
    name: '`child_process`',
    verdict: 'kept',
    requests: 20,
    keeps: callingBack((done) => execFile('true', done)),
  },
];
