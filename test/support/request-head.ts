import type { RequestHead } from '../../gateway/http/request-head.ts';

/** The head of a request with such headers. */
export function headOf(headers: Readonly<Record<string, string>>, url = '/v1/models'): RequestHead {
  return {
    getMethod: () => 'get',
    getUrl: () => url.split('?')[0] ?? '',
    getHeader: (name) => headers[name] ?? '',
    getQuery: () => undefined,
    queryText: () => url.split('?')[1] ?? '',
    forEach: (visit) => {
      for (const [name, value] of Object.entries(headers)) visit(name, value);
    },
  };
}
