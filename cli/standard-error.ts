import { fstatSync, write } from 'node:fs';
import { stderr } from 'node:process';
import type { WriteBytes } from '../gateway/log-sink.ts';

/**
 * Writes to standard error without ever waiting for it. Node writes to pipes and sockets in this
 * way by itself, but stops the event loop for files and terminals, so that those are left to its
 * thread pool; and a pipe that nobody empties must not hold a thread of that.
 */
export function standardError(): WriteBytes {
  const kind = fstatSync(stderr.fd);
  if (kind.isFIFO() || kind.isSocket()) {
    return (bytes, done) => {
      stderr.write(bytes, (error) => done(error, bytes.length));
    };
  }
  return (bytes, done) => write(stderr.fd, bytes, done);
}
