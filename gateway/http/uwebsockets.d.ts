import type { RecognizedString, us_listen_socket } from 'uWebSockets.js';

/** What uWebSockets.js has and its own declarations lack. */
declare module 'uWebSockets.js' {
  export const LIBUS_LISTEN_EXCLUSIVE_PORT: number;

  export interface TemplatedApp {
    listen(
      host: RecognizedString,
      port: number,
      options: number,
      callback: (listenSocket: us_listen_socket | false) => void,
    ): TemplatedApp;
  }
}
