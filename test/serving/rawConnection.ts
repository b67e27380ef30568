import { connect, type Socket } from 'node:net';

/** A connection that sends this and no more, and all that is answered until it is closed. */
export function rawConnection(
  url: string,
  text: string,
): { readonly socket: Socket; readonly answer: Promise<string> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  socket.on('error', () => {}); // closed by the other side, which is what is waited for
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return { socket, answer: ended.then(() => answer) };
}

/** The answer to `GET`, whose path is sent as it is: `fetch` takes `/../` out of it. */
export function rawGet(url: string, path: string): Promise<string> {
  return rawConnection(url, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`).answer;
}
