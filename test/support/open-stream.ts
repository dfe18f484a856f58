import { CHAT_PATH, type ChatBody, chatBody } from './chat-client.ts';
import { RawConnection, rawPost } from './raw-connection.ts';

/** Flags of a server whose streams never get past their first token. */
export const STUCK = '--ttft 0 --itl 3600000';

/** Opens a stream and waits for its first token. */
export async function openStream(
  server: { readonly port: number },
  extra: ChatBody = {},
  headers: readonly string[] = [],
): Promise<RawConnection> {
  const connection = await RawConnection.open(server.port);
  const body = chatBody('A stream that stays open', {
    stream: true,
    max_tokens: 1000,
    ignore_eos: true,
    ...extra,
  });
  connection.send(rawPost(CHAT_PATH, JSON.stringify(body), headers));
  const start = await connection.readThrough('"role":"assistant"');
  if (!start.startsWith('HTTP/1.1 200 ')) throw new Error(`the stream was refused: ${start}`);
  await connection.readThrough('"content":"');
  await connection.readThrough('"content":"');
  return connection;
}
