import type { Rng } from '../../shared/rng.ts';

const FIXED = '0123456789abcdef';

/** A text of a format of JSON Schema, always the same without `rng`; undefined for unknown ones. */
export function textOfFormat(format: string, rng: Rng | undefined): string | undefined {
  const below = (count: number): number => (rng === undefined ? 0 : rng.below(count));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hex = (count: number): string =>
    Array.from({ length: count }, () => FIXED[below(16)] ?? '0').join('');
  const date = (): string => `20${two(20 + below(10))}-${two(1 + below(12))}-${two(1 + below(28))}`;
  const time = (): string => `${two(below(24))}:${two(below(60))}:${two(below(60))}Z`;
  const host = (): string => `${HOSTS[below(HOSTS.length)]}.example.com`;
  switch (format) {
    case 'date':
      return date();
    case 'time':
      return time();
    case 'date-time':
      return `${date()}T${time()}`;
    case 'duration':
      return `P${1 + below(9)}D`;
    case 'email':
      return `${NAMES[below(NAMES.length)]}@example.com`;
    case 'hostname':
      return host();
    case 'uri':
      return `https://${host()}/${NAMES[below(NAMES.length)]}`;
    case 'uuid':
      return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    case 'ipv4':
      return `192.0.2.${1 + below(254)}`;
    case 'ipv6':
      return `2001:db8::${hex(3)}1`;
    default:
      return undefined;
  }
}

const HOSTS = ['api', 'data', 'files', 'mail', 'news', 'shop', 'www'];
const NAMES = ['ada', 'alan', 'barbara', 'edsger', 'grace', 'john', 'niklaus'];
