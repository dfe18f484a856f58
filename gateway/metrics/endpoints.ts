/** What requests are counted under: route templates, never the paths that clients send. */

export interface EndpointRow {
  /** Label of the metrics: ids are braces, so that a client cannot make series. */
  readonly path: string;
  /**
   * The method of the route, or `any` if it has several. A request with another one gets 405 and
   * counts under `other`.
   */
  readonly method: string;
  /** Workers answer its requests. */
  readonly generates: boolean;
}

/** Index of an endpoint in the rows. */
export type Endpoint = number;

const OTHER: EndpointRow = { path: 'other', method: 'other', generates: false };

/** All that requests are counted under, in the order in which they are shown. */
export class Endpoints {
  /** Each path once. The last one, `other`, stands for whatever fits no route. */
  readonly rows: readonly EndpointRow[];
  /** Those whose requests workers answer. */
  readonly generating: readonly Endpoint[];
  readonly other: Endpoint;

  constructor(rows: readonly EndpointRow[]) {
    this.rows = [...rows, OTHER];
    this.other = rows.length;
    this.generating = [...rows.keys()].filter((endpoint) => rows[endpoint]?.generates);
  }

  /** The endpoint of a route template, to be looked up once per route. */
  of(path: string): Endpoint {
    const endpoint = this.rows.findIndex((row) => row.path === path);
    return endpoint < 0 ? this.other : endpoint;
  }

  /** The route template of an endpoint. */
  path(endpoint: Endpoint): string {
    return this.rows[endpoint]?.path ?? OTHER.path;
  }
}
