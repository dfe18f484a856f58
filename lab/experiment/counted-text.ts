/** `1 request`, `12,031 requests` */
export function countedText(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
