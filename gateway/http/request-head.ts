/** The head of a request, readable until the route's handler returns. */
export interface RequestHead {
  getMethod(): string;
  getUrl(): string;
  /** The value of a header in lower case, or an empty string. */
  getHeader(name: string): string;
  /** The decoded value of a query parameter. */
  getQuery(key: string): string | undefined;
  /** All of the query as it came, without its question mark. */
  queryText(): string;
  /** Every header, its name in lower case. */
  forEach(visit: (name: string, value: string) => void): void;
}

/** A head as the HTTP library gives it. */
interface LibraryHead extends Pick<RequestHead, 'getMethod' | 'getUrl' | 'forEach'> {
  getQuery(): string;
  getQuery(key: string): string | undefined;
}

/**
 * One head after another, whose headers are taken out of the library once: each question that is
 * put to it crosses into native code and searches them anew.
 */
export class HeadReader implements RequestHead {
  readonly #names: string[] = [];
  readonly #values: string[] = [];
  #count = 0;
  #req: LibraryHead | undefined;

  /** From now on this is the head of `req`. */
  read(req: LibraryHead): void {
    this.#req = req;
    this.#count = 0;
    req.forEach(this.#take);
  }

  getMethod(): string {
    return this.#req?.getMethod() ?? '';
  }

  getUrl(): string {
    return this.#req?.getUrl() ?? '';
  }

  /** Of several with one name, the first. */
  getHeader(name: string): string {
    for (let at = 0; at < this.#count; at++) {
      if (this.#names[at] === name) return this.#values[at] ?? '';
    }
    return '';
  }

  getQuery(key: string): string | undefined {
    return this.#req?.getQuery(key);
  }

  queryText(): string {
    return this.#req?.getQuery() ?? '';
  }

  forEach(visit: (name: string, value: string) => void): void {
    for (let at = 0; at < this.#count; at++) visit(this.#names[at] ?? '', this.#values[at] ?? '');
  }

  readonly #take = (name: string, value: string): void => {
    this.#names[this.#count] = name;
    this.#values[this.#count++] = value;
  };
}

/** A head that stays readable when its handler has returned. */
export function keptHead(head: RequestHead): RequestHead {
  const [method, url, query] = [head.getMethod(), head.getUrl(), head.queryText()];
  const headers: (readonly [name: string, value: string])[] = [];
  head.forEach((name, value) => {
    headers.push([name, value]);
  });
  const parameters = new URLSearchParams(query);
  return {
    getMethod: () => method,
    getUrl: () => url,
    getHeader: (name) => headers.find((header) => header[0] === name)?.[1] ?? '',
    getQuery: (key) => parameters.get(key) ?? undefined,
    queryText: () => query,
    forEach: (visit) => {
      for (const [name, value] of headers) visit(name, value);
    },
  };
}
