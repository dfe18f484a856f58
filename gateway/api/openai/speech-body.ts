import { Type } from '@sinclair/typebox';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { AUDIO_FORMAT_NAMES } from '../../audio/audio-format.ts';
import { VOICES } from '../../audio/voices.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';
import { MODEL_FIELD } from './common-fields.ts';

const INPUT_MAX = 4096;

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  input: Type.String({
    minLength: 1,
    maxLength: INPUT_MAX,
    description: 'What is said: 0.3 s a word.',
    'x-expected': `a string of 1 to ${INPUT_MAX} characters`,
  }),
  voice: optional(oneOf(VOICES), {
    description: 'FAKEAI_DEFAULT_VOICE where it is absent. Each has a pitch, in wav, flac and pcm.',
  }),
  response_format: optional(oneOf(AUDIO_FORMAT_NAMES), {
    description: 'FAKEAI_DEFAULT_AUDIO_FORMAT where it is absent.',
  }),
  speed: optional(Type.Number({ minimum: 0.25, maximum: 4 }), {
    default: 1,
    description: 'Divides the length.',
  }),
  stream_format: optional(oneOf(['audio']), {
    default: 'audio',
    description: 'The bytes of the file.',
  }),
  instructions: optional(Type.String(), { description: 'Without effect.' }),
});

/** The body of `POST /v1/audio/speech`. */
export const SPEECH_BODY = new BodySchema(FIELDS);
