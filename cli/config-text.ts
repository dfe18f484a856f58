import type { SettingValue } from '../shared/settings/parse-value.ts';

/** A value as a user would write it. */
export function valueText(value: SettingValue): string {
  if (value === undefined) return 'unset';
  if (typeof value === 'object') {
    if (!Array.isArray(value)) return JSON.stringify(value);
    return value.length === 0 ? '[]' : value.join(',');
  }
  return String(value);
}
