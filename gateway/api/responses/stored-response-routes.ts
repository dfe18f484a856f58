import { apiError } from '../../../shared/errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { RequestHead } from '../../http/request-head.ts';
import { type PartsSettings, sendParts } from '../json-parts.ts';
import type { Route } from '../route.ts';
import type { Item } from './response-items.ts';
import {
  asciiParts,
  inAscii,
  itemId,
  itemParts,
  outputItems,
  suffixOf,
  wholeResponse,
} from './response-parts.ts';
import { type Turn, turnsUpTo } from './response-prompt.ts';
import type { ResponseStore, StoredResponse } from './response-store.ts';

/** What the routes show. */
export interface StoredResponseHost {
  readonly responses: ResponseStore;
  readonly settings: PartsSettings;
}

const RESPONSES = '/v1/responses/';
const INPUT_ITEMS = '/input_items';
const PAGE = 20;
const PAGE_MAX = 100;

export const STORED_RESPONSE_ROUTES: readonly Route<StoredResponseHost>[] = [
  {
    method: 'GET',
    path: `${RESPONSES}{id}`,
    access: 'key',
    open: (host) => (exchange, req) => sendResponse(host, exchange, req),
  },
  {
    method: 'DELETE',
    path: `${RESPONSES}{id}`,
    access: 'key',
    open: ({ responses }) => {
      return (exchange, req) => {
        const id = pathOf(req);
        if (!responses.delete(id)) exchange.sendError(apiError('response_not_found', { id }));
        else exchange.sendJson(200, `{"id":"${id}","object":"response.deleted","deleted":true}`);
      };
    },
  },
];

function sendResponse(host: StoredResponseHost, exchange: Exchange, req: RequestHead): void {
  const path = pathOf(req);
  const asksInput = path.endsWith(INPUT_ITEMS);
  const id = asksInput ? path.slice(0, -INPUT_ITEMS.length) : path;
  const response = host.responses.get(id);
  if (response === undefined) {
    exchange.sendError(apiError('response_not_found', { id }));
  } else if (asksInput) {
    sendInput(host, exchange, req, response);
  } else {
    const { head, turn, usage } = response;
    const parts = wholeResponse(head, turn.answer, usage);
    sendParts(exchange, parts, turn.size + head.echo.length, host.settings);
  }
}

/** What stands behind the path of all responses, wherever that is. */
function pathOf(req: RequestHead): string {
  const url = req.getUrl();
  const path = url.slice(url.indexOf(RESPONSES) + RESPONSES.length);
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** A page of the input, with that of the turns before and their answers, the latest first. */
function sendInput(
  host: StoredResponseHost,
  exchange: Exchange,
  req: RequestHead,
  { turn }: StoredResponse,
): void {
  const asked = req.getQuery('limit') ?? String(PAGE);
  const limit = Number(asked);
  if (!/^\d+$/.test(asked) || limit < 1 || limit > PAGE_MAX) {
    const expected = `an integer from 1 to ${PAGE_MAX}`;
    exchange.sendError(apiError('invalid_value', { param: 'limit', got: asked, expected }));
    return;
  }
  const order = req.getQuery('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') {
    const expected = "'asc' or 'desc'";
    exchange.sendError(apiError('invalid_value', { param: 'order', got: order, expected }));
    return;
  }
  const items = inputOf(turn);
  if (order === 'desc') items.reverse();
  const after = req.getQuery('after');
  const from = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0) {
    const expected = 'the last_id of the page before';
    exchange.sendError(apiError('invalid_value', { param: 'after', got: after, expected }));
    return;
  }
  const page = items.slice(from, from + limit);
  sendParts(exchange, pageParts(page, from + limit < items.length), turn.size, host.settings);
}

/** An item of a page; it is made when it is sent. */
interface InputItem {
  readonly id: string;
  parts(): Iterable<string>;
}

/** What a response was made from: the input of all turns, and the answers before its own. */
function inputOf(last: Turn): InputItem[] {
  return turnsUpTo(last).flatMap((turn) => {
    const { id: responseId, items, answer } = turn;
    const input = items.map((item, at) => said(item, `${at}_${suffixOf(responseId)}`));
    if (turn === last) return input;
    const output = outputItems(answer).map((segment) => ({
      id: itemId(turn, answer, segment),
      parts: () => itemParts(turn, answer, segment),
    }));
    return [...input, ...output];
  });
}

function said(item: Item, suffix: string): InputItem {
  const id = item.id ?? `${PREFIXES[item.type ?? 'message']}_${suffix}`;
  return { id, parts: () => asciiParts(inAscii(JSON.stringify(shown(item, id)))) };
}

const PREFIXES: Readonly<Record<NonNullable<Item['type']>, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fco',
};

/** An item with all that clients expect of it. */
function shown(item: Item, id: string): Item {
  const { content, type = 'message', role } = item;
  const status = 'completed';
  if (typeof content !== 'string') return { type, status, ...item, id };
  const kind = role === 'assistant' ? 'output_text' : 'input_text';
  return { type, status, ...item, id, content: [{ type: kind, text: content }] };
}

function* pageParts(
  page: readonly InputItem[],
  hasMore: boolean,
): Generator<string, void, undefined> {
  yield '{"object":"list","data":[';
  let comma = '';
  for (const item of page) {
    yield comma;
    yield* item.parts();
    comma = ',';
  }
  const [first, last] = [page.at(0)?.id ?? null, page.at(-1)?.id ?? null];
  yield `],"first_id":${JSON.stringify(first)},"last_id":${JSON.stringify(last)}`;
  yield `,"has_more":${hasMore}}`;
}
