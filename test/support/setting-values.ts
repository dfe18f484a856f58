import { namesOf } from '../../shared/schema/one-of.ts';
import type { SettingValue } from '../../shared/settings/parse-value.ts';
import type { Setting } from '../../shared/settings/setting.ts';

/** A valid value that is not the default. */
export function otherValue(setting: Setting): SettingValue {
  switch (setting.kind) {
    case 'boolean':
      return !setting.default;
    case 'number': {
      const { minimum: min, maximum: max, exclusiveMinimum: above } = setting.schema;
      const candidates = [min, max, above === undefined ? undefined : above + 1, 7];
      return candidates.find((each) => each !== undefined && each !== setting.default);
    }
    case 'choice':
      return namesOf(setting.schema).find((each) => each !== setting.default);
    case 'text':
      return setting.secret ? 'redis://:secret@host:6379/0' : 'other';
    case 'list': {
      const names = namesOf(setting.schema.items);
      return names.length > 0 ? names.slice(-2) : ['one', 'two'];
    }
    case 'keys':
      return ['first-key', 'second-key'];
    case 'rates':
      return { '/v1/models': 0.25 };
  }
}

/** Texts that the setting does not take. */
export function wrongValues(setting: Setting): readonly string[] {
  switch (setting.kind) {
    case 'boolean':
      return ['maybe', '2'];
    case 'number': {
      const { minimum: min = 0, maximum: max, exclusiveMinimum: above } = setting.schema;
      const low = String(above ?? min - 1);
      const wrong = [
        'ten',
        '1;2',
        'NaN',
        'Infinity',
        low,
        ...(setting.schema.type === 'integer' ? ['1.5'] : []),
      ];
      return max === undefined ? wrong : [...wrong, String(max + 1)];
    }
    case 'choice':
      return ['no-such-choice'];
    case 'text':
      return [setting.secret ? 'http://host' : 'two\nlines'];
    case 'list':
      return ['[1]', '["a"', ...(setting.schema.minItems === undefined ? [] : ['[]'])];
    case 'keys':
      return ['short', 'long-enough,short', 'sha256:123', './no/such/file', '[1]'];
    case 'rates':
      return ['{"/v1": 2}', '{"v1": 0.5}', '[]', '{'];
  }
}
