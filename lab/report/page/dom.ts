/**
 * What the page uses of the browser. The DOM library would show `window` and all of its globals to
 * the whole engine, so only this much is declared.
 */
export interface PageElement {
  textContent: string | null;
  hidden: boolean;
  value: string;
  readonly clientWidth: number;
  append(...children: readonly (PageElement | string)[]): void;
  replaceChildren(...children: readonly PageElement[]): void;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  addEventListener(event: 'change', listener: () => void): void;
}

declare const document: {
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  createElement(tag: string): PageElement;
};

declare function addEventListener(event: 'beforeprint' | 'afterprint', listener: () => void): void;

/** Calls `before` when the page is about to be printed, and `after` when it has been. */
export function onPrint(before: () => void, after: () => void): void {
  addEventListener('beforeprint', before);
  addEventListener('afterprint', after);
}

/** The first element of the document that `selector` fits, if there is one. */
export function find(selector: string): PageElement | null {
  return document.querySelector(selector);
}

export function findAll(selector: string): PageElement[] {
  return [...document.querySelectorAll(selector)];
}

export function element(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (PageElement | string)[]
): PageElement {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children);
  return created;
}
